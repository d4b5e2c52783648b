from pathlib import Path

import httpx
import pytest

from lab.roundup import ADMIN, PASSWORD, running_roundup

pytestmark = pytest.mark.live


def test_somebody_made_through_roundups_rest_interface_is_read_from_its_database(tmp_path: Path) -> None:
    with running_roundup(tmp_path) as roundup:
        headers = {"X-Requested-With": "rest", "Origin": roundup.url}
        base = f"{roundup.url}/rest/data/user"
        with httpx.Client(auth=(ADMIN, PASSWORD), headers=headers, verify=False) as client:
            ada = {"username": "ada", "realname": "Ada Lovelace", "address": "ada@example.org"}
            made = client.post(base, json={**ada, "roles": "User,Developer"}).raise_for_status()
            link = made.json()["data"]["link"]
            assert roundup.people()["ada"].name == "Ada Lovelace"
            assert roundup.groups()["Developer"] == {"ada"}
            etag = client.get(link).headers["ETag"]
            client.delete(link, headers={"If-Match": etag}).raise_for_status()
        assert roundup.people()["ada"].active is False
