"""From an attempt and its verdict to what is written."""

from seatkeeper.engine.attempt import AccountAttempt
from seatkeeper.engine.groups import GroupAttempt
from seatkeeper.engine.record import Entry
from seatkeeper.engine.sightings import sight_account, sight_group
from seatkeeper.engine.verdicts import Verdict
from seatkeeper.engine.workplace import Workplace


def enter_account(place: Workplace, attempt: AccountAttempt, verdict: Verdict) -> Entry:
    """Put together what is written of an attempt at an account."""
    person, progress = attempt.goal.person, attempt.progress
    sighting = sight_account(place, attempt)
    is_newly_known = sighting is not None and sighting.uid is not None and sighting.uid != person.account.uid
    return Entry(
        job=attempt.job,
        verdict=verdict,
        started_at=attempt.started_at,
        ended_at=attempt.ended_at,
        steps=progress.steps,
        target=attempt.job.target if person.user is None else person.user.user_name,
        user_id=person.account.user_id,
        sighting=sighting,
        taken_from=progress.taken_from,
        was_adopted=progress.was_adopted,
        is_newly_known=is_newly_known and place.policy.push_groups and place.app.abilities.groups,
    )


def enter_group(attempt: GroupAttempt, verdict: Verdict) -> Entry:
    """Put together what is written of an attempt at a group."""
    return Entry(
        job=attempt.job,
        verdict=verdict,
        started_at=attempt.started_at,
        ended_at=attempt.ended_at,
        steps=attempt.progress.steps,
        target=attempt.group.name,
        group_sighting=sight_group(attempt),
        group_taken_from=attempt.progress.taken_from,
    )
