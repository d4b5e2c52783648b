"""Rows of join tables: adding what is not there, and taking away."""

from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa

from seatkeeper.connectors.sql.tables.layout import Links, bind
from seatkeeper.connectors.sql.tables.rows import batches

Pair = tuple[Any, Any]
"""An account's id and a target's, as the database has them."""


def add_links(connection: sa.Connection, links: Links, pairs: Iterable[Pair], batch_size: int) -> None:
    """Insert those pairs that are not there."""
    for batch in batches(list(dict.fromkeys(pairs)), batch_size):
        users, targets = (list({pair[at]: None for pair in batch}) for at in (0, 1))
        there = sa.select(links.user.at, links.target.at).where(
            links.user.at.in_([bind(each) for each in users]),
            links.target.at.in_([bind(each) for each in targets]),
        )
        present = {(user, target) for user, target in connection.execute(there)}
        missing = [pair for pair in batch if pair not in present]
        if missing:
            names = links.user.at.name, links.target.at.name
            rows = [{names[0]: bind(user), names[1]: bind(target)} for user, target in missing]
            connection.execute(sa.insert(links.join).values(rows))


def remove_links(connection: sa.Connection, links: Links, pairs: Sequence[Pair], batch_size: int) -> None:
    """Delete those pairs that are there. All pairs share their account, or their target."""
    for batch in batches(list(dict.fromkeys(pairs)), batch_size):
        users, targets = (list({pair[at]: None for pair in batch}) for at in (0, 1))
        connection.execute(
            sa.delete(links.join).where(
                links.user.at.in_([bind(each) for each in users]),
                links.target.at.in_([bind(each) for each in targets]),
            )
        )
