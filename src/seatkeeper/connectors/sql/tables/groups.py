"""Groups with members in a join table (``spi.connector.ManagesGroups``)."""

from collections.abc import Sequence
from functools import partial
from typing import Any

import sqlalchemy as sa

from seatkeeper.connectors.sql.refusals import TakenError, UnfitError
from seatkeeper.connectors.sql.tables.accounts import Accounts
from seatkeeper.connectors.sql.tables.layout import Links, bind
from seatkeeper.connectors.sql.tables.links import add_links, remove_links
from seatkeeper.connectors.sql.tables.rows import Rows
from seatkeeper.connectors.sql.values import as_text, is_same
from seatkeeper.core.accounts import SeenGroup
from seatkeeper.core.ids import Uid
from seatkeeper.spi.errors import AccountExistsError, AccountNotFoundError


class Grouping(Accounts):
    """Accounts beside groups they can be in."""

    async def read_group(self, uid: Uid) -> SeenGroup | None:
        """Read one group."""
        rows = await self._rows()
        try:
            return await self._database.read(partial(_read, rows, uid), "read a group", self._on_groups("SELECT"))
        except UnfitError:
            return None

    async def find_groups(self, name: str) -> Sequence[SeenGroup]:
        """Find groups by name, compared again on our side."""
        rows = await self._rows()
        try:
            return await self._database.read(
                partial(_find, rows, name), "look for a group", self._on_groups("SELECT")
            )
        except UnfitError:
            return []

    async def create_group(self, name: str) -> Uid:
        """Insert a group, unless one of that name is there."""
        rows = await self._rows()
        try:
            work = partial(_create, rows, name)
            return await self._database.write(work, "create a group", self._on_groups("INSERT, SELECT"))
        except TakenError as taken:
            raise AccountExistsError(str(taken)) from None

    async def rename_group(self, uid: Uid, name: str) -> None:
        """Change the name."""
        rows = await self._rows()
        try:
            work = partial(_rename, rows, uid, name)
            await self._database.write(work, "rename a group", self._on_groups("UPDATE, SELECT"))
        except TakenError as taken:
            raise AccountExistsError(str(taken)) from None

    async def delete_group(self, uid: Uid) -> None:
        """Delete the group and its memberships."""
        rows = await self._rows()
        await self._database.write(
            partial(_delete, rows, uid), "delete a group", self._on_groups("DELETE, SELECT")
        )

    async def change_members(self, uid: Uid, *, add: Sequence[Uid], remove: Sequence[Uid]) -> None:
        """Take away, then add. Raises ``AccountNotFoundError`` for who is gone, once all others are in."""
        rows = await self._rows()
        work = partial(_change_members, rows, uid, add, remove)
        right = f"INSERT, DELETE, SELECT ON {self._settings.group_join_table}"
        try:
            gone = await self._database.write(work, "change members", right)
        except TakenError:  # somebody added one at the same moment
            gone = await self._database.write(work, "change members", right)
        if gone:
            told = f"{self._settings.table} holds no account {', '.join(gone[:5])} to add to a group."
            raise AccountNotFoundError(told)

    def _on_groups(self, rights: str) -> str:
        return f"{rights} ON {self._settings.group_table}"


def _links(rows: Rows) -> tuple[Links, sa.TableClause]:
    links = rows.layout.groups
    assert links is not None
    assert links.names is not None
    return links, links.names


def _found(rows: Rows, connection: sa.Connection, condition: "sa.ColumnElement[bool]") -> Sequence[SeenGroup]:
    links, _ = _links(rows)
    query = sa.select(links.id.at, links.name.at).where(condition)
    return [
        SeenGroup(Uid(as_text(own)), as_text(links.name.codec.decode(name) or ""), _members(rows, own, connection))
        for own, name in connection.execute(query).all()
    ]


def _members(rows: Rows, own: Any, connection: sa.Connection) -> frozenset[Uid]:
    links, layout = _links(rows)[0], rows.layout
    accounts = links.join.join(layout.table, links.user.at == layout.id.at)
    query = sa.select(layout.id.at).select_from(accounts).where(links.target.at == bind(own))
    return frozenset(Uid(as_text(each)) for each in connection.execute(query).scalars())


def _read(rows: Rows, uid: Uid, connection: sa.Connection) -> SeenGroup | None:
    found = _found(rows, connection, _links(rows)[0].id.equals(uid))
    return next((each for each in found if each.uid == uid), None)


def _find(rows: Rows, name: str, connection: sa.Connection) -> Sequence[SeenGroup]:
    column = _links(rows)[0].name
    found = _found(rows, connection, column.equals(name))
    return [each for each in found if is_same(each.name, name, folds=column.folds)]


def _create(rows: Rows, name: str, connection: sa.Connection) -> Uid:
    links, groups = _links(rows)
    if _find(rows, name, connection):
        raise AccountExistsError(f"There is a group {name} already.")
    connection.execute(sa.insert(groups).values({links.name.at.name: bind(links.name.codec.encode(name))}))
    return _find(rows, name, connection)[0].uid


def _rename(rows: Rows, uid: Uid, name: str, connection: sa.Connection) -> None:
    links, groups = _links(rows)
    _get(rows, uid, connection)
    value = {links.name.at.name: bind(links.name.codec.encode(name))}
    connection.execute(sa.update(groups).where(links.id.equals(uid)).values(value))


def _delete(rows: Rows, uid: Uid, connection: sa.Connection) -> None:
    links, groups = _links(rows)
    _get(rows, uid, connection)
    connection.execute(sa.delete(links.join).where(links.target.equals(uid)))
    connection.execute(sa.delete(groups).where(links.id.equals(uid)))


def _change_members(
    rows: Rows, uid: Uid, add: Sequence[Uid], remove: Sequence[Uid], connection: sa.Connection
) -> list[Uid]:
    links, _ = _links(rows)
    own = _get(rows, uid, connection)
    known = rows.existing(connection, list(dict.fromkeys((*remove, *add))))
    size = rows.settings.batch_size
    remove_links(connection, links, [(known[each], own) for each in remove if each in known], size)
    add_links(connection, links, [(known[each], own) for each in add if each in known], size)
    return [each for each in add if each not in known]


def _get(rows: Rows, uid: Uid, connection: sa.Connection) -> Any:
    links, _ = _links(rows)
    try:
        query = sa.select(links.id.at).where(links.id.equals(uid))
    except UnfitError:
        query = None
    found = [] if query is None else connection.execute(query).scalars().all()
    for own in found:
        if as_text(own) == uid:
            return own
    raise AccountNotFoundError(f"{rows.settings.group_table} holds no group {uid}.")
