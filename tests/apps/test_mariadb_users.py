"""The users of a MariaDB server, read by its root."""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from lab.mariadb import MariaDB, running_mariadb
from lab.seatkeeper import Seatkeeper
from tests.apps.careers import Career, Shown, live_through
from tests.connectors.sql.keepers import MARIADB_KEEPER, keeper_of_mariadb

pytestmark = [pytest.mark.live, pytest.mark.slow]


def seen(server: MariaDB) -> Mapping[str, Shown]:
    users = server.rows("SELECT User, Priv FROM mysql.global_priv WHERE User LIKE '%%@%%'")
    roles = server.rows("SELECT User, Role FROM mysql.roles_mapping WHERE User LIKE '%%@%%'")
    return {
        name: {
            "active": not json.loads(privileges).get("account_locked", False),
            "roles": {role for user, role in roles if user == name},
        }
        for name, privileges in users
    }


def test_people_come_change_go_and_return(house: Seatkeeper, tmp_path: Path) -> None:
    with running_mariadb() as server:
        server.run(MARIADB_KEEPER)
        career = Career(
            app="mariadb-users",
            version=str(server.rows("SELECT version()")[0][0]).partition("-")[0],
            settings=keeper_of_mariadb(server),
            login=lambda person: person.user_name,
            renames=False,
            expected=lambda _, active: {"active": active, "roles": {"reader"}},
            seen=lambda: seen(server),
            overrides={"mapping": {"entitlements": [{"type": "role", "values": '"reader"'}]}},
        )
        live_through(career, house, tmp_path)
