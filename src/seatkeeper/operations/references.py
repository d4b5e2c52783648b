"""Telling members apart: who is here, as a user or as a group, and who has yet to arrive."""

from collections.abc import Collection

from seatkeeper.core.ids import GroupId, UserId
from seatkeeper.core.integrations import Integration
from seatkeeper.core.users import MembersChange
from seatkeeper.store.database import Transaction
from seatkeeper.store.records.group_changes import MembersWish
from seatkeeper.store.records.waiting import find_references
from seatkeeper.store.texts import check_name


async def tell_apart(
    tx: Transaction, integration: Integration, members: MembersChange, strangers: Collection[UserId | GroupId] = ()
) -> MembersWish:
    """Look for everybody who is named otherwise than by an id, and for ``strangers``, ids that are of no user.

    Raises ``InvalidValueError`` for a value that cannot be waited for.
    """
    for name in (*members.add_named, *members.remove_named):
        check_name(name, "The value of a member")
    named, unnamed = sorted(members.add_named), sorted(members.remove_named)
    coming = await find_references(tx, integration.id, named, sorted(strangers)) if named or strangers else []
    going = await find_references(tx, integration.id, unnamed) if unnamed else []
    users = {each.user_id for each in coming if each.user_id is not None}
    groups = {each.group_id for each in coming if each.user_id is None and each.group_id is not None}
    wait = {each.value for each in coming if each.user_id is None and each.group_id is None}
    gone = [each.user_id or each.group_id for each in going]
    return MembersWish(
        add=(members.add - set(strangers)) | users,
        nest=frozenset(groups),
        wait=frozenset(wait),
        remove=members.remove | {each for each in gone if each is not None},
        forget=members.remove_named | {each.value for each in coming if each.value not in wait},
        replace=members.replace,
    )
