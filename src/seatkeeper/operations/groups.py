"""What an IdP may ask for about groups and their members.

A member is a user or a group of the same integration, or somebody who is waited for. Its sister is
``operations.users``, which says how both lock; here, groups are locked before the groups in them.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import groupby

from seatkeeper.core.errors import AlreadyExistsError, NotFoundError
from seatkeeper.core.events import EventKind, Origin
from seatkeeper.core.ids import GroupId, UserId
from seatkeeper.core.integrations import Integration
from seatkeeper.core.users import Group, MembersChange
from seatkeeper.core.values import Document
from seatkeeper.operations.drafts import as_stored, changed_attributes, check_version
from seatkeeper.operations.group_consequences import ask_for_members, count_members, follow_change
from seatkeeper.operations.references import tell_apart
from seatkeeper.operations.uniqueness import take_turns_for_group
from seatkeeper.store.database import Database, Transaction
from seatkeeper.store.deadlocks import undeterred
from seatkeeper.store.identifiers import new_id
from seatkeeper.store.queries.groups import find_unanswered_group, list_members
from seatkeeper.store.records.app_groups import list_app_groups_of
from seatkeeper.store.records.arrivals import let_arrive
from seatkeeper.store.records.consequences import follow_group
from seatkeeper.store.records.events import Happening, record_event
from seatkeeper.store.records.group_changes import MembersWish, Turnover, rename_group, write_group
from seatkeeper.store.records.groups import delete_group_row, insert_group, lock_group, mark_group_unanswered
from seatkeeper.store.records.jobs import ask_for_groups
from seatkeeper.store.records.waiting import list_waited_for, list_wants
from seatkeeper.store.texts import check_name, name_key

__all__ = ["GroupChange", "GroupDraft", "MembersChange", "change_group", "create_group", "delete_group"]


@dataclass(frozen=True, slots=True)
class GroupDraft:
    """A group as it should be, without its members.

    ``document`` is the whole canonical resource, ``displayName`` and ``externalId`` included, without ``schemas``,
    ``id``, ``meta`` and ``members``, and without attributes that have no value.
    """

    display_name: str
    external_id: str | None
    document: Document


@dataclass(frozen=True, slots=True)
class GroupChange:
    """A group as it should be, and what becomes of its members."""

    draft: GroupDraft
    members: MembersChange = field(default_factory=MembersChange)


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Somebody for whom groups may wait, by these names."""

    id: UserId | GroupId
    external_id: str | None
    user_name_key: str | None = None


async def create_group(
    tx: Transaction,
    integration: Integration,
    draft: GroupDraft,
    members: MembersChange | frozenset[UserId | GroupId],
    *,
    group_id: GroupId | None = None,
) -> Group:
    """Take in a new group with its members, and let it into the groups that wait for it.

    Raises ``AlreadyExistsError`` when the displayName is taken, compared without case, and ``InvalidValueError``.
    """
    if not isinstance(members, MembersChange):
        members = MembersChange(members)
    group = _applied(_unborn(tx, group_id), draft)
    async with tx.savepoint():
        if not await insert_group(tx, integration.id, group):
            return await _get_first(tx, integration, group, members)
        joined = await _write(tx, integration, group, members, attributes=())
    details = {name: count for name, count in count_members(joined).items() if name != "removed"}
    happening = Happening(integration.id, EventKind.GROUP_ASSIGNED, group.display_name, details=details)
    await ask_for_members(tx, integration, joined, [])
    await follow_group(tx, group.id, happening, pushes=integration.policy.push_groups, takes_access=False)
    if group.external_id is not None:
        await join_waiting_groups(tx, integration, [Newcomer(group.id, group.external_id)])
    return group


async def change_group(
    tx: Transaction,
    integration: Integration,
    group_id: GroupId,
    change: Callable[[Group], GroupChange],
    *,
    if_version: int | None = None,
) -> Group:
    """Change a group; ``change`` is pure and is given the group as it stands, locked until the transaction ends.

    A change that changes nothing leaves no trace: no new version, no job, no event. Raises ``NotFoundError``,
    ``VersionMismatchError``, ``AlreadyExistsError``, ``InvalidValueError``, and whatever ``change`` raises.
    """
    group = _found(await lock_group(tx, integration.id, group_id), group_id)
    check_version(group.version, if_version)
    wish = change(group)
    wanted = replace(_applied(group, wish.draft), version=group.version + 1, updated_at=tx.now)
    attributes = changed_attributes(_in_full(group), _in_full(wanted))
    if "displayName" in attributes:
        await take_turns_for_group(tx, integration, [group.display_name, wanted.display_name])
    turnover = await _write(tx, integration, wanted, wish.members, attributes=attributes)
    if attributes or turnover.waiting or not turnover.is_empty:
        await follow_change(tx, integration, wanted, attributes, turnover)
    if "externalId" in attributes and wanted.external_id is not None:
        await join_waiting_groups(tx, integration, [Newcomer(group_id, wanted.external_id)])
    return wanted if attributes or not turnover.is_empty else group


async def change_members(
    tx: Transaction, integration: Integration, group_id: GroupId, members: MembersChange
) -> Group:
    """Let members of a group come and go, and nothing else. Raises as ``change_group`` does."""
    return await change_group(tx, integration, group_id, lambda group: GroupChange(_as_it_is(group), members))


async def delete_group(
    tx: Transaction, integration: Integration, group_id: GroupId, *, if_version: int | None = None
) -> None:
    """Remove a group, and ask for the app's group to be removed where it was pushed.

    Raises ``NotFoundError`` and ``VersionMismatchError``.
    """
    group = _found(await lock_group(tx, integration.id, group_id, to_delete=True), group_id)
    check_version(group.version, if_version)
    await ask_for_members(tx, integration, Turnover(), [group_id])
    jobs = await ask_for_groups(tx, await list_app_groups_of(tx, [group_id]), takes_access=True)
    await delete_group_row(tx, group_id)
    job_id = jobs[0] if jobs else None
    await record_event(tx, Happening(integration.id, EventKind.GROUP_REMOVED, group.display_name, job_id=job_id))


async def join_waiting_groups(tx: Transaction, integration: Integration, newcomers: Sequence[Newcomer]) -> None:
    """Make everybody a member of the groups that wait for them, with one change of each group."""
    by_external_id = {each.external_id: each.id for each in newcomers if each.external_id is not None}
    by_name = {each.user_name_key: each.id for each in newcomers if each.user_name_key is not None}
    wants = await list_wants(tx, integration.id, list(by_external_id), list(by_name))
    for group_id, wanted in groupby(wants, key=lambda want: want.group_id):
        found = [(by_external_id.get(want.value) or by_name[want.value_key], want.value) for want in wanted]
        joining = MembersChange(
            frozenset(newcomer for newcomer, _ in found), remove_named=frozenset(value for _, value in found)
        )
        await change_members(tx, integration, group_id, joining)


async def _look_again(
    integration: Integration, group_id: GroupId, values: frozenset[str], database: Database, origin: Origin
) -> None:
    """Look for those who were on the way while they were not yet waited for, and so know nothing of it."""
    async with database.transaction(origin) as tx:
        await let_arrive(tx, integration.id)

    async def join() -> None:
        async with database.transaction(origin) as tx:
            await change_members(tx, integration, group_id, MembersChange(add_named=values))

    with suppress(NotFoundError):
        await undeterred(join)


async def mark_unanswered(tx: Transaction, group_id: GroupId) -> None:
    """Remember that whoever asked for a new group was gone before the answer, and may ask again."""
    await mark_group_unanswered(tx, group_id)


async def _get_first(tx: Transaction, integration: Integration, wanted: Group, members: MembersChange) -> Group:
    """Give the group that the same request created before, as ``operations.users.get_first`` does a user.

    It has no other version than the first, so the members are still those it was created with.
    """
    group = await find_unanswered_group(tx, integration.id, name_key(wanted.display_name))
    if wanted.external_id is None or group is None or group.document != wanted.document:
        raise _taken(wanted.display_name)
    here = {str(member.id) for member in await list_members(tx, group.id)}
    if here | await list_waited_for(tx, group.id) != {*map(str, members.add), *members.add_named}:
        raise _taken(wanted.display_name)
    return group


def _as_it_is(group: Group) -> GroupDraft:
    return GroupDraft(group.display_name, group.external_id, group.document)


def _unborn(tx: Transaction, group_id: GroupId | None) -> Group:
    return Group(group_id or GroupId(new_id()), "", None, {}, version=1, created_at=tx.now, updated_at=tx.now)


def _applied(group: Group, draft: GroupDraft) -> Group:
    check_name(draft.display_name, "displayName")
    if draft.external_id is not None:
        check_name(draft.external_id, "externalId")
    return replace(
        group,
        display_name=draft.display_name,
        external_id=draft.external_id,
        document=as_stored(draft.document),
    )


def _found(group: Group | None, group_id: GroupId) -> Group:
    if group is None:
        raise NotFoundError(f"There is no group with the id {group_id}.")
    return group


def _taken(display_name: str) -> AlreadyExistsError:
    return AlreadyExistsError(f'There already is a group with the displayName "{display_name}".')


async def _write(
    tx: Transaction, integration: Integration, group: Group, members: MembersChange, *, attributes: Sequence[str]
) -> Turnover:
    """Write a group and its members. Whoever turns out to be no user is looked for, and waited for if need be."""
    if members.add_named or members.remove_named:
        wish = await tell_apart(tx, integration, members)
    else:
        wish = MembersWish(add=members.add, remove=members.remove, replace=members.replace)
    write = rename_group if "displayName" in attributes else partial(write_group, differs=bool(attributes))
    turnover = await write(tx, integration.id, group, wish)
    strangers: frozenset[UserId] = frozenset()
    while turnover is not None and turnover.unknown:
        strangers |= frozenset(turnover.unknown)
        found = await tell_apart(tx, integration, members, strangers)
        turnover = await write_group(tx, integration.id, group, found, differs=bool(attributes))
    if turnover is None:
        raise _taken(group.display_name)
    if turnover.waiting:
        tx.afterwards(partial(_look_again, integration, group.id, frozenset(turnover.waiting)))
    return turnover


def _in_full(group: Group) -> Document:
    return {**group.document, "displayName": group.display_name, "externalId": group.external_id}
