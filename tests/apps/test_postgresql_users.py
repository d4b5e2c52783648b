"""The roles of a PostgreSQL server, read by its superuser."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from lab.postgres import DEBIAN, Postgres, running_postgres
from lab.seatkeeper import Seatkeeper
from tests.apps.careers import Career, Shown, live_through
from tests.connectors.sql.keepers import KEEPER, POSTGRES_KEEPER, keeper_of_postgres

pytestmark = [pytest.mark.live, pytest.mark.slow]


def seen(server: Postgres) -> Mapping[str, Shown]:
    rows = server.rows(
        "SELECT rolname, rolcanlogin, coalesce((SELECT array_agg(g.rolname::text) FROM pg_auth_members m"
        " JOIN pg_roles g ON g.oid = m.roleid WHERE m.member = r.oid), '{}') FROM pg_roles r"
        " WHERE rolname LIKE '%%@%%' AND rolname <> %s",
        KEEPER,
    )
    return {name: {"active": active, "roles": set(roles)} for name, active, roles in rows}


def test_people_come_change_go_and_return(house: Seatkeeper, tmp_path: Path) -> None:
    with running_postgres(DEBIAN) as server:
        server.run(POSTGRES_KEEPER)
        career = Career(
            app="postgresql-users",
            version=str(server.rows("SHOW server_version")[0][0]).partition(" ")[0],
            settings=keeper_of_postgres(server),
            login=lambda person: person.user_name,
            expected=lambda _, active: {"active": active, "roles": {"reader"}},
            seen=lambda: seen(server),
            overrides={"mapping": {"entitlements": [{"type": "role", "values": '"reader"'}]}},
        )
        live_through(career, house, tmp_path)
