"""Users of PostgreSQL: roles that can sign in.

A locked one can neither sign in nor connect (``NOLOGIN CONNECTION LIMIT 0``); by the second it is told from a role
that never was a person's. The id is the role's oid, which no rename changes.
"""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from seatkeeper.connectors.sql.refusals import InUseError
from seatkeeper.connectors.sql.users.servers import COMMENT, NAME, Known, held, refuse_taken, shown
from seatkeeper.connectors.sql.users.settings import UserSettings
from seatkeeper.connectors.sql.values import check_encodable
from seatkeeper.core.accounts import SeenAccount
from seatkeeper.core.ids import Uid
from seatkeeper.core.values import Attributes
from seatkeeper.spi.errors import RejectedError

_LONGEST_NAME = 63
"""Bytes. PostgreSQL cuts a longer name and says so only in its log."""

_POWERS = "(r.rolsuper OR r.rolcreaterole OR r.rolreplication OR r.rolbypassrls)"
_RESERVED = "starts_with(r.rolname, 'pg_')"
_PERSON = (
    f"NOT {_POWERS} AND NOT {_RESERVED} AND r.rolname <> current_user AND (r.rolcanlogin OR r.rolconnlimit = 0)"
)
_GRANTABLE = (
    f"NOT {_POWERS} AND NOT r.rolcanlogin AND r.rolconnlimit <> 0"
    f" AND (NOT {_RESERVED} OR r.rolname = ANY(:predefined))"
)
_FIND = sa.text(
    "SELECT r.oid, r.rolname, r.rolcanlogin, shobj_description(r.oid, 'pg_authid'), ARRAY("  # noqa: S608
    f"SELECT DISTINCT g.rolname::text FROM pg_auth_members m JOIN pg_roles g ON g.oid = m.roleid"
    f" WHERE m.member = r.oid AND {_GRANTABLE.replace('r.', 'g.')})"
    f" FROM pg_roles r WHERE {_PERSON} AND (CAST(:name AS text) IS NULL OR r.rolname = :name)"
    " AND (CAST(:uid AS text) IS NULL OR r.oid::text = :uid) ORDER BY r.oid"
)
_LOOK = sa.text(
    f"SELECT CASE WHEN {_POWERS} THEN 'a role with powers of its own'"  # noqa: S608
    " WHEN r.rolname = current_user THEN 'the service account itself'"
    f" WHEN {_RESERVED} THEN 'one of PostgreSQL''s own roles'"
    f" WHEN NOT ({_PERSON}) THEN 'a role without sign-in' ELSE '' END"
    " FROM pg_roles r WHERE r.rolname = :name"
)
_OFFERED = sa.text(f"SELECT r.rolname FROM pg_roles r WHERE {_GRANTABLE} ORDER BY 1")  # noqa: S608
_PLACES = sa.text(
    "SELECT DISTINCT COALESCE(d.datname, current_database()) FROM pg_shdepend s"
    " LEFT JOIN pg_database d ON d.oid = s.dbid"
    " WHERE s.refclassid = 'pg_authid'::regclass AND s.refobjid = CAST(CAST(:uid AS text) AS oid)"
    " AND s.classid <> 'pg_auth_members'::regclass ORDER BY 1"
)


@dataclass(frozen=True, slots=True)
class PostgreSQL:
    """``users.servers.Server``."""

    settings: UserSettings

    def find(
        self, connection: sa.Connection, name: str | None = None, uid: Uid | None = None
    ) -> list[SeenAccount]:
        """Find roles that are people's."""
        if "\0" in (name or "") + (uid or ""):
            return []
        check_encodable((name or "") + (uid or ""), NAME)
        asked = {"name": name, "uid": uid, "predefined": list(self.settings.predefined_roles)}
        return [
            SeenAccount(Uid(str(oid)), role, can_sign_in, shown({NAME: role, COMMENT: comment}), held(roles))
            for oid, role, can_sign_in, comment, roles in connection.execute(_FIND, asked)
        ]

    def look(self, connection: sa.Connection, name: str) -> Known | None:
        """Look for any role of that name."""
        _check_name(name)
        why_not = connection.execute(_LOOK, {"name": name}).scalar()
        return None if why_not is None else Known(why_not)

    def create(self, connection: sa.Connection, attributes: Attributes) -> None:
        """Make a role with sign-in."""
        name = str(attributes[NAME])
        password = (
            f" PASSWORD {_literal(connection, make_verifier())}" if self.settings.passwords == "random" else ""
        )
        _do(connection, f"CREATE ROLE {_quoted(connection, name)} LOGIN{password}")
        if attributes.get(COMMENT):
            self._comment(connection, name, attributes[COMMENT])

    def update(self, connection: sa.Connection, account: SeenAccount, changes: Attributes) -> None:
        """Rename the role, change its comment."""
        name, wanted = account.name, changes.get(NAME)
        if isinstance(wanted, str) and wanted != name:
            refuse_taken(self, connection, wanted)
            _do(connection, f"ALTER ROLE {_quoted(connection, name)} RENAME TO {_quoted(connection, wanted)}")
            name = wanted
        if COMMENT in changes:
            self._comment(connection, name, changes[COMMENT])

    def switch(self, connection: sa.Connection, account: SeenAccount, *, active: bool) -> None:
        """Lock or unlock the role; what it holds stays."""
        how = "LOGIN CONNECTION LIMIT -1" if active else "NOLOGIN CONNECTION LIMIT 0"
        if account.active is not active:
            _do(connection, f"ALTER ROLE {_quoted(connection, account.name)} {how}")

    def drop(self, connection: sa.Connection, account: SeenAccount) -> None:
        """Drop the role. Raises ``InUseError`` while something is its own."""
        places = self.places(connection, account)
        if places:
            told = f"{account.name} owns something, or was given rights of its own, in {', '.join(places)}."
            raise InUseError(told, remedy=self._remedy(connection, account))
        _do(connection, f"DROP ROLE {_quoted(connection, account.name)}")

    def places(self, connection: sa.Connection, account: SeenAccount) -> list[str]:
        """Name the databases where something hangs on the role."""
        return list(connection.execute(_PLACES, {"uid": account.uid}).scalars())

    def inherit(self, connection: sa.Connection, account: SeenAccount) -> None:
        """Give what the role owns in this database to the heir, and take its rights there away."""
        assert self.settings.reassign_to is not None
        role, heir = (_quoted(connection, each) for each in (account.name, self.settings.reassign_to))
        _do(connection, f"GRANT {role} TO CURRENT_USER")  # only members may, and the role is about to go
        _do(connection, f"REASSIGN OWNED BY {role} TO {heir}")
        _do(connection, f"DROP OWNED BY {role}")

    def offered(self, connection: sa.Connection) -> Sequence[str]:
        """List roles without sign-in and without powers."""
        asked = {"predefined": list(self.settings.predefined_roles)}
        return list(connection.execute(_OFFERED, asked).scalars())

    def grant(self, connection: sa.Connection, account: SeenAccount, roles: Sequence[str]) -> None:
        """Make the user a member."""
        for role in roles:
            _do(connection, f"GRANT {_quoted(connection, role)} TO {_quoted(connection, account.name)}")

    def revoke(self, connection: sa.Connection, account: SeenAccount, roles: Sequence[str]) -> None:
        """End the membership."""
        for role in roles:
            _do(connection, f"REVOKE {_quoted(connection, role)} FROM {_quoted(connection, account.name)}")

    def _remedy(self, connection: sa.Connection, account: SeenAccount) -> str:
        if self.settings.reassign_to is None:
            return "Name a role as heir of what leavers own, or let leavers be disabled instead."
        role = _quoted(connection, account.name).replace("%%", "%")
        return f"Rights on what others own only they can take back, or a superuser there: DROP OWNED BY {role}."

    def _comment(self, connection: sa.Connection, name: str, value: Any) -> None:
        text = "NULL" if not value else _literal(connection, str(value))
        _do(connection, f"COMMENT ON ROLE {_quoted(connection, name)} IS {text}")


def make_verifier() -> str:
    """Make what PostgreSQL keeps of a random password (RFC 5803): the password itself is never sent or kept."""
    salt, rounds = secrets.token_bytes(16), 4096
    salted = hashlib.pbkdf2_hmac("sha256", secrets.token_bytes(32).hex().encode(), salt, rounds)
    stored = hashlib.sha256(hmac.digest(salted, b"Client Key", "sha256")).digest()
    server = hmac.digest(salted, b"Server Key", "sha256")
    encoded = (base64.b64encode(each).decode() for each in (salt, stored, server))
    return "SCRAM-SHA-256${}:{}${}:{}".format(rounds, *encoded)


def _check_name(name: str) -> None:
    check_encodable(name, NAME)
    if len(name.encode()) > _LONGEST_NAME or "\0" in name:
        raise RejectedError(f"{NAME} is at most {_LONGEST_NAME} bytes long in PostgreSQL, and holds no NUL.")


def _quoted(connection: sa.Connection, name: str) -> str:
    """Quote a name; such statements take no parameters."""
    return connection.dialect.identifier_preparer.quote_identifier(name)


def _literal(connection: sa.Connection, value: str) -> str:
    """Let the server quote a text, by its own rules."""
    if "\0" in value:
        raise RejectedError(f"{COMMENT} cannot hold the character NUL.")
    check_encodable(value, COMMENT)
    quoted = connection.execute(sa.text("SELECT quote_literal(:value)"), {"value": value}).scalar_one()
    return str(quoted).replace("%", "%%")


def _do(connection: sa.Connection, statement: str) -> None:
    connection.exec_driver_sql(statement)
