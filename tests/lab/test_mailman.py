from pathlib import Path

import httpx
import pytest

from lab.mailman import ADMIN, LISTS, PASSWORD, running_mailman

pytestmark = pytest.mark.live


def test_somebody_made_through_mailmans_rest_interface_is_read_from_its_database(tmp_path: Path) -> None:
    with running_mailman(tmp_path) as mailman:
        with httpx.Client(base_url=f"{mailman.url}/3.1", auth=(ADMIN, PASSWORD), verify=False) as client:
            ada = {"email": "ada@example.org", "display_name": "Ada Lovelace"}
            client.post("/users", data=ada).raise_for_status()
            unasked = {"pre_verified": "true", "pre_confirmed": "true", "pre_approved": "true"}
            joins = {"list_id": LISTS[0].replace("@", "."), "subscriber": "ada@example.org", **unasked}
            client.post("/members", data=joins).raise_for_status()
            still = {"delivery_status": "by_moderator"}
            client.patch("/users/ada@example.org/preferences", data=still).raise_for_status()
        person = mailman.people()["ada@example.org"]
        assert (person.name, person.active) == ("Ada Lovelace", False)
        assert mailman.groups() == {LISTS[0]: {"ada@example.org"}, LISTS[1]: frozenset()}
