"""An intranet made with Django, by django-scim2, read from its database."""

from pathlib import Path

import pytest

from lab.django_admin import ADMIN, TOKEN, running_intranet
from lab.seatkeeper import Seatkeeper
from lab.versions import python_version
from tests.apps.careers import live_through
from tests.apps.peopled import career_in

pytestmark = [pytest.mark.live, pytest.mark.slow]


def test_people_come_change_go_and_return(house: Seatkeeper, tmp_path: Path) -> None:
    with running_intranet(tmp_path / "intranet") as app:
        career = career_in(
            app,
            name="django-scim2",
            version=python_version("django", "django-scim2"),
            own={ADMIN},
            settings={"base_url": app.base_url, "token": TOKEN},
            members=app.groups,
        )
        live_through(career, house, tmp_path)
