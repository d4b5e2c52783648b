"""Groups within groups, as recursive tables: who belongs to a group through another one.

A circle of groups does no harm: each group is met once.
"""

from sqlalchemy import CTE, ColumnElement, FromClause, Uuid, bindparam, select

from seatkeeper.store.membership_tables import memberships, nested_groups


def belonging_to(users: ColumnElement[bool]) -> CTE:
    """Give the pairs of ``user_id`` and ``group_id``, direct and indirect, of the memberships this holds for."""
    pairs = select(memberships.c.user_id, memberships.c.group_id).where(users).cte("belonging", recursive=True)
    outer = select(pairs.c.user_id, nested_groups.c.group_id)
    return pairs.union(outer.join(nested_groups, nested_groups.c.member_id == pairs.c.group_id))


def groups_within(given: FromClause) -> CTE:
    """Give the ``group_id`` of the given groups (column ``id``) and of all in them, however deep."""
    inside = select(given.c.id.label("group_id")).cte("inside", recursive=True)
    deeper = select(nested_groups.c.member_id).join(inside, nested_groups.c.group_id == inside.c.group_id)
    return inside.union(deeper)


def groups_around(given: FromClause) -> CTE:
    """Give the ``group_id`` of the given groups (column ``id``) and of all they are in, however deep."""
    around = select(given.c.id.label("group_id")).cte("around", recursive=True)
    wider = select(nested_groups.c.group_id).join(around, nested_groups.c.member_id == around.c.group_id)
    return around.union(wider)


def nesting() -> CTE:
    """Give the pairs of ``member_id`` and ``group_id`` of an integration's groups within groups, however deep.

    The integration is the parameter ``integration_id``.
    """
    mine = nested_groups.c.integration_id == bindparam("integration_id", type_=Uuid)
    pairs = select(nested_groups.c.member_id, nested_groups.c.group_id).where(mine).cte("nesting", recursive=True)
    outer = select(pairs.c.member_id, nested_groups.c.group_id)
    return pairs.union(outer.join(nested_groups, nested_groups.c.member_id == pairs.c.group_id))
