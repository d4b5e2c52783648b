"""What a kind of server has to know of its users, each function within a transaction of its caller."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import sqlalchemy as sa

from seatkeeper.core.accounts import SeenAccount
from seatkeeper.core.entitlements import Entitlement
from seatkeeper.core.ids import Uid
from seatkeeper.core.problems import ProblemCode
from seatkeeper.core.values import Attributes
from seatkeeper.spi.errors import AccountExistsError, AccountNotFoundError, RejectedError

NAME, COMMENT, ROLE = "username", "comment", "role"


@dataclass(frozen=True, slots=True)
class Known:
    """A user or role of that name, whatever it is; ``why_not`` says why it is no account, where it is none."""

    why_not: str


class Server(Protocol):
    """PostgreSQL or MariaDB."""

    def find(
        self, connection: sa.Connection, name: str | None = None, uid: Uid | None = None
    ) -> list[SeenAccount]:
        """Find the accounts of that name or id, compared as the server does; without either, all."""
        ...

    def look(self, connection: sa.Connection, name: str) -> Known | None:
        """Look whether the name is taken by anything."""
        ...

    def create(self, connection: sa.Connection, attributes: Attributes) -> None:
        """Make a user who can sign in."""
        ...

    def switch(self, connection: sa.Connection, account: SeenAccount, *, active: bool) -> None:
        """Let the user sign in, or not."""
        ...

    def drop(self, connection: sa.Connection, account: SeenAccount) -> None:
        """Remove the user."""
        ...

    def offered(self, connection: sa.Connection) -> Sequence[str]:
        """List the roles that may be granted."""
        ...

    def grant(self, connection: sa.Connection, account: SeenAccount, roles: Sequence[str]) -> None:
        """Give roles that are offered."""
        ...

    def revoke(self, connection: sa.Connection, account: SeenAccount, roles: Sequence[str]) -> None:
        """Take roles away that are held."""
        ...


def get_account(server: Server, connection: sa.Connection, uid: Uid) -> SeenAccount:
    """Give an account. Raises ``AccountNotFoundError``."""
    found = server.find(connection, uid=uid)
    if not found:
        raise AccountNotFoundError(f"The database has no user {uid} that Seatkeeper may change.")
    return found[0]


def create_account(
    server: Server, connection: sa.Connection, attributes: Attributes, known: frozenset[str]
) -> Uid:
    """Make a user, unless the name is taken, also by one that is never touched."""
    stray = sorted(attributes.keys() - known)
    if stray:
        told = f"Users of this database have no {', '.join(stray)}; they have {', '.join(sorted(known))}."
        raise RejectedError(told, ProblemCode.SETTINGS_INVALID)
    name = attributes.get(NAME)
    if not isinstance(name, str) or not name:
        raise RejectedError(f"A user needs {NAME}, which names it.", ProblemCode.REQUIRED_MISSING)
    refuse_taken(server, connection, name)
    server.create(connection, attributes)
    return server.find(connection, name=name)[0].uid


def refuse_taken(server: Server, connection: sa.Connection, name: str) -> None:
    """Raise ``AccountExistsError``, or ``RejectedError`` where what is there is not to be touched."""
    there = server.look(connection, name)
    if there is None:
        return
    if there.why_not:
        raise RejectedError(f"{name} is {there.why_not}, which Seatkeeper never touches.")
    raise AccountExistsError(f"There is a user {name} already.")


def grant_roles(server: Server, connection: sa.Connection, uid: Uid, wanted: Sequence[Entitlement]) -> None:
    """Give what is not held. Raises ``RejectedError`` for a role that is not offered."""
    account, offered = get_account(server, connection, uid), set(server.offered(connection))
    missing = [each.value for each in wanted if each.value not in offered]
    if missing:
        raise RejectedError(f"The database offers no role {', '.join(missing)}.")
    server.grant(connection, account, [each.value for each in wanted if each not in account.entitlements])


def revoke_roles(server: Server, connection: sa.Connection, uid: Uid, unwanted: Sequence[Entitlement]) -> None:
    """Take away what is held."""
    account = get_account(server, connection, uid)
    server.revoke(connection, account, [each.value for each in unwanted if each in account.entitlements])


def held(roles: Sequence[str]) -> frozenset[Entitlement]:
    """Give roles as entitlements."""
    return frozenset(Entitlement(ROLE, each) for each in roles)


def shown(attributes: Mapping[str, str | None]) -> Attributes:
    """Leave out what is empty."""
    return {name: value for name, value in attributes.items() if value}
