"""Tryton by JSON-RPC, read from its database."""

from pathlib import Path

import pytest

from lab.seatkeeper import Seatkeeper
from lab.tryton import ADMIN, DATABASE, PASSWORD, running_tryton
from lab.versions import python_version
from tests.apps.careers import live_through
from tests.apps.peopled import career_in

pytestmark = [pytest.mark.live, pytest.mark.slow]


def test_people_come_change_go_and_return(house: Seatkeeper, tmp_path: Path) -> None:
    with running_tryton(tmp_path / "tryton") as app:
        career = career_in(
            app,
            name="tryton",
            version=python_version("tryton", "trytond"),
            own={ADMIN},
            settings={"base_url": app.url, "database": DATABASE, "username": ADMIN, "password": PASSWORD},
            members=app.groups,
        )
        live_through(career, house, tmp_path)
