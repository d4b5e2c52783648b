"""JupyterHub by its REST interface, read from its database. It knows a name of people and nothing else."""

from pathlib import Path

import pytest

from lab.jupyterhub import ADMIN, TOKEN, running_jupyterhub
from lab.seatkeeper import Seatkeeper
from lab.versions import python_version
from tests.apps.careers import live_through
from tests.apps.peopled import career_in, folder_of

pytestmark = [pytest.mark.live, pytest.mark.slow]

HERE = {"here": True}


def test_people_come_change_go_and_return(house: Seatkeeper, tmp_path: Path) -> None:
    with running_jupyterhub(folder_of(tmp_path, "jupyterhub")) as app:
        career = career_in(
            app,
            name="jupyterhub",
            version=python_version("jupyterhub", "jupyterhub"),
            own={ADMIN},
            settings={"base_url": app.url, "token": TOKEN},
            leavers="delete",
            renames=False,
            expected=lambda *_: HERE,
            seen=lambda: {name: HERE for name in app.people() if name != ADMIN},
            members=app.groups,
        )
        live_through(career, house, tmp_path)
