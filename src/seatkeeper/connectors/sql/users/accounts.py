"""Users of a database, as a session offers them (``spi.connector``)."""

from collections.abc import AsyncIterator, Sequence
from functools import partial

import sqlalchemy as sa

from seatkeeper.connectors.sql.databases import Database
from seatkeeper.connectors.sql.refusals import UnfitError
from seatkeeper.connectors.sql.stages import connection_stages
from seatkeeper.connectors.sql.users.mariadb import MariaDB
from seatkeeper.connectors.sql.users.postgresql import PostgreSQL
from seatkeeper.connectors.sql.users.servers import (
    COMMENT,
    NAME,
    ROLE,
    Server,
    create_account,
    get_account,
    grant_roles,
    revoke_roles,
)
from seatkeeper.connectors.sql.users.settings import UserSettings
from seatkeeper.connectors.sql.values import is_same
from seatkeeper.core.accounts import Abilities, SeenAccount
from seatkeeper.core.entitlements import Entitlement
from seatkeeper.core.ids import Uid
from seatkeeper.core.values import Attributes
from seatkeeper.spi.connector import Stage


class Users:
    """Reads, makes, locks and drops users, and grants them roles."""

    known = frozenset({NAME})
    """The attributes these users have."""

    def __init__(self, database: Database, server: Server) -> None:
        self._database, self._server = database, server

    @property
    def abilities(self) -> Abilities:
        """What the server can do."""
        is_changing = COMMENT in self.known
        return Abilities(name_attribute=NAME, updates=is_changing, renames=is_changing, grants=frozenset({ROLE}))

    def stages(self) -> Sequence[Stage]:
        """List what has to hold of the server."""
        return [
            *connection_stages(self._database),
            Stage("Users can be read", self._count),
            Stage("Roles can be read", self._count_roles),
        ]

    async def read_account(self, uid: Uid) -> SeenAccount | None:
        """Read one user."""
        found = await self._find(uid=uid)
        return found[0] if found else None

    async def find_accounts(self, attribute: str, value: str) -> Sequence[SeenAccount]:
        """Find users, compared again on our side."""
        found = await self._find(name=value) if attribute == NAME else await self._find()
        return [each for each in found if is_same(each.attributes.get(attribute), value, folds=False)]

    async def list_accounts(self) -> AsyncIterator[SeenAccount]:
        """List all users, read at once: a server has few."""
        for each in await self._find():
            yield each

    async def create_account(self, attributes: Attributes) -> Uid:
        """Make a user."""
        work = partial(create_account, self._server, attributes=attributes, known=self.known)
        return await self._database.write(work, "create a user")

    async def set_active(self, uid: Uid, *, active: bool) -> None:
        """Lock or unlock a user; sessions that are open stay open."""

        def switch(connection: sa.Connection) -> None:
            self._server.switch(connection, get_account(self._server, connection, uid), active=active)

        await self._database.write(switch, "lock or unlock a user")

    async def delete_account(self, uid: Uid) -> None:
        """Drop a user."""

        def drop(connection: sa.Connection) -> None:
            self._server.drop(connection, get_account(self._server, connection, uid))

        await self._database.write(drop, "drop a user")

    async def list_entitlements(self) -> Sequence[Entitlement]:
        """List the roles that may be granted."""
        return [
            Entitlement(ROLE, each) for each in await self._database.read(self._server.offered, "list its roles")
        ]

    async def grant(self, uid: Uid, entitlements: Sequence[Entitlement]) -> None:
        """Grant roles."""
        await self._database.write(
            lambda connection: grant_roles(self._server, connection, uid, entitlements),
            "grant a role",
            f"{', '.join(each.value for each in entitlements)} WITH ADMIN OPTION",
        )

    async def revoke(self, uid: Uid, entitlements: Sequence[Entitlement]) -> None:
        """Revoke roles."""
        await self._database.write(
            lambda connection: revoke_roles(self._server, connection, uid, entitlements), "revoke a role"
        )

    async def _find(self, name: str | None = None, uid: Uid | None = None) -> list[SeenAccount]:
        try:
            return await self._database.read(partial(self._server.find, name=name, uid=uid), "list users")
        except UnfitError:
            return []

    async def _count(self) -> str:
        return f"{len(await self._find()) or 'none yet'} that Seatkeeper may change"

    async def _count_roles(self) -> str:
        return f"{len(await self.list_entitlements()) or 'none'} that may be granted"


class MariaDBUsers(Users):
    """Users of MariaDB: a name and a host, and nothing else to change."""

    def __init__(self, database: Database, settings: UserSettings) -> None:
        super().__init__(database, MariaDB(settings))


class PostgreSQLUsers(Users):
    """Users of PostgreSQL: their name and comment can be changed, and what they own may have to be given away."""

    known = frozenset({NAME, COMMENT})

    def __init__(self, database: Database, settings: UserSettings) -> None:
        super().__init__(database, PostgreSQL(settings))
        self._settings, self._postgresql = settings, PostgreSQL(settings)

    async def update_account(self, uid: Uid, changes: Attributes) -> None:
        """Rename the role, change its comment."""

        def update(connection: sa.Connection) -> None:
            self._postgresql.update(connection, get_account(self._server, connection, uid), changes)

        await self._database.write(update, "change a user")

    async def delete_account(self, uid: Uid) -> None:
        """Drop a role; with an heir, what it owns is given away first, in one database after another."""
        if self._settings.reassign_to is not None:
            await self._give_away(uid)
        await super().delete_account(uid)

    async def _give_away(self, uid: Uid) -> None:
        account = await self._database.read(partial(get_account, self._server, uid=uid), "read a user")
        places = await self._database.read(
            partial(self._postgresql.places, account=account), "see what a user owns"
        )
        right = f"{self._settings.reassign_to}"
        for place in places:
            url = self._database.address.url.set(database=place).render_as_string(hide_password=False)
            there = Database(self._settings.model_copy(update={"url": url}))
            try:
                work = partial(self._postgresql.inherit, account=account)
                await there.write(work, f"give away what a user owns in {place}", right)
            finally:
                await there.close()
