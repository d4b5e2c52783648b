from pathlib import Path

import httpx
import pytest

from lab.redmine import KEY, PROJECT, running_redmine

pytestmark = pytest.mark.live


def test_somebody_made_through_redmines_rest_interface_is_read_from_its_database(tmp_path: Path) -> None:
    ada = {"login": "ada", "firstname": "Ada", "lastname": "Lovelace", "mail": "ada@example.org"}
    with running_redmine(tmp_path) as redmine:
        with httpx.Client(base_url=redmine.url, headers={"X-Redmine-API-Key": KEY}, verify=False) as client:
            made = client.post("/users.json", json={"user": {**ada, "password": "S3cretPass1"}})
            number = made.raise_for_status().json()["user"]["id"]
            group = client.post("/groups.json", json={"group": {"name": "devs", "user_ids": [number]}})
            group.raise_for_status()
            role = {"membership": {"user_id": number, "role_ids": [4]}}
            client.post(f"/projects/{PROJECT}/memberships.json", json=role).raise_for_status()
            client.put(f"/users/{number}.json", json={"user": {"status": 3}}).raise_for_status()
        person = redmine.people()["ada"]
        assert (person.name, person.mail, person.active) == ("Ada Lovelace", "ada@example.org", False)
        assert person.more["roles"] == {(PROJECT, "Developer")}
        assert redmine.groups() == {"devs": {"ada"}}
