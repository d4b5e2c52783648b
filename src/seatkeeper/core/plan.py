"""From what was seen to what is wanted: the steps, and the proof afterwards. One comparison serves both.

Compared are the attributes that ``wanted`` names and nothing else. All unassigned values are equal; lists are
compared as sets, and a list of one equals its element; numbers and booleans are compared by their text, as many
apps keep nothing else. Attributes that cannot be read back or cannot be changed (``write_only``,
``create_only``) are given when the account is made and never sent again: planning twice must give nothing new.

Where an app cannot tell whether an account is active, being active is neither assumed nor denied: the step that
makes sure is planned each time, and ``unreadable`` says that nothing proves it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import assert_never

from seatkeeper.core.accounts import NOT_YET, Abilities, Arrival, Presence, Proof, SeenAccount, WantedAccount
from seatkeeper.core.entitlements import Entitlement
from seatkeeper.core.ids import Uid
from seatkeeper.core.steps import (
    ByHand,
    CreateAccount,
    DeleteAccount,
    DisableAccount,
    EnableAccount,
    GrantEntitlements,
    Missing,
    Plan,
    RevokeEntitlements,
    Step,
    UpdateAccount,
    WithdrawInvitation,
)
from seatkeeper.core.values import Attributes, AttributeValue, is_unassigned

ACCOUNT = "account"
"""Names the account as a whole among differences and unread things."""

ACTIVE = "active"
"""Names whether the person can sign in."""


@dataclass(frozen=True, slots=True)
class MemberChange:
    """What to change about a group's members; both in a stable order."""

    add: tuple[Uid, ...] = ()
    remove: tuple[Uid, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Nothing to do."""
        return not self.add and not self.remove


def plan(
    wanted: WantedAccount,
    seen: SeenAccount | None,
    abilities: Abilities,
    held: frozenset[Entitlement],
    *,
    was_invited: bool = False,
) -> Plan:
    """Plan one account; ``held`` are the entitlements Seatkeeper gave it, the only ones it may take away.

    Access is taken before it is given: disable or delete, revoke, update, enable, grant. No step needs an
    ability the app lacks: that is left to a person. Where an account cannot be deleted it is disabled meanwhile.
    Only where an account holds one entitlement of a type is another taken away that somebody else gave it.
    ``was_invited`` says that the person has been invited before. Nothing is planned while an account is awaited.
    """
    match wanted.presence:
        case Presence.UNTOUCHED:
            return Plan()
        case Presence.ABSENT:
            return _plan_absent(seen, abilities)
        case Presence.DISABLED:
            return _plan_disabled(seen, abilities)
        case Presence.ACTIVE:
            if seen is None:
                return _plan_new(wanted, abilities, was_invited=was_invited)
            return _plan_active(wanted, seen, abilities, held)
        case _:
            assert_never(wanted.presence)


def differences(
    wanted: WantedAccount, seen: SeenAccount | None, abilities: Abilities, held: frozenset[Entitlement]
) -> tuple[str, ...]:
    """Name what is not as wanted; after a read-back, nothing named is the proof that the job is done.

    Names are the app's attributes, ``account``, ``active``, and ``<type> <value>`` for an entitlement.
    """
    if wanted.presence is Presence.UNTOUCHED or (seen is None and wanted.presence is not Presence.ACTIVE):
        return ()
    if seen is None or seen.standing in NOT_YET:
        return (ACCOUNT,)
    match wanted.presence:
        case Presence.ABSENT:
            return (ACCOUNT,)
        case Presence.DISABLED:
            return (ACTIVE,) if seen.active is True else ()
        case Presence.ACTIVE:
            inactive = (ACTIVE,) if seen.active is False else ()
            entitlements = _excess(wanted, seen, held) | _lack(wanted, seen)
            named = (f"{entitlement.type} {entitlement.value}" for entitlement in sorted(entitlements))
            return (*inactive, *_changes(wanted, seen, abilities), *named)
        case _:
            assert_never(wanted.presence)


def unreadable(
    wanted: WantedAccount, abilities: Abilities, *, seen: SeenAccount | None = None, done: Plan | None = None
) -> tuple[str, ...]:
    """Name what cannot be proven by reading back, in the words of ``differences``.

    With the account as read back, that includes ``active`` where the app cannot tell. With the plan that was
    carried out, attributes that it did not write are left out: nothing was claimed about them.
    """
    if wanted.presence is Presence.UNTOUCHED:
        return ()
    if not abilities.reads_back or abilities.proof is Proof.NEVER:
        return (ACCOUNT,)
    untold = abilities.disables and seen is not None and seen.active is None
    active = (ACTIVE,) if untold and wanted.presence is not Presence.ABSENT else ()
    written = wanted.attributes if done is None else _written(done.steps)
    hidden = (abilities.write_only | abilities.unproven) & written.keys()
    return (*active, *sorted(name for name in hidden if not is_unassigned(wanted.attributes.get(name))))


def plan_members(wanted: frozenset[Uid], seen: frozenset[Uid], managed: frozenset[Uid]) -> MemberChange:
    """Plan a group's members; ``managed`` are the accounts Seatkeeper knows, so that strangers stay."""
    return MemberChange(add=tuple(sorted(wanted - seen)), remove=tuple(sorted((seen & managed) - wanted)))


def _plan_absent(seen: SeenAccount | None, abilities: Abilities) -> Plan:
    if seen is None:
        return Plan()
    if seen.standing in NOT_YET:
        return _withdrawing(abilities)
    if abilities.deletes:
        return Plan((DeleteAccount(),))
    meanwhile = _plan_disabled(seen, abilities).steps
    return Plan(meanwhile, (ByHand(Missing.DELETE, DeleteAccount()),))


def _plan_disabled(seen: SeenAccount | None, abilities: Abilities) -> Plan:
    if seen is None or seen.active is False:
        return Plan()
    if seen.standing in NOT_YET:
        return _withdrawing(abilities)
    return _able(DisableAccount(), Missing.DISABLE, can=abilities.disables)


def _withdrawing(abilities: Abilities) -> Plan:
    return _able(WithdrawInvitation(), Missing.WITHDRAW, can=abilities.withdraws_invitations)


def _able(step: Step, missing: Missing, *, can: bool) -> Plan:
    return Plan((step,)) if can else Plan(by_hand=(ByHand(missing, step),))


def _plan_new(wanted: WantedAccount, abilities: Abilities, *, was_invited: bool) -> Plan:
    if is_made_by_the_app(abilities):
        return Plan()
    create = CreateAccount({name: value for name, value in wanted.attributes.items() if not is_unassigned(value)})
    if was_invited and not abilities.invites_again:
        return Plan(by_hand=(ByHand(Missing.INVITE_AGAIN, create),))
    granting = _granting(wanted.entitlements or frozenset(), wanted, abilities)
    if not abilities.creates:
        # What the connector can grant follows once the account is there.
        return Plan(by_hand=(ByHand(Missing.CREATE, create), *granting.by_hand))
    if abilities.arrival is not Arrival.AT_ONCE and not abilities.grants_before_arrival:
        return Plan((create,))
    return _joined(Plan((create,)), granting)


def is_made_by_the_app(abilities: Abilities) -> bool:
    """Say whether nobody but the app itself makes accounts, when people first sign in."""
    return abilities.arrival is Arrival.AT_FIRST_SIGN_IN and not abilities.creates


def lacking(wanted: WantedAccount, abilities: Abilities) -> tuple[str, ...]:
    """Name what the app requires of a new account and the person has no value for."""
    return tuple(sorted(name for name in abilities.requires if is_unassigned(wanted.attributes.get(name))))


def _plan_active(
    wanted: WantedAccount, seen: SeenAccount, abilities: Abilities, held: frozenset[Entitlement]
) -> Plan:
    revoking = _revoking(_to_revoke(wanted, seen, held, abilities), abilities)
    granting = _granting(_lack(wanted, seen), wanted, abilities)
    if seen.standing in NOT_YET:
        return _joined(revoking, granting) if abilities.grants_before_arrival else Plan()
    return _joined(
        revoking,
        _updating(_changes(wanted, seen, abilities), seen, abilities),
        _enabling(seen, abilities),
        granting,
    )


def _joined(*plans: Plan) -> Plan:
    steps = tuple(step for part in plans for step in part.steps)
    return Plan(steps, tuple(each for part in plans for each in part.by_hand))


def _to_revoke(
    wanted: WantedAccount, seen: SeenAccount, held: frozenset[Entitlement], abilities: Abilities
) -> frozenset[Entitlement]:
    """Take what is no longer asked for; of a type an account holds once, what stands in the way of another."""
    lack = {each.type for each in _lack(wanted, seen)} - _asked_twice(wanted, abilities)
    replaced = abilities.single & lack
    in_the_way = {each for each in seen.entitlements if each.type in replaced & abilities.revokes_first}
    return frozenset(each for each in _excess(wanted, seen, held) if each.type not in replaced) | in_the_way


def _asked_twice(wanted: WantedAccount, abilities: Abilities) -> frozenset[str]:
    """Name the types of which an account holds one and more are wanted."""
    types = [each.type for each in wanted.entitlements or ()]
    return frozenset(each for each in abilities.single if types.count(each) > 1)


def _revoking(entitlements: frozenset[Entitlement], abilities: Abilities) -> Plan:
    able, unable = _split(entitlements, abilities)
    steps = tuple(map(RevokeEntitlements, _batches(able, abilities)))
    return Plan(steps, (ByHand(Missing.REVOKE, RevokeEntitlements(unable)),) if unable else ())


def _granting(entitlements: frozenset[Entitlement], wanted: WantedAccount, abilities: Abilities) -> Plan:
    able, unable = _split(entitlements, abilities)
    twice = _asked_twice(wanted, abilities)
    both = tuple(each for each in able if each.type in twice)
    granted = tuple(each for each in able if each.type not in twice)
    by_hand = {Missing.GRANT: unable, Missing.HOLD_BOTH: both}
    return Plan(
        tuple(map(GrantEntitlements, _batches(granted, abilities))),
        tuple(ByHand(missing, GrantEntitlements(each)) for missing, each in by_hand.items() if each),
    )


def _batches(entitlements: tuple[Entitlement, ...], abilities: Abilities) -> Iterator[tuple[Entitlement, ...]]:
    if abilities.grants_in_batches and entitlements:
        yield entitlements
    elif entitlements:
        yield from ((each,) for each in entitlements)


def _enabling(seen: SeenAccount, abilities: Abilities) -> Plan:
    if seen.active is True or (seen.active is None and not abilities.disables):
        return Plan()
    return _able(EnableAccount(), Missing.ENABLE, can=abilities.disables)


def _updating(changes: Attributes, seen: SeenAccount, abilities: Abilities) -> Plan:
    parts: dict[Missing | None, dict[str, AttributeValue | None]] = {}
    for name, value in changes.items():
        parts.setdefault(_obstacle(name, value, abilities), {})[name] = value
    steps = {
        missing: UpdateAccount(part, {name: _current(name, seen, abilities) for name in part})
        for missing, part in parts.items()
    }
    by_hand = tuple(ByHand(missing, step) for missing, step in steps.items() if missing is not None)
    return Plan((steps[None],) if None in steps else (), by_hand)


def _obstacle(name: str, value: AttributeValue | None, abilities: Abilities) -> Missing | None:
    if name != abilities.name_attribute:
        can_change = abilities.updates_only is None or name in abilities.updates_only
        return None if abilities.updates and can_change else Missing.UPDATE
    can_rename = abilities.renames and value is not None  # no account can be without its Name
    return None if can_rename else Missing.RENAME


def _changes(wanted: WantedAccount, seen: SeenAccount, abilities: Abilities) -> Attributes:
    fixed = abilities.write_only | abilities.create_only
    return {
        name: None if is_unassigned(value) else value
        for name, value in wanted.attributes.items()
        if name not in fixed and not _equal(value, _current(name, seen, abilities), name in abilities.ignores_case)
    }


def _current(name: str, seen: SeenAccount, abilities: Abilities) -> AttributeValue | None:
    return seen.attributes.get(name, seen.name if name == abilities.name_attribute else None)


def _equal(one: AttributeValue | None, other: AttributeValue | None, ignores_case: bool) -> bool:
    if type(one) is type(other) and one == other:  # nearly always, in a proof
        return True
    return _texts(one, ignores_case) == _texts(other, ignores_case)


def _texts(value: AttributeValue | None, ignores_case: bool) -> frozenset[str]:
    match value:
        case None:
            texts: Iterable[str] = ()
        case bool():
            texts = ("true" if value else "false",)
        case int() | str():
            texts = (str(value),)
        case tuple():
            texts = value
        case _:
            assert_never(value)
    return frozenset(text.casefold() if ignores_case else text for text in texts if text)


def _excess(wanted: WantedAccount, seen: SeenAccount, held: frozenset[Entitlement]) -> frozenset[Entitlement]:
    return frozenset() if wanted.entitlements is None else (held - wanted.entitlements) & seen.entitlements


def _lack(wanted: WantedAccount, seen: SeenAccount) -> frozenset[Entitlement]:
    return frozenset() if wanted.entitlements is None else wanted.entitlements - seen.entitlements


def _split(
    entitlements: frozenset[Entitlement], abilities: Abilities
) -> tuple[tuple[Entitlement, ...], tuple[Entitlement, ...]]:
    able = tuple(sorted(each for each in entitlements if each.type in abilities.grants))
    return able, tuple(sorted(each for each in entitlements if each.type not in abilities.grants))


def _written(steps: Iterable[Step]) -> Attributes:
    written: dict[str, AttributeValue | None] = {}
    for step in steps:
        match step:
            case CreateAccount(attributes):
                written |= attributes
            case UpdateAccount(changes, _):
                written |= changes
            case EnableAccount() | DisableAccount() | DeleteAccount() | WithdrawInvitation():
                pass
            case GrantEntitlements() | RevokeEntitlements():
                pass
            case _:
                assert_never(step)
    return written
