"""Service accounts that may administer users and nothing else, and who reads those users by drivers alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from lab.mariadb import MariaDB
from lab.postgres import Postgres
from seatkeeper.core.ids import Uid
from seatkeeper.spi.testing import Witnessed

KEEPER, PASSWORD = "keeper", "keeper-password"
ROLES = ("reader", "o'brien's", 'the "writer" %s')

# What docs/connectors/database-users.md tells administrators to do.
POSTGRES_KEEPER = f"""
CREATE ROLE {KEEPER} LOGIN CREATEROLE PASSWORD '{PASSWORD}';
CREATE ROLE reader; CREATE ROLE "o'brien's"; CREATE ROLE "the ""writer"" %s"; CREATE ROLE heir;
GRANT reader, "o'brien's", "the ""writer"" %s" TO {KEEPER} WITH ADMIN OPTION;
GRANT heir TO {KEEPER};
"""
MARIADB_KEEPER = f"""
CREATE USER IF NOT EXISTS {KEEPER}@'127.0.0.1' IDENTIFIED BY '{PASSWORD}';
CREATE ROLE IF NOT EXISTS reader WITH ADMIN {KEEPER}@'127.0.0.1';
CREATE ROLE IF NOT EXISTS 'o''brien''s' WITH ADMIN {KEEPER}@'127.0.0.1';
CREATE ROLE IF NOT EXISTS 'the "writer" %s' WITH ADMIN {KEEPER}@'127.0.0.1';
GRANT CREATE USER ON *.* TO {KEEPER}@'127.0.0.1';
GRANT SELECT ON mysql.global_priv TO {KEEPER}@'127.0.0.1';
GRANT SELECT ON mysql.roles_mapping TO {KEEPER}@'127.0.0.1';
GRANT UPDATE ON mysql.* TO {KEEPER}@'127.0.0.1';
"""


def keeper_of_postgres(server: Postgres, database: str = "postgres") -> dict[str, Any]:
    """Give the settings that reach a server."""
    tls = {"ca_file": str(server.ca_file)} if server.build.has_tls else {"allow_plaintext": True}
    return {"url": server.url(database), "username": KEEPER, "password": PASSWORD, **tls}


def keeper_of_mariadb(server: MariaDB) -> dict[str, Any]:
    """Give the settings that reach a server."""
    return {
        "url": server.url("mysql"),
        "username": KEEPER,
        "password": PASSWORD,
        "ca_file": str(server.ca_file),
    }


@dataclass(frozen=True, slots=True)
class PostgresWitness:
    server: Postgres

    async def find_accounts(self, name: str) -> Sequence[Witnessed]:
        query = "SELECT oid, rolcanlogin, shobj_description(oid, 'pg_authid') FROM pg_roles WHERE rolname = %s"
        return [
            Witnessed(Uid(str(oid)), can_sign_in, {"username": name, "comment": comment})
            for oid, can_sign_in, comment in self.server.rows(query, name)
        ]

    async def find_members(self, group: Uid) -> frozenset[Uid] | None:  # noqa: ARG002 - it has none
        return None


@dataclass(frozen=True, slots=True)
class MariaDBWitness:
    server: MariaDB

    async def find_accounts(self, name: str) -> Sequence[Witnessed]:
        query = "SELECT Host, Priv FROM mysql.global_priv WHERE BINARY User = %s"
        return [
            Witnessed(Uid(f"{name}@{host}"), '"account_locked":true' not in priv, {"username": name})
            for host, priv in self.server.rows(query, name)
        ]

    async def find_members(self, group: Uid) -> frozenset[Uid] | None:  # noqa: ARG002 - it has none
        return None
