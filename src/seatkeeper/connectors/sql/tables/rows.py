"""Accounts as rows: the statements, each within a transaction of its caller."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import sqlalchemy as sa

from seatkeeper.connectors.sql.refusals import UnfitError
from seatkeeper.connectors.sql.tables.layout import Column, Layout, Links, bind
from seatkeeper.connectors.sql.tables.settings import TableSettings
from seatkeeper.connectors.sql.values import Form, as_text, is_same
from seatkeeper.core.accounts import SeenAccount
from seatkeeper.core.entitlements import Entitlement
from seatkeeper.core.ids import Uid
from seatkeeper.core.problems import ProblemCode
from seatkeeper.core.values import Attributes, is_unassigned
from seatkeeper.spi.errors import AccountExistsError, AccountNotFoundError, RejectedError


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of one table of accounts."""

    layout: Layout
    settings: TableSettings

    def find(self, connection: sa.Connection, attribute: str, value: str) -> list[SeenAccount]:
        """Find accounts by one attribute, compared again on our side."""
        column = self.layout.column(attribute)
        if attribute in self.settings.write_only_columns:
            return []
        try:
            condition = column.equals(value)
        except UnfitError:
            return []
        found = self._read(connection, condition)
        return [each for each in found if is_same(each.attributes.get(attribute), value, folds=column.folds)]

    def one(self, connection: sa.Connection, uid: Uid) -> SeenAccount | None:
        """Read the account of that id."""
        try:
            condition = self.layout.id.equals(uid)
        except UnfitError:
            return None
        found = [each for each in self._read(connection, condition) if each.uid == uid]
        if len(found) > 1:
            raise self._not_unique()
        return found[0] if found else None

    def page(self, connection: sa.Connection, after: Any) -> tuple[list[SeenAccount], Any]:
        """Read the accounts that come after an id, and give the last one's; None when there are no more."""
        conditions: list[sa.ColumnElement[bool]] = [self.layout.id.at.is_not(None)]
        if after is not None:
            conditions.append(self.layout.id.at > bind(after))
        query = self._query().where(*conditions).order_by(self.layout.id.at).limit(self.settings.page_size)
        rows = connection.execute(query).all()
        last = rows[-1][0] if len(rows) == self.settings.page_size else None
        return self._seen(connection, rows), last

    def create(self, connection: sa.Connection, attributes: Attributes) -> Uid:
        """Insert a row, active, unless one of that name is there."""
        name = attributes.get(self.settings.name_column)
        if not isinstance(name, str) or not name:
            told = f"An account needs {self.settings.name_column}, which names it."
            raise RejectedError(told, ProblemCode.REQUIRED_MISSING)
        if self.find(connection, self.settings.name_column, name):
            raise AccountExistsError(f"There is an account {name} already.")
        given = self._values({name: value for name, value in attributes.items() if not is_unassigned(value)})
        if self.settings.new_ids == "uuid":
            given[self.layout.id.at.name] = bind(str(uuid4()))
        connection.execute(sa.insert(self.layout.table).values({**given, **self._switched(active=True)}))
        made = self.find(connection, self.settings.name_column, name)
        if len(made) != 1:
            told = f"The database holds {len(made)} accounts {name} after one was inserted, so nothing was kept."
            raise RejectedError(told)
        return made[0].uid

    def update(self, connection: sa.Connection, uid: Uid, changes: Attributes) -> None:
        """Change just these columns."""
        self._change(connection, uid, self._values(changes))

    def switch(self, connection: sa.Connection, uid: Uid, *, active: bool) -> None:
        """Let the person sign in, or not."""
        self._change(connection, uid, self._switched(active=active))

    def delete(self, connection: sa.Connection, uid: Uid) -> None:
        """Delete the row, and those of the join tables that refer to it."""
        links = [each for each in (self.layout.roles, self.layout.groups) if each is not None]
        if self.one(connection, uid) is None:
            raise self.not_found(uid)
        for each in links:
            connection.execute(sa.delete(each.join).where(each.user.equals(uid)))
        connection.execute(sa.delete(self.layout.table).where(self.layout.id.equals(uid)))

    def not_found(self, uid: Uid) -> AccountNotFoundError:
        """Say that an account is not there."""
        return AccountNotFoundError(f"{self.settings.table} holds no account {uid}.")

    def existing(self, connection: sa.Connection, uids: Sequence[Uid]) -> Mapping[Uid, Any]:
        """Give the ids of those accounts that are there, as the database has them."""
        known: dict[Uid, Any] = {}
        for batch in batches(uids, self.settings.batch_size):
            encoded = encodable(self.layout.id, batch)
            if encoded:
                query = sa.select(self.layout.id.at).where(self.layout.id.at.in_(encoded))
                known |= {Uid(as_text(each)): each for each in connection.execute(query).scalars()}
        return {uid: known[uid] for uid in uids if uid in known}

    def _change(self, connection: sa.Connection, uid: Uid, values: Mapping[str, Any]) -> None:
        if self.one(connection, uid) is None:
            raise self.not_found(uid)
        if values:
            connection.execute(sa.update(self.layout.table).where(self.layout.id.equals(uid)).values(values))

    def _values(self, attributes: Attributes) -> dict[str, Any]:
        columns = {name: self.layout.column(name) for name in attributes}
        return {name: bind(columns[name].codec.encode(value)) for name, value in attributes.items()}

    def _switched(self, *, active: bool) -> dict[str, Any]:
        column = self.layout.switch
        if column is None:
            return {}
        if self.settings.active_column is not None:
            value = self.settings.active_value if active else self.settings.disabled_value
            return {column.at.name: bind(column.codec.encode(value))}
        if not column.is_time:
            return {column.at.name: bind(column.codec.encode(not active))}
        # Whoever was marked earlier stays so from then on.
        now = sa.func.coalesce(column.at, sa.func.current_timestamp())
        return {column.at.name: sa.null() if active else now}

    def _query(self) -> "sa.Select[Any]":
        readable = [
            column.at
            for name, column in self.layout.columns.items()
            if name not in self.settings.write_only_columns
        ]
        switch = sa.null() if self.layout.switch is None else self.layout.switch.at
        return sa.select(self.layout.id.at, switch, *readable)

    def _read(self, connection: sa.Connection, condition: "sa.ColumnElement[bool]") -> list[SeenAccount]:
        return self._seen(connection, connection.execute(self._query().where(condition)).all())

    def _seen(self, connection: sa.Connection, rows: Sequence[Any]) -> list[SeenAccount]:
        held = (
            {}
            if self.layout.roles is None
            else self._held(connection, self.layout.roles, [row[0] for row in rows])
        )
        return [self._account(row, held.get(row[0], frozenset())) for row in rows]

    def _account(self, row: Any, held: frozenset[Entitlement]) -> SeenAccount:
        names = [name for name in self.layout.columns if name not in self.settings.write_only_columns]
        values = (self.layout.columns[name].codec.decode(each) for name, each in zip(names, row[2:], strict=True))
        attributes = {name: value for name, value in zip(names, values, strict=True) if value is not None}
        name = attributes.get(self.settings.name_column, "")
        return SeenAccount(Uid(as_text(row[0])), as_text(name), self._is_active(row[1]), attributes, held)

    def _is_active(self, held: Any) -> bool | None:
        column = self.layout.switch
        if column is None:
            return None
        value = column.codec.decode(held)
        if self.settings.active_column is not None:
            expected = self.settings.active_value
            if column.codec.form is not Form.TEXT:
                return bool(value == column.codec.encode(expected))
            return value is not None and as_text(value) == expected
        return value is None if column.is_time else value in {None, False}

    def _held(
        self, connection: sa.Connection, links: Links, ids: Sequence[Any]
    ) -> dict[Any, frozenset[Entitlement]]:
        held: dict[Any, set[Entitlement]] = {}
        for batch in batches(ids, self.settings.batch_size):
            query = sa.select(links.user.at, links.name.at).where(
                links.user.at.in_([bind(each) for each in batch])
            )
            if links.names is not None:
                query = query.select_from(links.join.join(links.names, links.target.at == links.id.at))
            for user, name in connection.execute(query):
                if name is not None:
                    given = Entitlement(self.settings.entitlement_type, as_text(links.name.codec.decode(name)))
                    held.setdefault(user, set()).add(given)
        return {user: frozenset(each) for user, each in held.items()}

    def _not_unique(self) -> RejectedError:
        told = f"{self.settings.id_column} is not unique in {self.settings.table}."
        return RejectedError(told, ProblemCode.SETTINGS_INVALID)


def encodable(column: Column, values: Sequence[str]) -> "list[sa.BindParameter[Any]]":
    """Make parameters of the values the column could hold; nothing is there by the others."""
    made = []
    for value in values:
        try:
            made.append(bind(column.codec.encode(value)))
        except UnfitError:
            continue
    return made


def batches(items: Sequence[Any], size: int) -> list[Sequence[Any]]:
    """Cut a sequence into parts of at most ``size``."""
    return [items[start : start + size] for start in range(0, len(items), size)]
