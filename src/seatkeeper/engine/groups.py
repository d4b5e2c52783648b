"""One attempt at a group job: the app's group has the Group's name, and our people in it, and strangers stay."""

import asyncio
import contextlib
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from seatkeeper.core.accounts import SeenGroup
from seatkeeper.core.ids import Uid
from seatkeeper.core.outcomes import Outcome, Succeeded, Unchanged, Unverified, Waiting
from seatkeeper.core.plan import MemberChange, plan_members
from seatkeeper.core.problems import Problem, ProblemCode
from seatkeeper.engine.apply import take_step
from seatkeeper.engine.attempt import interpret
from seatkeeper.engine.group_observe import GroupProgress, is_same_name, look_for_group, read_known_group
from seatkeeper.engine.verify import PAUSES, not_as_wanted
from seatkeeper.engine.workplace import Workplace
from seatkeeper.spi.errors import AccountExistsError, AccountNotFoundError
from seatkeeper.store.queries.app_groups import KnownGroup, list_all_uids, list_managed_uids, list_member_uids
from seatkeeper.store.records.claims import ClaimedJob

MEMBERS = "members"
"""Names the members of a group among differences and unread things."""

_LONGEST_ATTEMPT = 1800.0
"""Seconds. A group of many thousand members takes many calls."""

_MOST_NAMED = 100
"""So many members are named in the line of a step; of more, only the number is kept."""


@dataclass(frozen=True, slots=True)
class GroupAttempt:
    """An attempt that was made at a group, how it ended, and how far it came."""

    job: ClaimedJob
    group: KnownGroup
    progress: GroupProgress
    started_at: datetime
    ended_at: datetime
    result: Outcome


async def attempt_group(place: Workplace, job: ClaimedJob, group: KnownGroup) -> GroupAttempt:
    """Try to bring the app's group in line. Never raises for anything the app or its connector does."""
    clock = place.engine.clock
    chosen = job.chosen_uid
    progress = GroupProgress(chosen or group.uid, group.created_here, is_chosen=chosen is not None)
    started_at = clock()
    result = await interpret(_carry_out(place, job, group, progress), at_most=_LONGEST_ATTEMPT)
    return GroupAttempt(job, group, progress, started_at, clock(), result)


async def _carry_out(place: Workplace, job: ClaimedJob, group: KnownGroup, progress: GroupProgress) -> Outcome:
    place.app.ensure_up()
    if not (place.policy.push_groups and place.app.abilities.groups):
        return Unchanged()
    if group.group_id is None:
        return await _take_away(place, job, group, progress)
    async with place.engine.database.read() as reader:
        wanted = await list_member_uids(reader, group.group_id)
    seen = await read_known_group(place, group, progress) or await _find_or_create(place, group, progress)
    if not isinstance(seen, SeenGroup):
        return seen
    can_rename = place.app.abilities.renames_groups
    if seen.name != group.name and can_rename:
        what = f"Rename the group {seen.name} to {group.name}"
        line = {"what": what, "kind": "rename_group", "before": seen.name, "after": group.name}
        await take_step(progress.steps, line, place.app.rename_group(seen.uid, group.name))
    change = await _change_members(place, seen, wanted, progress)
    outcome = await _verify(place, job, group, change, progress)
    if not can_rename and not is_same_name(seen.name, group.name):
        return Waiting(Problem(ProblemCode.NOT_SUPPORTED, f"The app cannot rename the group to {group.name}."))
    return outcome


async def _find_or_create(place: Workplace, group: KnownGroup, progress: GroupProgress) -> SeenGroup | Outcome:
    found = await look_for_group(place, group, progress)
    if found is not None:
        return found
    if not place.app.abilities.creates_groups:
        return Waiting(Problem(ProblemCode.NOT_SUPPORTED, f"The app cannot create the group {group.name}."))
    try:
        line = {"what": f"Create the group {group.name}", "kind": "create_group"}
        uid = await take_step(progress.steps, line, place.app.create_group(group.name))
    except AccountExistsError:
        found = await look_for_group(place, group, progress)  # it was not there a moment ago
        if found is None:
            raise
        return found
    progress.uid, progress.created_here = uid, True
    progress.seen = SeenGroup(uid, group.name, frozenset())
    return progress.seen


async def _change_members(
    place: Workplace, seen: SeenGroup, wanted: frozenset[Uid], progress: GroupProgress
) -> MemberChange:
    async with place.engine.database.read() as reader:
        if place.app.abilities.reads_members:
            managed = await list_managed_uids(reader, place.integration.id, seen.members)
        else:
            managed = await list_all_uids(reader, place.integration.id)
    # Members nobody can see may be any of ours: those who do not belong are taken out to be sure.
    members = seen.members if place.app.abilities.reads_members else managed - wanted
    change = plan_members(wanted, members, managed)
    if not change.is_empty:
        what = f"Put {len(change.add)} in and take {len(change.remove)} out of the group {seen.name}"
        line = {"what": what, "kind": "change_members", **_named(change)}
        call = place.app.change_members(seen.uid, add=change.add, remove=change.remove)
        await take_step(progress.steps, line, call)
    return change


async def _verify(
    place: Workplace, job: ClaimedJob, group: KnownGroup, change: MemberChange, progress: GroupProgress
) -> Outcome:
    if not progress.steps:
        return Unchanged()
    differing: list[str] = []
    for pause in PAUSES:
        await asyncio.sleep(pause)
        assert progress.uid is not None
        progress.seen = await place.app.read_group(progress.uid)
        differing = _differences(place, group, change, progress.seen)
        if not differing:
            break
    if differing:
        return not_as_wanted(differing, job)
    if change.is_empty or place.app.abilities.reads_members:
        return Succeeded()
    return Unverified((MEMBERS,))


def _differences(place: Workplace, group: KnownGroup, change: MemberChange, seen: SeenGroup | None) -> list[str]:
    if seen is None:
        return ["group"]
    name = ["name"] if place.app.abilities.renames_groups and seen.name != group.name else []
    in_place = seen.members.issuperset(change.add) and seen.members.isdisjoint(change.remove)
    return name if in_place or not place.app.abilities.reads_members else [*name, MEMBERS]


async def _take_away(place: Workplace, job: ClaimedJob, group: KnownGroup, progress: GroupProgress) -> Outcome:
    """Delete a group that was made here; take our people out of one that was there before."""
    seen = await read_known_group(place, group, progress)
    if seen is None:
        return Unchanged()
    if not group.created_here:
        change = await _change_members(place, seen, frozenset(), progress)
        return await _verify(place, job, replace(group, name=seen.name), change, progress)
    line = {"what": f"Delete the group {seen.name}", "kind": "delete_group"}
    with contextlib.suppress(AccountNotFoundError):  # somebody was faster; the read-back proves it
        await take_step(progress.steps, line, place.app.delete_group(seen.uid))
    for pause in PAUSES:
        await asyncio.sleep(pause)
        progress.seen = await place.app.read_group(seen.uid)
        if progress.seen is None:
            progress.uid = None
            return Succeeded()
    return not_as_wanted(["group"], job)


def _named(change: MemberChange) -> dict[str, Any]:
    if len(change.add) + len(change.remove) > _MOST_NAMED:
        return {}
    return {"after": list(change.add), "before": list(change.remove)}
