"""A model of an app, as pure data: what a plan does to an account when every step is carried out."""

from dataclasses import replace
from typing import assert_never

from seatkeeper.core.accounts import Abilities, SeenAccount
from seatkeeper.core.entitlements import Entitlement
from seatkeeper.core.ids import Uid
from seatkeeper.core.steps import (
    CreateAccount,
    DeleteAccount,
    DisableAccount,
    EnableAccount,
    GrantEntitlements,
    Plan,
    RevokeEntitlements,
    Step,
    UpdateAccount,
    WithdrawInvitation,
)
from seatkeeper.core.values import Attributes


def carry_out(plan: Plan, seen: SeenAccount | None, abilities: Abilities) -> SeenAccount | None:
    """Take every step in order; a step the app cannot do, or that finds no account, is an error."""
    for step in plan.steps:
        seen = _take(step, seen, abilities)
    return seen


def held_after(plan: Plan, held: frozenset[Entitlement]) -> frozenset[Entitlement]:
    """What Seatkeeper remembers to have given, after the plan."""
    for step in plan.steps:
        match step:
            case GrantEntitlements(entitlements):
                held |= set(entitlements)
            case RevokeEntitlements(entitlements):
                held -= set(entitlements)
            case _:
                pass
    return held


def _take(step: Step, seen: SeenAccount | None, abilities: Abilities) -> SeenAccount | None:
    if isinstance(step, CreateAccount):
        assert seen is None
        assert abilities.creates
        return _created(step.attributes, abilities)
    assert seen is not None, "only creating needs no account"
    match step:
        case UpdateAccount(changes, before):
            return _updated(seen, changes, before, abilities)
        case EnableAccount() | DisableAccount():
            assert abilities.disables
            return replace(seen, active=isinstance(step, EnableAccount))
        case DeleteAccount() | WithdrawInvitation():
            assert abilities.deletes or isinstance(step, WithdrawInvitation)
            return None
        case GrantEntitlements(entitlements):
            assert {each.type for each in entitlements} <= abilities.grants
            assert abilities.grants_in_batches or len(entitlements) == 1
            return replace(seen, entitlements=_granted(seen, entitlements, abilities))
        case RevokeEntitlements(entitlements):
            assert {each.type for each in entitlements} <= abilities.grants
            assert abilities.grants_in_batches or len(entitlements) == 1
            assert set(entitlements) <= seen.entitlements
            return replace(seen, entitlements=seen.entitlements - set(entitlements))
        case _:
            assert_never(step)


def _granted(
    seen: SeenAccount, entitlements: tuple[Entitlement, ...], abilities: Abilities
) -> frozenset[Entitlement]:
    once = {each.type for each in entitlements} & abilities.single
    assert all(sum(each.type == one for each in entitlements) == 1 for one in once)
    assert not any(each.type in once & abilities.revokes_first for each in seen.entitlements)
    return frozenset(each for each in seen.entitlements if each.type not in once) | set(entitlements)


def _created(attributes: Attributes, abilities: Abilities) -> SeenAccount:
    shown = {name: value for name, value in attributes.items() if name not in abilities.write_only}
    name = attributes.get(abilities.name_attribute, "given by the app")
    assert isinstance(name, str)
    return SeenAccount(Uid("new"), name, active=True, attributes=shown)


def _updated(seen: SeenAccount, changes: Attributes, before: Attributes, abilities: Abilities) -> SeenAccount:
    assert changes
    assert changes.keys() == before.keys()
    assert not changes.keys() & (abilities.write_only | abilities.create_only)
    assert abilities.renames or abilities.name_attribute not in changes
    assert abilities.updates or changes.keys() == {abilities.name_attribute}
    able = abilities.updates_only
    assert able is None or changes.keys() - {abilities.name_attribute} <= able
    name = changes.get(abilities.name_attribute, seen.name)
    assert isinstance(name, str)
    return replace(seen, name=name, attributes={**seen.attributes, **changes})
