from pathlib import Path
from typing import Any

import httpx
import pytest

from lab.zabbix import ADMIN, DISABLED, PASSWORD, Zabbix, running_zabbix

pytestmark = [pytest.mark.live, pytest.mark.heavy]


def _call(zabbix: Zabbix, method: str, parameters: dict[str, Any], session: str | None = None) -> Any:
    asked = {"jsonrpc": "2.0", "id": 1, "method": method, "params": parameters, "auth": session}
    said = httpx.post(f"{zabbix.url}/api_jsonrpc.php", json=asked, verify=False, timeout=30.0).json()
    assert "error" not in said, said
    return said["result"]


def test_somebody_made_through_zabbix_remote_calls_is_read_from_its_database(tmp_path: Path) -> None:
    with running_zabbix(tmp_path) as zabbix:
        session = _call(zabbix, "user.login", {"username": ADMIN, "password": PASSWORD})
        (team,) = _call(zabbix, "usergroup.create", {"name": "devs"}, session)["usrgrpids"]
        ada = {"username": "ada", "name": "Ada", "surname": "Lovelace", "passwd": "S3cretPass1", "roleid": "1"}
        (made,) = _call(zabbix, "user.create", {**ada, "usrgrps": [{"usrgrpid": team}]}, session)["userids"]
        person = zabbix.people()["ada"]
        assert (person.name, person.active, person.more["role"]) == ("Ada Lovelace", True, "User role")
        (off,) = _call(zabbix, "usergroup.get", {"filter": {"name": DISABLED}}, session)
        groups = [{"usrgrpid": team}, {"usrgrpid": off["usrgrpid"]}]
        _call(zabbix, "user.update", {"userid": made, "usrgrps": groups}, session)
        assert zabbix.people()["ada"].active is False
        assert zabbix.groups()["devs"] == {"ada"}
