"""Zabbix by JSON-RPC, read from its database. Who leaves is put into a group that is disabled."""

from pathlib import Path
from typing import Any

import httpx
import pytest

from lab.seatkeeper import Seatkeeper
from lab.versions import debian_version
from lab.zabbix import ADMIN, PASSWORD, Zabbix, running_zabbix
from tests.apps.careers import live_through
from tests.apps.peopled import career_in, folder_of

pytestmark = [pytest.mark.live, pytest.mark.heavy]


def _call(app: Zabbix, method: str, parameters: Any, session: str | None = None) -> Any:
    asked = {"jsonrpc": "2.0", "id": 1, "method": method, "params": parameters, "auth": session}
    return httpx.post(f"{app.url}/api_jsonrpc.php", json=asked, verify=False, timeout=60.0).json()["result"]


def _prepare(app: Zabbix) -> str:
    """Make the group of everybody and a token, as the administrator would."""
    session = _call(app, "user.login", {"username": ADMIN, "password": PASSWORD})
    _call(app, "usergroup.create", {"name": "Everybody"}, session)
    (made,) = _call(app, "token.create", {"name": "seatkeeper"}, session)["tokenids"]
    return str(_call(app, "token.generate", [made], session)[0]["token"])


def test_people_come_change_go_and_return(house: Seatkeeper, tmp_path: Path) -> None:
    with running_zabbix(folder_of(tmp_path, "zabbix")) as app:
        career = career_in(
            app,
            name="zabbix",
            version=debian_version("zabbix-frontend-php"),
            own={ADMIN, "guest"},
            settings={"base_url": app.url, "token": _prepare(app)},
            members=app.groups,
        )
        live_through(career, house, tmp_path)
