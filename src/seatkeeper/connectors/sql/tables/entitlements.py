"""Roles in a join table (``spi.connector.GrantsEntitlements``)."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import sqlalchemy as sa

from seatkeeper.connectors.sql.refusals import TakenError
from seatkeeper.connectors.sql.tables.accounts import Accounts
from seatkeeper.connectors.sql.tables.layout import Links
from seatkeeper.connectors.sql.tables.links import add_links, remove_links
from seatkeeper.connectors.sql.tables.rows import Rows, encodable
from seatkeeper.connectors.sql.values import as_text
from seatkeeper.core.entitlements import Entitlement
from seatkeeper.core.ids import Uid
from seatkeeper.spi.errors import RejectedError


class Granting(Accounts):
    """Accounts that have roles."""

    async def list_entitlements(self) -> Sequence[Entitlement]:
        """List the roles there are; without a table of roles, those that somebody has."""
        rows = await self._rows()
        return await self._database.read(
            partial(_offered, rows), "list its roles", f"SELECT ON {self._settings.role_table}"
        )

    async def grant(self, uid: Uid, entitlements: Sequence[Entitlement]) -> None:
        """Insert what is missing."""
        rows = await self._rows()
        work = partial(_grant, rows, uid, [each.value for each in entitlements])
        right = f"INSERT, SELECT ON {self._settings.role_join_table}"
        try:
            await self._database.write(work, "grant a role", right)
        except TakenError:  # somebody granted it at the same moment
            await self._database.write(work, "grant a role", right)

    async def revoke(self, uid: Uid, entitlements: Sequence[Entitlement]) -> None:
        """Delete what is there."""
        rows = await self._rows()
        work = partial(_revoke, rows, uid, [each.value for each in entitlements])
        await self._database.write(work, "revoke a role", f"DELETE, SELECT ON {self._settings.role_join_table}")


def _links(rows: Rows) -> Links:
    assert rows.layout.roles is not None
    return rows.layout.roles


def _offered(rows: Rows, connection: sa.Connection) -> list[Entitlement]:
    column = _links(rows).name
    query = sa.select(column.at).where(column.at.is_not(None)).distinct()
    names = (column.codec.decode(each) for each in connection.execute(query).scalars())
    return sorted(Entitlement(rows.settings.entitlement_type, as_text(name)) for name in names if name is not None)


def _grant(rows: Rows, uid: Uid, names: Sequence[str], connection: sa.Connection) -> None:
    known, own = _ids(rows, names, connection), _own(rows, uid, connection)
    missing = [name for name in names if name not in known]
    if missing:
        raise RejectedError(f"{rows.settings.role_table} has no {', '.join(missing)}.")
    add_links(connection, _links(rows), [(own, known[name]) for name in names], rows.settings.batch_size)


def _revoke(rows: Rows, uid: Uid, names: Sequence[str], connection: sa.Connection) -> None:
    known, own = _ids(rows, names, connection), _own(rows, uid, connection)
    remove_links(connection, _links(rows), [(own, each) for each in known.values()], rows.settings.batch_size)


def _own(rows: Rows, uid: Uid, connection: sa.Connection) -> Any:
    found = rows.existing(connection, [uid])
    if uid not in found:
        raise rows.not_found(uid)
    return found[uid]


def _ids(rows: Rows, names: Sequence[str], connection: sa.Connection) -> Mapping[str, Any]:
    """Give the roles of these names as the join table refers to them; names are compared again on our side."""
    links = _links(rows)
    if links.names is None:
        return {name: links.target.codec.encode(name) for name in names}
    asked = encodable(links.name, list(names))
    if not asked:
        return {}
    query = sa.select(links.name.at, links.id.at).where(links.name.at.in_(asked))
    found = {as_text(links.name.codec.decode(name)): own for name, own in connection.execute(query)}
    return {name: found[name] for name in names if name in found}
