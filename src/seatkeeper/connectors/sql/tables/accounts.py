"""Accounts in a table, as a session offers them (``spi.connector``)."""

from collections.abc import AsyncIterator, Sequence
from functools import partial
from typing import Any

from seatkeeper.connectors.sql.refusals import InUseError, TakenError, UnfitError
from seatkeeper.connectors.sql.tables.home import Home
from seatkeeper.connectors.sql.tables.rows import Rows
from seatkeeper.connectors.sql.tables.stages import list_stages
from seatkeeper.core.accounts import Abilities, SeenAccount
from seatkeeper.core.ids import Uid
from seatkeeper.core.values import Attributes
from seatkeeper.spi.connector import Stage
from seatkeeper.spi.errors import AccountExistsError, RejectedError


class Accounts:
    """Reads, lists, makes and changes accounts."""

    def __init__(self, home: Home) -> None:
        self._home, self._database, self._settings = home, home.database, home.settings

    @property
    def abilities(self) -> Abilities:
        """What these settings allow; which columns mind no case is known once they were looked at."""
        settings, known = self._settings, self._home.known
        folding = frozenset(settings.case_insensitive_columns) & frozenset(settings.attributes)
        return Abilities(
            name_attribute=settings.name_column,
            requires=frozenset() if known is None else known.needed - {settings.name_column},
            renames=settings.name_column != settings.id_column,
            disables=settings.disables,
            deletes=settings.delete_rows,
            grants=frozenset({settings.entitlement_type} if settings.role_join_table else ()),
            groups=settings.group_table is not None,
            write_only=frozenset(settings.write_only_columns),
            create_only=frozenset(settings.create_only_columns),
            ignores_case=folding if known is None else known.folding,
        )

    def stages(self) -> Sequence[Stage]:
        """List what has to hold of the database."""
        return list_stages(self._home)

    async def read_account(self, uid: Uid) -> SeenAccount | None:
        """Read one account."""
        rows = await self._rows()
        try:
            return await self._database.read(partial(rows.one, uid=uid), "read an account", self._grant("SELECT"))
        except UnfitError:
            return None  # the id of another kind: a text where a UUID is

    async def find_accounts(self, attribute: str, value: str) -> Sequence[SeenAccount]:
        """Find accounts by one column, compared again on our side."""
        rows = await self._rows()
        find = partial(rows.find, attribute=attribute, value=value)
        try:
            return await self._database.read(find, "look for an account", self._grant("SELECT"))
        except UnfitError:
            return []

    async def list_accounts(self) -> AsyncIterator[SeenAccount]:
        """List all accounts in the order of their ids, page by page, so none is missed when others come or go."""
        rows, after = await self._rows(), None
        while True:
            page: tuple[list[SeenAccount], Any] = await self._database.read(
                partial(rows.page, after=after), "list accounts", self._grant("SELECT")
            )
            accounts, after = page
            for each in accounts:
                yield each
            if after is None:
                return

    async def create_account(self, attributes: Attributes) -> Uid:
        """Insert a row."""
        rows = await self._rows()
        create = partial(rows.create, attributes=attributes)
        try:
            return await self._database.write(create, "create an account", self._grant("INSERT, SELECT"))
        except TakenError as taken:
            # Somebody was faster, or it is another column that must be unique.
            name = str(attributes[self._settings.name_column])
            if await self.find_accounts(self._settings.name_column, name):
                raise AccountExistsError(f"There is an account {name} already.") from None
            raise RejectedError(str(taken)) from None

    async def update_account(self, uid: Uid, changes: Attributes) -> None:
        """Change just these columns."""
        rows = await self._rows()
        update = partial(rows.update, uid=uid, changes=changes)
        try:
            await self._database.write(update, "change an account", self._grant("UPDATE, SELECT"))
        except TakenError as taken:
            if self._settings.name_column in changes:
                raise AccountExistsError(str(taken)) from None
            raise

    async def _rows(self) -> Rows:
        return Rows(await self._home.layout(), self._settings)

    def _grant(self, rights: str) -> str:
        return f"{rights} ON {self._settings.table}"


class Switching(Accounts):
    """Accounts that can be disabled, because a column says so."""

    async def set_active(self, uid: Uid, *, active: bool) -> None:
        """Let the person sign in, or not."""
        rows = await self._rows()
        switch = partial(rows.switch, uid=uid, active=active)
        await self._database.write(switch, "enable or disable an account", self._grant("UPDATE, SELECT"))


class Deleting(Accounts):
    """Accounts that can be deleted."""

    async def delete_account(self, uid: Uid) -> None:
        """Delete the row and its memberships."""
        rows = await self._rows()
        try:
            delete = partial(rows.delete, uid=uid)
            await self._database.write(delete, "delete an account", self._grant("DELETE, SELECT"))
        except InUseError as error:
            remedy = (
                "Let leavers be disabled instead, or let the database delete what refers to them along with them."
            )
            raise RejectedError(str(error), error.code, remedy=remedy) from None
