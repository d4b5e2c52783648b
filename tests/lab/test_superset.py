from pathlib import Path

import httpx
import pytest

from lab.superset import ADMIN, PASSWORD, running_superset

pytestmark = [pytest.mark.live, pytest.mark.heavy]


def test_somebody_made_through_supersets_rest_interface_is_read_from_its_database(tmp_path: Path) -> None:
    with running_superset(tmp_path) as superset:
        with httpx.Client(base_url=f"{superset.url}/api/v1/security", verify=False, timeout=60.0) as client:
            sign_in = {"username": ADMIN, "password": PASSWORD, "provider": "db"}
            token = client.post("/login", json=sign_in).raise_for_status().json()["access_token"]
            client.headers["Authorization"] = f"Bearer {token}"
            roles = client.get("/roles/", params={"q": "(page_size:100)"}).raise_for_status().json()["result"]
            gamma = next(role["id"] for role in roles if role["name"] == "Gamma")
            ada = {"username": "ada", "first_name": "Ada", "last_name": "Lovelace", "email": "ada@example.org"}
            asked = {**ada, "password": "S3cretPass1", "active": True, "roles": [gamma]}
            made = client.post("/users/", json=asked).raise_for_status().json()["id"]
            client.put(f"/users/{made}", json={"active": False}).raise_for_status()
        person = superset.people()["ada"]
        assert (person.name, person.mail, person.active) == ("Ada Lovelace", "ada@example.org", False)
        assert superset.groups()["Gamma"] == {"ada"}
