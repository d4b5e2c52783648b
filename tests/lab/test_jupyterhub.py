from pathlib import Path

import httpx
import pytest

from lab.jupyterhub import ADMIN, TOKEN, running_jupyterhub

pytestmark = pytest.mark.live


def test_somebody_made_through_jupyterhubs_rest_interface_is_read_from_its_database(tmp_path: Path) -> None:
    with running_jupyterhub(tmp_path) as hub:
        headers = {"Authorization": f"token {TOKEN}"}
        with httpx.Client(base_url=f"{hub.url}/hub/api", headers=headers, verify=False) as client:
            client.post("/users/ada").raise_for_status()
            client.post("/groups/devs").raise_for_status()
            client.post("/groups/devs/users", json={"users": ["ada"]}).raise_for_status()
        assert set(hub.people()) == {ADMIN, "ada"}
        assert hub.groups() == {"devs": {"ada"}}
