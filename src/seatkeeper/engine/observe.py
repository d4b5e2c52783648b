"""Finding and reading the account of one person in the app, and never anybody else's."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from seatkeeper.core.accounts import NOT_YET, Abilities, Arrival, SeenAccount, WantedAccount
from seatkeeper.core.ids import AccountId, Uid
from seatkeeper.core.outcomes import Failed, Retrying, Waiting
from seatkeeper.core.problems import Problem, ProblemCode
from seatkeeper.core.values import Document
from seatkeeper.engine.goals import Goal, as_text
from seatkeeper.engine.links import Lease
from seatkeeper.engine.workplace import Workplace
from seatkeeper.store.queries.accounts import Holder, KnownAccount

Undecided: TypeAlias = Waiting | Failed | Retrying
"""It cannot be said which account is the person's: how the attempt ends."""

_MOST_LOOKS = 5
"""How often a look is begun anew because somebody else's attempt had the account until now."""


@dataclass(slots=True)
class Progress:
    """How far an attempt has come; what of it is true stays true when the attempt fails in the middle.

    ``is_known`` says that ``uid`` is what the app showed rather than what was remembered; a ``uid`` of None is
    then an account that is not there. ``taken_from`` is a row nobody needs any more that held the account.
    ``declined`` are accounts a person said are not theirs: they count as strangers'. ``was_invited`` says that
    this attempt asked for an account that does not arrive at once.
    """

    uid: Uid | None
    is_known: bool = False
    seen: SeenAccount | None = None
    was_adopted: bool = False
    taken_from: AccountId | None = None
    is_chosen: bool = False
    was_invited: bool = False
    declined: frozenset[Uid] = frozenset()
    steps: list[Document] = field(default_factory=list)


async def observe(
    place: Workplace, goal: Goal, progress: Progress, lease: Lease
) -> SeenAccount | Undecided | None:
    """Read the person's account; None when the app does not hold one.

    Tried in turn: the account a person chose or the one known so far, unless it clearly is somebody else's by
    now (apps give ids out again); then each join attribute. Leaves what it finds in ``progress``.
    """
    if not place.app.reads:
        progress.seen = _remember(goal.person.account, progress.uid)
        return progress.seen
    for _ in range(_MOST_LOOKS):
        if progress.uid is not None and await _read_known(place, goal, progress, lease):
            return progress.seen
        found = await _look(place, goal, progress.declined)
        if found is None:
            _not_there(progress)
            return _remember_invitation(place, goal, progress)
        if not isinstance(found, _Match):
            return found
        # Whoever had it until now may have changed it, or it may be theirs: look once more.
        if not await lease.take(found.account.uid):
            return _take(place, goal, progress, found)
    return Retrying(Problem(ProblemCode.ACCOUNT_TAKEN, "Others are at work on the same account."))


@dataclass(frozen=True, slots=True)
class _Match:
    account: SeenAccount
    holder: Holder | None


async def _read_known(place: Workplace, goal: Goal, progress: Progress, lease: Lease) -> bool:
    uid, account = progress.uid, goal.person.account
    assert uid is not None
    await lease.take(uid)
    seen = None if place.links.is_lost(uid, account.id) else await place.app.read_account(uid)
    if seen is None or not (progress.is_chosen or _is_theirs(seen, goal, place.app.abilities)):
        lease.let_go()
        _not_there(progress)
        return False
    progress.seen, progress.is_known = seen, True
    return True


async def _look(place: Workplace, goal: Goal, declined: frozenset[Uid]) -> _Match | Undecided | None:
    for attribute, value in goal.join.items():
        found = await place.app.find_accounts(attribute, value)
        others = (seen for seen in found if seen.uid not in declined)
        matches = [seen for seen in others if _answers(seen, attribute, value, place.app.abilities)]
        if matches:
            return await _decide(place, goal, matches)
    return None


async def _decide(place: Workplace, goal: Goal, matches: Sequence[SeenAccount]) -> _Match | Undecided | None:
    holders = await place.links.find_holders(seen.uid for seen in matches)
    met = [_Match(seen, holders.get(seen.uid)) for seen in matches]
    free = [match for match in met if _may_have(goal, match.holder)]
    if len(free) == 1:
        return free[0]
    if free:
        told = f"{len(free)} accounts match: {', '.join(match.account.name for match in free)}."
        return Waiting(Problem(ProblemCode.AMBIGUOUS_MATCH, told), tuple(match.account.uid for match in free))
    return None if goal.is_of_leaver else _taken(met[0])


def _may_have(goal: Goal, holder: Holder | None) -> bool:
    if holder is None or holder.account_id == goal.person.account.id:
        return True
    return holder.user_id is None and goal.person.user is not None


def _taken(match: _Match) -> Undecided:
    holder = match.holder
    assert holder is not None
    told = f"The account {match.account.name} belongs to {holder.name or 'another person'}."
    problem = Problem(ProblemCode.ACCOUNT_TAKEN, told)
    return Failed(problem) if holder.is_settled else Retrying(problem)


def _take(place: Workplace, goal: Goal, progress: Progress, match: _Match) -> SeenAccount:
    account = goal.person.account
    progress.uid, progress.seen, progress.is_known = match.account.uid, match.account, True
    is_expected = account.standing in NOT_YET or place.app.abilities.arrival is Arrival.AT_FIRST_SIGN_IN
    progress.was_adopted = not (goal.is_of_leaver or is_expected or match.account.standing in NOT_YET)
    if match.holder is not None and match.holder.account_id != account.id:
        progress.taken_from = match.holder.account_id
    place.links.put(match.account.uid, account.id)
    return match.account


def _not_there(progress: Progress) -> None:
    progress.uid, progress.seen, progress.is_known, progress.is_chosen = None, None, True, False


def _remember_invitation(place: Workplace, goal: Goal, progress: Progress) -> SeenAccount | None:
    """Take an invitation for open that the app does not show, until the account is there."""
    account = goal.person.account
    if place.app.abilities.shows_invitations or account.standing not in NOT_YET or account.uid is None:
        return None
    progress.uid = account.uid
    progress.seen = SeenAccount(account.uid, account.name or account.uid, None, {}, standing=account.standing)
    return progress.seen


def _answers(seen: SeenAccount, attribute: str, value: str, abilities: Abilities) -> bool:
    """Compare a hit once more: no write may ever go to a stranger because an app ignored the question."""
    shown = _shown(seen, attribute, abilities)
    return shown is None or value.casefold() in shown


def _is_theirs(seen: SeenAccount, goal: Goal, abilities: Abilities) -> bool:
    """Say whether the account is the person's: its name or a join attribute is as remembered or as wanted.

    With nothing to compare it is taken to be.
    """
    account, wanted = goal.person.account, goal.wanted
    attributes = wanted.attributes if isinstance(wanted, WantedAccount) else {}
    names = {account.name, as_text(attributes.get(abilities.name_attribute))} - {None}
    compared = bool(names)
    if seen.name.casefold() in {str(name).casefold() for name in names}:
        return True
    for attribute in goal.join:
        expected = {as_text(source.get(attribute)) for source in (account.attributes, attributes)} - {None}
        shown = _shown(seen, attribute, abilities)
        if expected and shown is not None:
            compared = True
            if shown & {str(value).casefold() for value in expected}:
                return True
    return not compared


def _shown(seen: SeenAccount, attribute: str, abilities: Abilities) -> frozenset[str] | None:
    value = seen.attributes.get(attribute)
    if value is None:
        return frozenset({seen.name.casefold()}) if attribute == abilities.name_attribute else None
    values = value if isinstance(value, tuple) else (as_text(value) or "",)
    return frozenset(each.casefold() for each in values)


def _remember(account: KnownAccount, uid: Uid | None) -> SeenAccount | None:
    """Take what was last written for what is there: this app cannot be read."""
    if uid is None:
        return None
    held = frozenset(grant.entitlement for grant in account.grants)
    return SeenAccount(uid, account.name or uid, account.active, account.attributes, held)
