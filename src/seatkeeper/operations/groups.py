"""What an IdP may ask for about groups and their members.

A member must be a user of the same integration. Its sister is ``operations.users``, which says how both lock.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from seatkeeper.core.errors import AlreadyExistsError, NotFoundError
from seatkeeper.core.events import EventKind
from seatkeeper.core.ids import GroupId, UserId
from seatkeeper.core.integrations import Integration
from seatkeeper.core.jobs import JobKind
from seatkeeper.core.users import Group, MembersChange
from seatkeeper.core.values import Document
from seatkeeper.operations.drafts import as_stored, changed_attributes, check_version, unknown_members
from seatkeeper.operations.mappings import uses_groups
from seatkeeper.operations.uniqueness import take_turns_for_group
from seatkeeper.store.database import Transaction
from seatkeeper.store.identifiers import new_id
from seatkeeper.store.records.accounts_of_users import list_accounts_of_active, list_accounts_of_active_members
from seatkeeper.store.records.app_groups import list_app_groups_of
from seatkeeper.store.records.consequences import follow_group
from seatkeeper.store.records.events import Happening, record_event
from seatkeeper.store.records.group_changes import Turnover, rename_group, write_group
from seatkeeper.store.records.groups import delete_group_row, insert_group, lock_group
from seatkeeper.store.records.jobs import ask_for_accounts, ask_for_groups
from seatkeeper.store.texts import check_name

__all__ = ["GroupChange", "GroupDraft", "MembersChange", "change_group", "create_group", "delete_group"]

_NOBODY = Turnover(added=(), removed=(), unknown=())


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


async def create_group(
    tx: Transaction, integration: Integration, draft: GroupDraft, members: frozenset[UserId]
) -> Group:
    """Take in a new group with its members.

    Raises ``AlreadyExistsError`` when the displayName is taken, compared without case, and ``InvalidValueError``,
    also for members this integration does not know.
    """
    group = _applied(_unborn(tx), draft)
    async with tx.savepoint():
        if not await insert_group(tx, integration.id, group):
            raise _taken(group.display_name)
        joined = await _write(tx, integration, group, MembersChange(members), attributes=())
    details = {"added": len(joined.added)}
    happening = Happening(integration.id, EventKind.GROUP_ASSIGNED, group.display_name, details=details)
    await _ask_for_accounts(tx, integration, joined, of_group=None)
    await follow_group(tx, group.id, happening, pushes=integration.policy.push_groups, takes_access=False)
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
    wanted = replace(_applied(group, wish.draft), version=group.version + 1, updated_at=tx.now)
    attributes = changed_attributes(_in_full(group), _in_full(wanted))
    if "displayName" in attributes:
        await take_turns_for_group(tx, integration, [group.display_name, wanted.display_name])
    turnover = await _write(tx, integration, wanted, wish.members, attributes=attributes)
    if not attributes and turnover.is_empty:
        return group
    await _follow(tx, integration, wanted, attributes, turnover)
    return wanted


async def delete_group(
    tx: Transaction, integration: Integration, group_id: GroupId, *, if_version: int | None = None
) -> None:
    """Remove a group, and ask for the app's group to be removed where it was pushed.

    Raises ``NotFoundError`` and ``VersionMismatchError``.
    """
    group = _found(await lock_group(tx, integration.id, group_id), group_id)
    check_version(group.version, if_version)
    await _ask_for_accounts(tx, integration, _NOBODY, of_group=group_id)
    jobs = await ask_for_groups(tx, await list_app_groups_of(tx, [group_id]), takes_access=True)
    await delete_group_row(tx, group_id)
    job_id = jobs[0] if jobs else None
    await record_event(tx, Happening(integration.id, EventKind.GROUP_REMOVED, group.display_name, job_id=job_id))


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


async def _write(
    tx: Transaction, integration: Integration, group: Group, members: MembersChange, *, attributes: Sequence[str]
) -> Turnover:
    if "displayName" in attributes:
        turnover = await rename_group(tx, integration.id, group, members)
    else:
        turnover = await write_group(tx, integration.id, group, members, differs=bool(attributes))
    if turnover is None:
        raise _taken(group.display_name)
    if turnover.unknown:
        raise unknown_members(turnover.unknown)
    return turnover


async def _follow(
    tx: Transaction, integration: Integration, group: Group, attributes: Sequence[str], turnover: Turnover
) -> None:
    """Ask for what the change means to the app, and record it: a new name and new members are two events."""
    counts = {"added": len(turnover.added), "removed": len(turnover.removed)}
    details: dict[EventKind, Document] = {}
    if attributes:
        details[EventKind.GROUP_CHANGED] = {"changed": attributes}
    if not turnover.is_empty:
        details[EventKind.GROUP_MEMBERS_CHANGED] = counts
    first, *others = (
        Happening(integration.id, kind, group.display_name, details=said) for kind, said in details.items()
    )
    concerns_app = "displayName" in attributes or not turnover.is_empty
    pushes = integration.policy.push_groups and concerns_app
    await _ask_for_accounts(tx, integration, turnover, of_group=group.id if attributes else None)
    job_id = await follow_group(tx, group.id, first, pushes=pushes, takes_access=bool(turnover.removed))
    for other in others:
        await record_event(tx, replace(other, job_id=job_id))


def _in_full(group: Group) -> Document:
    return {**group.document, "displayName": group.display_name, "externalId": group.external_id}


async def _ask_for_accounts(
    tx: Transaction, integration: Integration, members: Turnover, *, of_group: GroupId | None
) -> None:
    """Ask for the accounts of those who came and went, and of the whole group when it has changed itself."""
    if not uses_groups(integration):
        return
    accounts = set(await list_accounts_of_active(tx, [*members.added, *members.removed]))
    if of_group is not None:
        accounts |= set(await list_accounts_of_active_members(tx, of_group))
    await ask_for_accounts(tx, JobKind.UPDATE, list(accounts))
