"""Users of MariaDB: a name at the host that the settings name. That is also their id, so they are never renamed.

Names, hosts and roles are texts in MariaDB's statements, so all of them are parameters. Each statement is kept by
itself: MariaDB has no transactions around them.
"""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from seatkeeper.connectors.sql.users.servers import NAME, Known, held
from seatkeeper.connectors.sql.users.settings import UserSettings
from seatkeeper.connectors.sql.values import check_encodable
from seatkeeper.core.accounts import SeenAccount
from seatkeeper.core.ids import Uid
from seatkeeper.core.values import Attributes

_NOBODY = "*THISISNOTAVALIDPASSWORDTHATCANBEUSEDHERE"
"""What MariaDB itself writes for a user whom no password lets in."""

_SUPER = 1 << 15
_GRANTS = 1 << 10
_CREATES_USERS = 1 << 20
_ACCESS = "COALESCE(CAST(JSON_VALUE(p.Priv, '$.access') AS UNSIGNED), 0)"
_POWERS = f"({_ACCESS} & {_SUPER | _GRANTS | _CREATES_USERS}) <> 0"
_IS_ROLE = "COALESCE(JSON_VALUE(p.Priv, '$.is_role'), '0') IN ('1', 'true')"
_RESERVED = "p.User IN ('', 'root', 'mysql', 'mysql.sys', 'mariadb.sys', 'mysql.session', 'PUBLIC')"
_SELF = "CONCAT(p.User, '@', p.Host) = CURRENT_USER()"
_PERSON = f"NOT {_IS_ROLE} AND NOT {_RESERVED} AND NOT {_POWERS} AND NOT {_SELF} AND p.Host = :host"
_FIND = sa.text(
    "SELECT p.User, COALESCE(JSON_VALUE(p.Priv, '$.account_locked'), '0') IN ('1', 'true')"  # noqa: S608
    f" FROM mysql.global_priv p WHERE {_PERSON} AND (:name IS NULL OR BINARY p.User = :name) ORDER BY p.User"
)
_HELD = sa.text(
    "SELECT m.User, m.Role FROM mysql.roles_mapping m WHERE m.Host = :host AND (:name IS NULL OR m.User = :name)"
)
_LOOK = sa.text(
    f"SELECT CASE WHEN {_IS_ROLE} THEN 'a role' WHEN {_RESERVED} THEN 'one of MariaDB''s own users'"  # noqa: S608
    f" WHEN {_SELF} THEN 'the service account itself' WHEN {_POWERS} THEN 'a user with powers of its own'"
    " ELSE '' END FROM mysql.global_priv p"
    f" WHERE BINARY p.User = :name AND (p.Host = :host OR {_IS_ROLE} OR {_RESERVED}) ORDER BY 1 DESC LIMIT 1"
)
_OFFERED = sa.text(
    f"SELECT p.User FROM mysql.global_priv p WHERE {_IS_ROLE} AND NOT {_RESERVED} AND NOT {_POWERS} ORDER BY 1"  # noqa: S608
)
_DEFAULT = sa.text(
    "SELECT COALESCE(JSON_VALUE(p.Priv, '$.default_role'), '') FROM mysql.global_priv p"
    " WHERE p.User = :name AND p.Host = :host"
)


@dataclass(frozen=True, slots=True)
class MariaDB:
    """``users.servers.Server``."""

    settings: UserSettings

    def find(
        self, connection: sa.Connection, name: str | None = None, uid: Uid | None = None
    ) -> list[SeenAccount]:
        """Find users at the host of the settings."""
        host = self.settings.user_host
        if uid is not None:
            if not uid.endswith(f"@{host}"):
                return []
            name = uid.removesuffix(f"@{host}")
        check_encodable(name or "", NAME)
        asked = {"name": name, "host": host}
        roles: dict[str, list[str]] = {}
        for user, role in connection.execute(_HELD, asked):
            roles.setdefault(user, []).append(role)
        return [
            SeenAccount(Uid(f"{user}@{host}"), user, not is_locked, {NAME: user}, held(roles.get(user, [])))
            for user, is_locked in connection.execute(_FIND, asked)
        ]

    def look(self, connection: sa.Connection, name: str) -> Known | None:
        """Look for any user or role of that name."""
        check_encodable(name, NAME)
        why_not = connection.execute(_LOOK, {"name": name, "host": self.settings.user_host}).scalar()
        return None if why_not is None else Known(why_not)

    def create(self, connection: sa.Connection, attributes: Attributes) -> None:
        """Make a user; without a password clause MariaDB would let everybody in."""
        kept = make_hash() if self.settings.passwords == "random" else _NOBODY
        self._do(
            connection,
            "CREATE USER :name@:host IDENTIFIED VIA mysql_native_password USING :kept",
            str(attributes[NAME]),
            kept=kept,
        )

    def switch(self, connection: sa.Connection, account: SeenAccount, *, active: bool) -> None:
        """Lock or unlock the user."""
        if account.active is not active:
            self._do(connection, f"ALTER USER :name@:host ACCOUNT {'UNLOCK' if active else 'LOCK'}", account.name)

    def drop(self, connection: sa.Connection, account: SeenAccount) -> None:
        """Remove the user."""
        self._do(connection, "DROP USER :name@:host", account.name)

    def offered(self, connection: sa.Connection) -> Sequence[str]:
        """List roles without powers."""
        return list(connection.execute(_OFFERED).scalars())

    def grant(self, connection: sa.Connection, account: SeenAccount, roles: Sequence[str]) -> None:
        """Give roles; the first one is set at sign-in, if none is yet."""
        for role in roles:
            self._do(connection, "GRANT :role TO :name@:host", account.name, role=role)
        if roles and self.settings.default_role and not self._default(connection, account):
            self._set_default(connection, account, roles[0])

    def revoke(self, connection: sa.Connection, account: SeenAccount, roles: Sequence[str]) -> None:
        """Take roles away; if one of them was set at sign-in, another one is."""
        if self.settings.default_role and self._default(connection, account) in roles:
            left = sorted(each.value for each in account.entitlements if each.value not in roles)
            self._set_default(connection, account, left[0] if left else None)
        for role in roles:
            self._do(connection, "REVOKE :role FROM :name@:host", account.name, role=role)

    def _default(self, connection: sa.Connection, account: SeenAccount) -> str:
        asked = {"name": account.name, "host": self.settings.user_host}
        return str(connection.execute(_DEFAULT, asked).scalar() or "")

    def _set_default(self, connection: sa.Connection, account: SeenAccount, role: str | None) -> None:
        if role is None:
            self._do(connection, "SET DEFAULT ROLE NONE FOR :name@:host", account.name)
        else:
            self._do(connection, "SET DEFAULT ROLE :role FOR :name@:host", account.name, role=role)

    def _do(self, connection: sa.Connection, statement: str, name: str, **more: str) -> None:
        connection.execute(sa.text(statement), {"name": name, "host": self.settings.user_host, **more})


def make_hash() -> str:
    """Make what MariaDB keeps of a random password (``mysql_native_password``): it is never sent or kept."""
    once = hashlib.sha1(secrets.token_bytes(32).hex().encode()).digest()  # noqa: S324 - the server's own format
    return f"*{hashlib.sha1(once).hexdigest().upper()}"  # noqa: S324
