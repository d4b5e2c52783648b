"""Taking an account out of the app's groups before it is deleted.

Some apps keep the id of a deleted account in their groups, and may hand it out again. Once the account is gone
nobody here knows that id any more, so the groups come first: an attempt that is cut off in between finds the
account still there and begins anew.
"""

import asyncio
import contextlib

from seatkeeper.core.accounts import SeenAccount
from seatkeeper.core.ids import AccountId, Uid
from seatkeeper.core.outcomes import Failed, Retrying
from seatkeeper.core.steps import DisableAccount
from seatkeeper.engine.app import ConnectorBugError
from seatkeeper.engine.apply import apply, take_step
from seatkeeper.engine.observe import Progress
from seatkeeper.engine.verify import PAUSES, not_as_wanted
from seatkeeper.engine.workplace import Workplace
from seatkeeper.spi.errors import AccountNotFoundError, ConnectorError
from seatkeeper.store.queries.app_groups import KnownGroup, list_app_groups_to_leave
from seatkeeper.store.records.claims import ClaimedJob


async def leave_groups(
    place: Workplace, job: ClaimedJob, seen: SeenAccount, progress: Progress
) -> Retrying | Failed | None:
    """Take an account that is about to be deleted out of the groups Seatkeeper keeps; None once it is in none.

    When that does not work the account is disabled meanwhile, where the app can: no group keeps a leaver in.
    """
    if not (place.policy.push_groups and place.app.abilities.groups):
        return None
    assert job.account_id is not None
    try:
        left = await _leave_all(place, job.account_id, seen.uid, progress)
    except (ConnectorError, ConnectorBugError):
        await _disable_meanwhile(place, seen, progress)
        raise
    if left is None:
        return None
    await _disable_meanwhile(place, seen, progress)
    return not_as_wanted([f"members of the group {left}"], job)


async def _leave_all(place: Workplace, account_id: AccountId, uid: Uid, progress: Progress) -> str | None:
    """Leave one group after the other; give the name of one that keeps the account."""
    async with place.engine.database.read() as reader:
        groups = await list_app_groups_to_leave(reader, account_id)
    for group in groups:
        async with place.links.lock_group(group.uid or group.id):
            with contextlib.suppress(AccountNotFoundError):  # the group is gone, or the account is
                if not await _leave(place, group, uid, progress):
                    return group.seen_name or group.name
    return None


async def _leave(place: Workplace, group: KnownGroup, uid: Uid, progress: Progress) -> bool:
    assert group.uid is not None
    seen = await place.app.read_group(group.uid)
    if seen is None:
        return True
    is_shown = place.app.abilities.reads_members
    if is_shown and uid not in seen.members:
        return True
    line = {"what": f"Take the account out of the group {seen.name}", "kind": "leave_group", "before": seen.name}
    await take_step(progress.steps, line, place.app.change_members(group.uid, add=(), remove=(uid,)))
    for pause in PAUSES if is_shown else ():
        await asyncio.sleep(pause)
        seen = await place.app.read_group(group.uid)
        if seen is None or uid not in seen.members:
            return True
    return not is_shown


async def _disable_meanwhile(place: Workplace, seen: SeenAccount, progress: Progress) -> None:
    if seen.active is False or not place.app.abilities.disables:
        return
    with contextlib.suppress(ConnectorError, ConnectorBugError):  # what went wrong first is what is told
        await apply(place, DisableAccount(), progress)
