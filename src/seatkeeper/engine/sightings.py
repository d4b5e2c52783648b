"""What an attempt leaves to be known of its account: where it is, how it looks, since when it is disabled."""

from dataclasses import replace
from datetime import datetime

from seatkeeper.core.accounts import Presence, SeenAccount, WantedAccount
from seatkeeper.core.entitlements import Grant
from seatkeeper.core.integrations import LeaverRule
from seatkeeper.core.outcomes import Succeeded, Unchanged, Unverified
from seatkeeper.core.values import Attributes, is_unassigned
from seatkeeper.engine.attempt import AccountAttempt, Recount
from seatkeeper.engine.goals import as_text
from seatkeeper.engine.groups import GroupAttempt
from seatkeeper.engine.workplace import Workplace
from seatkeeper.store.records.accounts import Sighting
from seatkeeper.store.records.app_group_sightings import GroupSighting


def sight_account(place: Workplace, attempt: AccountAttempt) -> Sighting | None:
    """Say what is known of the account now; None when the attempt found out nothing."""
    account, progress = attempt.goal.person.account, attempt.progress
    invited_at = attempt.ended_at if progress.was_invited else account.invited_at
    if progress.uid is None:
        return _gone(attempt) if progress.is_known else None
    if progress.seen is None or progress.seen.uid != progress.uid:
        return _unread(place, attempt) if progress.is_known else None
    seen = progress.seen
    known = Sighting(
        account.id,
        progress.uid,
        seen.name,
        _is_active(attempt, seen),
        _kept(place, seen.attributes),
        account.disabled_at,
        account.delete_at,
        standing=seen.standing,
        invited_at=invited_at,
    )
    return known if isinstance(attempt.result, Recount) else _dated(place, attempt, known)


def sight_group(attempt: GroupAttempt) -> GroupSighting | None:
    """Say what is known of the app group now; None when the attempt found out nothing."""
    group, progress = attempt.group, attempt.progress
    if not (progress.is_known or progress.created_here != group.created_here):
        return None
    is_parted = group.group_id is None and isinstance(attempt.result, Succeeded | Unverified | Unchanged)
    if progress.uid is None or is_parted:
        return GroupSighting(group.id, None, None, created_here=False)
    name = progress.seen.name if progress.seen is not None else group.seen_name
    return GroupSighting(group.id, progress.uid, name, progress.created_here)


def _gone(attempt: AccountAttempt) -> Sighting | None:
    account = attempt.goal.person.account
    grants: frozenset[Grant] | None = frozenset() if account.grants and _is_over(attempt) else None
    if account.uid is None and grants is None:
        return None  # nothing new, and how it will be looked for stays written down
    return Sighting(
        account.id, None, account.name, None, account.attributes, None, None, grants, invited_at=account.invited_at
    )


def _kept(place: Workplace, attributes: Attributes) -> Attributes:
    """Leave out what is not managed, and what is nobody's business."""
    managed, hidden = place.integration.mapping.attributes, place.sensitive
    return {
        name: value
        for name, value in attributes.items()
        if name in managed and name not in hidden and not is_unassigned(value)
    }


def _dated(place: Workplace, attempt: AccountAttempt, seen: Sighting) -> Sighting:
    """Date the disabling, and with it the deletion under *disable-then-delete*."""
    account = attempt.goal.person.account
    grants = _grants(place, attempt)
    if seen.active is not False:
        return replace(seen, disabled_at=None, delete_at=None, grants=grants)
    disabled_at = account.disabled_at or attempt.ended_at
    delete_at = _delete_at(place, attempt, disabled_at)
    return replace(seen, disabled_at=disabled_at, delete_at=delete_at, grants=grants)


def _delete_at(place: Workplace, attempt: AccountAttempt, disabled_at: datetime) -> datetime | None:
    if place.policy.leavers is not LeaverRule.DISABLE_THEN_DELETE or not attempt.goal.is_of_leaver:
        return None
    return disabled_at + place.policy.delete_after


def _is_active(attempt: AccountAttempt, seen: SeenAccount) -> bool | None:
    """Take a finished job's word where the app cannot tell."""
    wanted = attempt.goal.wanted
    if seen.active is not None or not _is_over(attempt) or not isinstance(wanted, WantedAccount):
        return seen.active
    return wanted.presence is Presence.ACTIVE


def _grants(place: Workplace, attempt: AccountAttempt) -> frozenset[Grant] | None:
    """Give the grants to keep; None when just those are written down already, the new ones as intended."""
    wanted, account = attempt.goal.wanted, attempt.goal.person.account
    if not isinstance(wanted, WantedAccount) or wanted.grants is None or not _is_over(attempt):
        return None
    written = account.grants | wanted.grants if place.app.reads else account.grants
    return None if wanted.grants == written else wanted.grants


def _is_over(attempt: AccountAttempt) -> bool:
    return isinstance(attempt.result, Succeeded | Unverified | Unchanged)


def _unread(place: Workplace, attempt: AccountAttempt) -> Sighting:
    """An account that was made or changed and not read since."""
    goal = attempt.goal
    account, wanted = goal.person.account, goal.wanted
    name = wanted.attributes.get(place.app.abilities.name_attribute) if isinstance(wanted, WantedAccount) else None
    return Sighting(
        account.id,
        attempt.progress.uid,
        as_text(name) or account.name,
        None,
        _kept(place, {**account.attributes, **goal.join}),
        account.disabled_at,
        account.delete_at,
        invited_at=attempt.ended_at if attempt.progress.was_invited else account.invited_at,
    )
