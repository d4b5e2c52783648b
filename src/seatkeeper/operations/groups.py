"""What an IdP may ask for about groups and their members.

A member must be a user of the same integration. Its sister is ``operations.users``, which says how both lock.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from seatkeeper.core.errors import AlreadyExistsError, NotFoundError
from seatkeeper.core.events import EventKind
from seatkeeper.core.ids import GroupId, JobId, UserId
from seatkeeper.core.integrations import Integration
from seatkeeper.core.jobs import JobKind
from seatkeeper.core.users import Group
from seatkeeper.core.values import Document
from seatkeeper.operations.drafts import as_stored, changed_attributes, check_version, unknown_members
from seatkeeper.operations.mappings import uses_groups
from seatkeeper.store.database import Transaction
from seatkeeper.store.identifiers import new_id
from seatkeeper.store.records.accounts_of_users import list_accounts_of_active, list_accounts_of_active_members
from seatkeeper.store.records.app_groups import list_app_groups_of, put_app_group
from seatkeeper.store.records.events import Happening, record_event
from seatkeeper.store.records.groups import delete_group_row, insert_group, lock_group, rewrite_group
from seatkeeper.store.records.jobs import ask_for_accounts, ask_for_groups
from seatkeeper.store.records.memberships import MembersChanged, change_members, replace_members
from seatkeeper.store.texts import check_name, name_key

_NOBODY = MembersChanged(added=(), removed=(), unknown=())


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
class MembersChange:
    """Who comes and who goes. With ``replace`` the members afterwards are exactly ``add``.

    Adding a member twice and removing a stranger are success. Somebody in both sets is added.
    """

    add: frozenset[UserId] = frozenset()
    remove: frozenset[UserId] = frozenset()
    replace: bool = False


@dataclass(frozen=True, slots=True)
class GroupChange:
    """A group as it should be, and what becomes of its members."""

    draft: GroupDraft
    members: MembersChange = MembersChange()


async def create_group(
    tx: Transaction, integration: Integration, draft: GroupDraft, members: frozenset[UserId]
) -> Group:
    """Take in a new group with its members.

    Raises ``AlreadyExistsError`` when the displayName is taken, compared without case, and ``InvalidValueError``,
    also for members this integration does not know.
    """
    group = _applied(_unborn(tx), draft)
    if not await insert_group(tx, integration.id, group):
        raise _taken(group.display_name)
    joined = await _change_members(tx, integration, group.id, MembersChange(members))
    job_id = await _ask_for_group(tx, integration, group, takes_access=False)
    await _ask_for_accounts(tx, integration, joined, of_group=None)
    await _record(tx, integration, group, EventKind.GROUP_ASSIGNED, job_id, {"added": len(joined.added)})
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
    ``VersionMismatchError``, ``AlreadyExistsError``, ``InvalidValueError`` (also for unknown members to add),
    and whatever ``change`` raises.
    """
    group = _found(await lock_group(tx, integration.id, group_id), group_id)
    check_version(group.version, if_version)
    wish = change(group)
    wanted = _applied(group, wish.draft)
    members = await _change_members(tx, integration, group_id, wish.members)
    if wanted == group and not members.anything:
        return group
    after = replace(wanted, version=group.version + 1, updated_at=tx.now)
    renamed = name_key(after.display_name) != name_key(group.display_name)
    if not await rewrite_group(tx, after, renamed=renamed):
        raise _taken(after.display_name)
    await _follow(tx, integration, (group, after), members)
    return after


async def delete_group(
    tx: Transaction, integration: Integration, group_id: GroupId, *, if_version: int | None = None
) -> None:
    """Remove a group, and ask for the app's group to be removed where it was pushed.

    Raises ``NotFoundError`` and ``VersionMismatchError``.
    """
    group = _found(await lock_group(tx, integration.id, group_id), group_id)
    check_version(group.version, if_version)
    jobs = await ask_for_groups(tx, await list_app_groups_of(tx, [group_id]), takes_access=True)
    await _ask_for_accounts(tx, integration, _NOBODY, of_group=group_id)
    await delete_group_row(tx, group_id)
    await _record(tx, integration, group, EventKind.GROUP_REMOVED, jobs[0] if jobs else None, {})


def _unborn(tx: Transaction) -> Group:
    return Group(GroupId(new_id()), "", None, {}, version=1, created_at=tx.now, updated_at=tx.now)


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


async def _change_members(
    tx: Transaction, integration: Integration, group_id: GroupId, wish: MembersChange
) -> MembersChanged:
    if wish.replace:
        changed = await replace_members(tx, integration.id, group_id, wish.add)
    elif wish.add or wish.remove:
        leaving = wish.remove - wish.add
        changed = await change_members(tx, integration.id, group_id, add=wish.add, remove=leaving)
    else:
        return _NOBODY
    if changed.unknown:
        raise unknown_members(changed.unknown)
    return changed


async def _follow(
    tx: Transaction, integration: Integration, change: tuple[Group, Group], members: MembersChanged
) -> None:
    """Ask for what a change of the group and its members means to the app, and record it."""
    before, after = change
    attributes = changed_attributes(_in_full(before), _in_full(after))
    job_id = None
    if members.anything or before.display_name != after.display_name:
        job_id = await _ask_for_group(tx, integration, after, takes_access=bool(members.removed))
    await _ask_for_accounts(tx, integration, members, of_group=after.id if attributes else None)
    if attributes:
        await _record(tx, integration, after, EventKind.GROUP_CHANGED, job_id, {"changed": attributes})
    if members.anything:
        counts = {"added": len(members.added), "removed": len(members.removed)}
        await _record(tx, integration, after, EventKind.GROUP_MEMBERS_CHANGED, job_id, counts)


def _in_full(group: Group) -> Document:
    return {**group.document, "displayName": group.display_name, "externalId": group.external_id}


async def _ask_for_group(
    tx: Transaction, integration: Integration, group: Group, *, takes_access: bool
) -> JobId | None:
    if not integration.policy.push_groups:
        return None
    app_group = await put_app_group(tx, integration.id, group.id, group.display_name)
    return (await ask_for_groups(tx, [app_group], takes_access=takes_access))[0]


async def _ask_for_accounts(
    tx: Transaction, integration: Integration, members: MembersChanged, *, of_group: GroupId | None
) -> None:
    """Ask for the accounts of those who came and went, and of the whole group when it has changed itself."""
    if not uses_groups(integration):
        return
    accounts = set(await list_accounts_of_active(tx, [*members.added, *members.removed]))
    if of_group is not None:
        accounts |= set(await list_accounts_of_active_members(tx, of_group))
    await ask_for_accounts(tx, JobKind.UPDATE, list(accounts))


async def _record(
    tx: Transaction, integration: Integration, group: Group, kind: EventKind, job: JobId | None, details: Document
) -> None:
    await record_event(tx, Happening(integration.id, kind, group.display_name, None, job, details))
