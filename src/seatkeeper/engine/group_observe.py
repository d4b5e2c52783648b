"""Finding and reading the app's counterpart of a Group."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from seatkeeper.core.accounts import SeenGroup
from seatkeeper.core.ids import AppGroupId, Uid
from seatkeeper.core.outcomes import Retrying, Waiting
from seatkeeper.core.problems import Problem, ProblemCode
from seatkeeper.core.values import Document
from seatkeeper.engine.observe import Undecided
from seatkeeper.engine.workplace import Workplace
from seatkeeper.store.queries.app_groups import KnownGroup, find_app_groups_by_uid


@dataclass(slots=True)
class GroupProgress:
    """How far an attempt at a group has come; see ``observe.Progress``."""

    uid: Uid | None
    created_here: bool
    is_known: bool = False
    seen: SeenGroup | None = None
    taken_from: AppGroupId | None = None
    is_chosen: bool = False
    steps: list[Document] = field(default_factory=list)


async def read_known_group(place: Workplace, group: KnownGroup, progress: GroupProgress) -> SeenGroup | None:
    """Read the group known so far; None when it is gone, or clearly is another one under the same Uid."""
    if progress.uid is None:
        return None
    seen = await place.app.read_group(progress.uid)
    names = {group.seen_name, group.name} if group.seen_name is not None else None
    progress.is_known = True
    if seen is not None and (progress.is_chosen or names is None or seen.name in names):
        progress.seen = seen
        return seen
    progress.uid, progress.created_here, progress.is_chosen = None, False, False
    return None


async def look_for_group(
    place: Workplace, group: KnownGroup, progress: GroupProgress
) -> SeenGroup | Undecided | None:
    """Look for a group of that name that mirrors no other Group; None when there is none to take.

    One of exactly that name goes before one whose name the app only takes for the same.
    """
    found = [seen for seen in await place.app.find_groups(group.name) if is_same_name(seen.name, group.name)]
    matches = [seen for seen in found if seen.name == group.name] or found
    progress.is_known = True
    if not matches:
        return None
    async with place.engine.database.read() as reader:
        holders = await find_app_groups_by_uid(reader, place.integration.id, [seen.uid for seen in matches])
    free = [seen for seen in matches if _may_have(group, holders.get(seen.uid))]
    if len(free) != 1:
        return _undecided(group, free)
    holder = holders.get(free[0].uid)
    progress.uid, progress.seen = free[0].uid, free[0]
    if holder is not None and holder.id != group.id:
        progress.taken_from, progress.created_here = holder.id, holder.created_here
    return free[0]


def is_same_name(one: str, other: str) -> bool:
    """Say whether two names differ at most in case and spaces: no app that asks for more is believed."""
    return " ".join(one.split()).casefold() == " ".join(other.split()).casefold()


def _may_have(group: KnownGroup, holder: KnownGroup | None) -> bool:
    return holder is None or holder.id == group.id or holder.group_id is None


def _undecided(group: KnownGroup, free: Sequence[SeenGroup]) -> Undecided:
    if free:
        told = f"{len(free)} groups of the app are called {group.name}."
        return Waiting(Problem(ProblemCode.AMBIGUOUS_MATCH, told), tuple(seen.uid for seen in free))
    told = f"The app's group {group.name} mirrors another group."
    return Retrying(Problem(ProblemCode.ACCOUNT_TAKEN, told))
