"""Accounts by statements of a manifest (``spi.connector``).

Every change begins with reading the account in the same transaction, compared on our side: no statement is run for
an account that is not there, or that the database only took for the one meant.
"""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from typing import Any, TypeVar

import sqlalchemy as sa

from seatkeeper.connectors.sql.addresses import POSTGRESQL
from seatkeeper.connectors.sql.databases import Database
from seatkeeper.connectors.sql.refusals import TakenError, UnfitError
from seatkeeper.connectors.sql.stages import connection_stages
from seatkeeper.connectors.sql.statements.behaviour import (
    AFTER,
    LIMIT,
    TYPE,
    UID,
    VALUE,
    Behaviour,
    parameters,
)
from seatkeeper.connectors.sql.values import Codec, Form, as_text, is_same, plain
from seatkeeper.core.accounts import Abilities, SeenAccount
from seatkeeper.core.entitlements import Entitlement
from seatkeeper.core.ids import Uid
from seatkeeper.core.problems import ProblemCode
from seatkeeper.core.values import Attributes
from seatkeeper.spi.connector import Stage
from seatkeeper.spi.errors import AccountExistsError, AccountNotFoundError, RejectedError

T = TypeVar("T")

_PAGE = 1000


class Accounts:
    """Reads, finds and lists accounts; what else an app can do stands in the classes below."""

    def __init__(self, database: Database, behaviour: Behaviour) -> None:
        self._database, self._behaviour = database, behaviour
        self._abilities = behaviour.abilities()
        self._codecs = {name: self._codec(name) for name in behaviour.known}

    @property
    def abilities(self) -> Abilities:
        """What the statements allow."""
        return self._abilities

    def stages(self) -> Sequence[Stage]:
        """List what has to hold of the database."""
        stages = [*connection_stages(self._database), Stage("Accounts can be listed", self._try_list)]
        if self._behaviour.list_entitlements is not None:
            stages.append(Stage("Entitlements can be listed", self._try_entitlements))
        return stages

    async def read_account(self, uid: Uid) -> SeenAccount | None:
        """Read one account."""
        return await self._looking(lambda connection: self._one(connection, uid), None)

    async def find_accounts(self, attribute: str, value: str) -> Sequence[SeenAccount]:
        """Find accounts by one attribute, compared again on our side."""
        self._check_known(attribute)
        if attribute in self._behaviour.write_only:
            return []
        if attribute not in self._behaviour.find:
            return [each async for each in self.list_accounts() if self._is_hit(each, attribute, value)]
        return await self._looking(lambda connection: self._found(connection, attribute, value), [])

    async def list_accounts(self) -> AsyncIterator[SeenAccount]:
        """List all accounts, in pages where the statement takes them."""
        has_pages, after = LIMIT in parameters(self._behaviour.list), None
        while True:
            page: list[SeenAccount] = await self._database.read(self._page(after), "list accounts")
            for each in page:
                yield each
            if not has_pages or len(page) < _PAGE:
                return
            after = page[-1].uid

    def _page(self, after: str | None) -> Callable[[sa.Connection], list[SeenAccount]]:
        given = {AFTER: after, LIMIT: _PAGE}
        return lambda connection: self._accounts(connection, self._behaviour.list, given)

    def _one(self, connection: sa.Connection, uid: Uid) -> SeenAccount | None:
        found = self._accounts(connection, self._behaviour.read, {UID: self._text(UID, uid)})
        return next((each for each in found if each.uid == uid), None)

    def _get(self, connection: sa.Connection, uid: Uid) -> SeenAccount:
        found = self._one(connection, uid)
        if found is None:
            raise AccountNotFoundError(f"The database holds no account {uid}.")
        return found

    def _found(self, connection: sa.Connection, attribute: str, value: str) -> list[SeenAccount]:
        given = {VALUE: self._codecs[attribute].encode(value)}
        found = self._accounts(connection, self._behaviour.find[attribute], given)
        return [each for each in found if self._is_hit(each, attribute, value)]

    def _is_hit(self, account: SeenAccount, attribute: str, value: str) -> bool:
        folds = attribute in self._behaviour.ignores_case
        return is_same(account.attributes.get(attribute), value, folds=folds)

    def _accounts(self, connection: sa.Connection, statement: str, given: Mapping[str, Any]) -> list[SeenAccount]:
        rows = [_by_name(row) for row in run(connection, statement, given).mappings()]
        return [self._seen(row, self._held(connection, row)) for row in rows]

    def _held(self, connection: sa.Connection, row: Mapping[str, Any]) -> frozenset[Entitlement]:
        if self._behaviour.entitlements is None:
            return frozenset()
        given = {UID: as_text(_column(row, UID))}
        return frozenset(_entitlements(run(connection, self._behaviour.entitlements, given)))

    def _seen(self, row: Mapping[str, Any], held: frozenset[Entitlement]) -> SeenAccount:
        behaviour = self._behaviour
        values = {name: self._codecs[name].decode(_column(row, name)) for name in behaviour.readable}
        attributes = {name: value for name, value in values.items() if value is not None}
        active = Codec("active", Form.TRUTH).decode(row.get("active"))
        name = as_text(attributes.get(behaviour.name, ""))
        seen = active if isinstance(active, bool) else None
        return SeenAccount(Uid(as_text(_column(row, UID))), name, seen, attributes, held)

    def _codec(self, name: str) -> Codec:
        form = Form.TRUTH if name in self._behaviour.booleans else Form.TEXT
        return Codec(name, form, holds_nul=self._database.address.dialect != POSTGRESQL)

    def _text(self, name: str, value: str) -> Any:
        return Codec(name, holds_nul=self._database.address.dialect != POSTGRESQL).encode(value)

    def _values(self, attributes: Attributes) -> dict[str, Any]:
        for name in attributes:
            self._check_known(name)
        return {name: self._codecs[name].encode(attributes.get(name)) for name in self._behaviour.known}

    def _check_known(self, attribute: str) -> None:
        if attribute not in self._codecs:
            told = f"{attribute} is not among the attributes of this app: {', '.join(self._behaviour.known)}."
            raise RejectedError(told, ProblemCode.SETTINGS_INVALID)

    async def _looking(self, work: Callable[[sa.Connection], T], otherwise: T) -> T:
        try:
            return await self._database.read(work, "look for an account")
        except UnfitError:
            return otherwise  # a value the column could not hold is nobody's

    async def _change(self, uid: Uid, statements: Sequence[str], what: str) -> None:
        def work(connection: sa.Connection) -> None:
            given = {**self._values(self._get(connection, uid).attributes), UID: self._text(UID, uid)}
            for each in statements:
                run(connection, each, given)

        await self._database.write(work, what)

    async def _try_list(self) -> str:
        page = await self._database.read(self._page(None), "list accounts")
        return f"{len(page)}{' and more' if len(page) == _PAGE else ''}"

    async def _try_entitlements(self) -> str:
        statement = self._behaviour.list_entitlements
        assert statement is not None
        offered = await self._database.read(
            lambda connection: _entitlements(run(connection, statement, {})), "list entitlements"
        )
        return str(len(offered))


class Creating(Accounts):
    """Accounts that can be made."""

    async def create_account(self, attributes: Attributes) -> Uid:
        """Run the statements, unless one of that name is there; then look for it."""
        name = attributes.get(self._behaviour.name)
        if not isinstance(name, str) or not name:
            told = f"An account needs {self._behaviour.name}, which names it."
            raise RejectedError(told, ProblemCode.REQUIRED_MISSING)

        def work(connection: sa.Connection) -> Uid:
            if self._found(connection, self._behaviour.name, name):
                raise AccountExistsError(f"There is an account {name} already.")
            for each in self._behaviour.create:
                run(connection, each, self._values(attributes))
            made = self._found(connection, self._behaviour.name, name)
            if len(made) != 1:
                raise RejectedError(f"There are {len(made)} accounts {name} after one was made: nothing was kept.")
            return made[0].uid

        try:
            return await self._database.write(work, "create an account")
        except TakenError as taken:
            if await self.find_accounts(self._behaviour.name, name):
                raise AccountExistsError(f"There is an account {name} already.") from None
            raise RejectedError(str(taken)) from None


class Updating(Accounts):
    """Accounts that can be changed."""

    async def update_account(self, uid: Uid, changes: Attributes) -> None:
        """Run each statement that one of the changes is for; its other values are as they were."""
        for name in changes:
            self._check_known(name)

        def work(connection: sa.Connection) -> None:
            before = self._get(connection, uid).attributes
            given = {**self._values({**before, **changes}), UID: self._text(UID, uid)}
            for each in self._behaviour.update:
                if parameters(each) & changes.keys():
                    run(connection, each, given)

        try:
            await self._database.write(work, "change an account")
        except TakenError as taken:
            if self._behaviour.name in changes:
                raise AccountExistsError(str(taken)) from None
            raise


class Switching(Accounts):
    """Accounts that can be disabled."""

    async def set_active(self, uid: Uid, *, active: bool) -> None:
        """Run the statements of ``enable`` or ``disable``."""
        statements = self._behaviour.enable if active else self._behaviour.disable
        await self._change(uid, statements, "enable or disable an account")


class Deleting(Accounts):
    """Accounts that can be deleted."""

    async def delete_account(self, uid: Uid) -> None:
        """Run the statements."""
        await self._change(uid, self._behaviour.delete, "delete an account")


class Granting(Accounts):
    """Accounts that hold entitlements."""

    async def list_entitlements(self) -> Sequence[Entitlement]:
        """List what there is."""
        statement = self._behaviour.list_entitlements
        assert statement is not None
        return await self._database.read(
            lambda connection: _entitlements(run(connection, statement, {})), "list entitlements"
        )

    async def grant(self, uid: Uid, entitlements: Sequence[Entitlement]) -> None:
        """Run the statements for each that is not held. Raises ``RejectedError`` for what there is not."""
        statement = self._behaviour.list_entitlements
        assert statement is not None

        def work(connection: sa.Connection) -> None:
            account = self._get(connection, uid)
            missing = [each for each in entitlements if each not in account.entitlements]
            offered = set(_entitlements(run(connection, statement, {}))) if missing else set()
            unknown = [f"{each.type} {each.value}" for each in missing if each not in offered]
            if unknown:
                raise RejectedError(f"The database offers no {', '.join(unknown)}.")
            self._run_each(connection, self._behaviour.grant, account, missing)

        await self._database.write(work, "grant an entitlement")

    async def revoke(self, uid: Uid, entitlements: Sequence[Entitlement]) -> None:
        """Run the statements for each that is held."""

        def work(connection: sa.Connection) -> None:
            account = self._get(connection, uid)
            held = [each for each in entitlements if each in account.entitlements]
            self._run_each(connection, self._behaviour.revoke, account, held)

        await self._database.write(work, "revoke an entitlement")

    def _run_each(
        self,
        connection: sa.Connection,
        statements: Sequence[str],
        account: SeenAccount,
        entitlements: Sequence[Entitlement],
    ) -> None:
        given = {**self._values(account.attributes), UID: self._text(UID, account.uid)}
        for each in entitlements:
            for statement in statements:
                run(connection, statement, {**given, TYPE: each.type, VALUE: self._text(VALUE, each.value)})


def run(connection: sa.Connection, statement: str, given: Mapping[str, Any]) -> "sa.CursorResult[Any]":
    """Run one statement with the values it names."""
    return connection.execute(sa.text(statement), {name: given[name] for name in parameters(statement)})


def _entitlements(result: "sa.CursorResult[Any]") -> list[Entitlement]:
    rows = [_by_name(row) for row in result.mappings()]
    return [Entitlement(as_text(plain(_column(row, TYPE))), as_text(plain(_column(row, VALUE)))) for row in rows]


def _by_name(row: sa.RowMapping) -> dict[str, Any]:
    # PostgreSQL writes names small that were not quoted, so userName comes as username.
    return {str(name).casefold(): value for name, value in row.items()}


def _column(row: Mapping[str, Any], name: str) -> Any:
    try:
        return row[name.casefold()]
    except KeyError:
        told = f"The statement gives no column {name}; it gives {', '.join(row)}."
        raise RejectedError(told, ProblemCode.SETTINGS_INVALID) from None
