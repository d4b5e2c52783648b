from pathlib import Path
from typing import Any

import httpx
import pytest

from lab.mediawiki import ADMIN, PASSWORD, running_mediawiki

pytestmark = pytest.mark.live


class _Visitor:
    def __init__(self, client: httpx.Client) -> None:
        self._client = client

    def do(self, action: str, token: str, **parameters: str) -> dict[str, Any]:
        asked = {"action": "query", "meta": "tokens", "type": token, "format": "json"}
        tokens = self._client.get("/api.php", params=asked).json()["query"]["tokens"]
        name = {"login": "lgtoken", "createaccount": "createtoken"}.get(action, "token")
        form = {"action": action, "format": "json", name: tokens[f"{token}token"], **parameters}
        said: dict[str, Any] = self._client.post("/api.php", data=form).raise_for_status().json()
        assert "error" not in said, said
        return said


def test_somebody_made_through_mediawikis_interface_is_read_from_its_database(tmp_path: Path) -> None:
    with running_mediawiki(tmp_path) as wiki, httpx.Client(base_url=wiki.url, verify=False) as client:
        visitor = _Visitor(client)
        visitor.do("login", "login", lgname=ADMIN, lgpassword=PASSWORD)
        ada = {"username": "Ada", "realname": "Ada Lovelace", "createreturnurl": wiki.url}
        passwords = {"password": "S3cretPass1", "retype": "S3cretPass1"}
        made = visitor.do("createaccount", "createaccount", **ada, **passwords)
        assert made["createaccount"]["status"] == "PASS"
        visitor.do("userrights", "userrights", user="Ada", add="editor")
        visitor.do("block", "csrf", user="Ada", expiry="never")
        person = wiki.people()["Ada"]
        assert (person.name, person.active) == ("Ada Lovelace", False)
        assert wiki.groups()["editor"] == {"Ada"}
