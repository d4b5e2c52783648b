"""What has to hold of tables (``spi.connector.Stage``)."""

from collections.abc import Sequence
from functools import partial

import sqlalchemy as sa

from seatkeeper.connectors.sql.stages import connection_stages
from seatkeeper.connectors.sql.tables.home import Home
from seatkeeper.connectors.sql.tables.layout import Layout, Links
from seatkeeper.connectors.sql.tables.settings import TableSettings
from seatkeeper.spi.connector import Stage

_MOST_COUNTED = 1000


def list_stages(home: Home) -> Sequence[Stage]:
    """List them, in the order in which each rests on the one before."""
    return [
        *connection_stages(home.database),
        Stage("The tables and columns are there", partial(_describe, home)),
        Stage("Accounts can be read", partial(_count, home)),
        Stage("Accounts may be changed", partial(_rehearse, home)),
    ]


async def _describe(home: Home) -> str:
    layout = await home.layout(anew=True)
    told = f"{home.settings.table} with {', '.join((home.settings.id_column, *layout.columns))}"
    if layout.has_unique_names:
        return told
    return f"{told}; {home.settings.name_column} is not unique there, so nothing but care keeps doubles out"


async def _count(home: Home) -> str:
    layout = await home.layout()
    some = sa.select(layout.id.at).limit(_MOST_COUNTED + 1).subquery()
    query = sa.select(sa.func.count()).select_from(some)
    count = await home.database.read(
        lambda connection: int(connection.execute(query).scalar_one()),
        "read accounts",
        f"SELECT ON {home.settings.table}",
    )
    told = f"more than {_MOST_COUNTED}" if count > _MOST_COUNTED else str(count) if count else "none yet"
    return f"{home.settings.table} holds {told}"


async def _rehearse(home: Home) -> str:
    """Change nothing, by statements that touch no row: permissions are looked at all the same."""
    layout = await home.layout()
    for statement, right in _rehearsed(layout, home.settings):
        await home.database.write(partial(_try_out, statement), "let accounts be changed", right)
    return ""


def _try_out(statement: "sa.Executable", connection: sa.Connection) -> None:
    with connection.begin_nested() as savepoint:
        connection.execute(statement)
        savepoint.rollback()


def _rehearsed(layout: Layout, settings: TableSettings) -> list[tuple["sa.Executable", str]]:
    nothing, name = sa.false(), layout.name.at
    same = sa.update(layout.table).where(nothing).values({name.name: name})
    columns = [each.at for each in layout.columns.values()]
    more = sa.insert(layout.table).from_select([each.name for each in columns], sa.select(*columns).where(nothing))
    statements: list[tuple[sa.Executable, str]] = [
        (more, f"INSERT ON {settings.table}"),
        (same, f"UPDATE ON {settings.table}"),
    ]
    if settings.delete_rows:
        statements.append((sa.delete(layout.table).where(nothing), f"DELETE ON {settings.table}"))
    for links, table in ((layout.roles, settings.role_join_table), (layout.groups, settings.group_join_table)):
        if links is not None:
            statements += _rehearsed_links(links, str(table))
    return statements


def _rehearsed_links(links: Links, table: str) -> list[tuple["sa.Executable", str]]:
    user, target = links.user.at, links.target.at
    columns = sa.select(user, target).where(sa.false())
    return [
        (sa.insert(links.join).from_select([user.name, target.name], columns), f"INSERT ON {table}"),
        (sa.delete(links.join).where(sa.false()), f"DELETE ON {table}"),
    ]
