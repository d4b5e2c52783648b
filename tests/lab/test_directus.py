from pathlib import Path

import httpx
import pytest

from lab.directus import TOKEN, running_directus

pytestmark = [pytest.mark.live, pytest.mark.heavy]


def test_somebody_made_through_directus_rest_interface_is_read_from_its_database(tmp_path: Path) -> None:
    with running_directus(tmp_path) as directus:
        headers = {"Authorization": f"Bearer {TOKEN}"}
        with httpx.Client(base_url=directus.url, headers=headers, verify=False) as client:
            role = client.post("/roles", json={"name": "Editors"}).raise_for_status().json()["data"]["id"]
            ada = {
                "email": "ada@example.org",
                "password": "S3cretPass1",
                "first_name": "Ada",
                "last_name": "Lovelace",
            }
            made = client.post("/users", json={**ada, "role": role}).raise_for_status().json()["data"]["id"]
            client.patch(f"/users/{made}", json={"status": "suspended"}).raise_for_status()
        person = directus.people()["ada@example.org"]
        assert (person.name, person.active) == ("Ada Lovelace", False)
        assert directus.groups()["Editors"] == {"ada@example.org"}
