"""What a change of a group means for accounts and for the app's groups."""

from collections.abc import Sequence
from dataclasses import replace

from seatkeeper.core.events import EventKind
from seatkeeper.core.ids import GroupId
from seatkeeper.core.integrations import Integration
from seatkeeper.core.jobs import JobKind
from seatkeeper.core.users import Group
from seatkeeper.core.values import Document
from seatkeeper.operations.mappings import uses_groups
from seatkeeper.store.database import Transaction
from seatkeeper.store.records.accounts_of_users import list_accounts_of_active, list_accounts_of_active_members
from seatkeeper.store.records.app_groups import list_app_groups_of
from seatkeeper.store.records.consequences import follow_group
from seatkeeper.store.records.events import Happening, record_event
from seatkeeper.store.records.group_changes import Turnover
from seatkeeper.store.records.jobs import ask_for_accounts, ask_for_groups


async def follow_change(
    tx: Transaction, integration: Integration, group: Group, attributes: Sequence[str], turnover: Turnover
) -> None:
    """Ask for what the change means to the app, and record it: a new name and new members are two events."""
    details: dict[EventKind, Document] = {}
    if attributes:
        details[EventKind.GROUP_CHANGED] = {"changed": attributes}
    if turnover.waiting or not turnover.is_empty:
        details[EventKind.GROUP_MEMBERS_CHANGED] = count_members(turnover)
    first, *others = (
        Happening(integration.id, kind, group.display_name, details=said) for kind, said in details.items()
    )
    concerns_app = "displayName" in attributes or not turnover.is_empty
    pushes = integration.policy.push_groups and concerns_app
    takes_access = bool(turnover.removed or turnover.released)
    await ask_for_members(tx, integration, turnover, [group.id] if attributes else [])
    job_id = await follow_group(tx, group.id, first, pushes=pushes, takes_access=takes_access)
    for other in others:
        await record_event(tx, replace(other, job_id=job_id))
    if turnover.around and not turnover.is_empty:
        around = await list_app_groups_of(tx, turnover.around)
        await ask_for_groups(tx, around, takes_access=takes_access)


def count_members(turnover: Turnover) -> Document:
    """Say how many came, went and are waited for."""
    added, removed = (*turnover.added, *turnover.nested), (*turnover.removed, *turnover.released)
    counts = {"added": len(added), "removed": len(removed)}
    return {**counts, "waiting": len(turnover.waiting)} if turnover.waiting else counts


async def ask_for_members(
    tx: Transaction, integration: Integration, members: Turnover, whole: Sequence[GroupId]
) -> None:
    """Ask for the accounts of those who came and went, groups with all in them, and of ``whole`` groups."""
    if not uses_groups(integration):
        return
    people, groups = (*members.added, *members.removed), (*members.nested, *members.released, *whole)
    accounts = set(await list_accounts_of_active(tx, people))
    if groups:
        accounts |= set(await list_accounts_of_active_members(tx, groups))
    await ask_for_accounts(tx, JobKind.UPDATE, list(accounts))
