import re
from pathlib import Path

import httpx
import pytest

from lab.dokuwiki import ADMIN, PASSWORD, running_dokuwiki

pytestmark = pytest.mark.live


def _token(page: httpx.Response) -> str:
    found = re.search(r'name="sectok" value="(\w*)"', page.text)
    assert found is not None
    return found[1]


def test_somebody_made_by_the_pages_of_dokuwiki_is_read_from_its_text_file(tmp_path: Path) -> None:
    with running_dokuwiki(tmp_path) as wiki, httpx.Client(base_url=wiki.url, verify=False) as client:
        sign_in = {"do": "login", "u": ADMIN, "p": PASSWORD, "sectok": _token(client.get("/doku.php?do=login"))}
        client.post("/doku.php", data=sign_in)
        users = "/doku.php?do=admin&page=usermanager"
        ada = {"userid": "ada", "userpass": "S3cretPass1", "userpass2": "S3cretPass1", "username": "Ada: Lovelace"}
        form = {**ada, "usermail": "ada@example.org", "usergroups": "user,devs", "fn[add]": "1"}
        client.post(users, data={**form, "sectok": _token(client.get(users))}).raise_for_status()
        person = wiki.people()["ada"]
        assert (person.name, person.mail) == ("Ada: Lovelace", "ada@example.org")
        assert wiki.groups() == {"admin": {ADMIN}, "devs": {"ada"}, "user": {ADMIN, "ada"}}
