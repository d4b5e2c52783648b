"""What holds for every plan, whatever is wanted, seen, held and possible."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from seatkeeper.core.accounts import Abilities, Presence, SeenAccount, WantedAccount
from seatkeeper.core.entitlements import Entitlement
from seatkeeper.core.ids import Uid
from seatkeeper.core.plan import differences, plan, plan_members, unreadable
from seatkeeper.core.steps import (
    CreateAccount,
    DeleteAccount,
    DisableAccount,
    EnableAccount,
    GrantEntitlements,
    Missing,
    Plan,
    RevokeEntitlements,
    UpdateAccount,
)
from tests.core.model_app import carry_out, held_after
from tests.strategies import (
    abilities,
    full_abilities,
    held_entitlements,
    seen_accounts,
    thorough,
    uids,
    wanted_accounts,
)

TAKES = (DisableAccount, DeleteAccount, RevokeEntitlements)
GIVES = (CreateAccount, EnableAccount, GrantEntitlements)

situations = given(
    wanted=wanted_accounts(),
    seen=st.none() | seen_accounts(),
    able=abilities | full_abilities,
    held=held_entitlements,
)
Seen = SeenAccount | None
Held = frozenset[Entitlement]


@thorough
@situations
def test_planning_twice_gives_the_same(wanted: WantedAccount, seen: Seen, able: Abilities, held: Held) -> None:
    turned = replace(wanted, attributes=dict(reversed(list(wanted.attributes.items()))))
    one, other = plan(wanted, seen, able, held), plan(turned, seen, able, held)
    assert plan(wanted, seen, able, held) == one
    assert one.steps == other.steps
    assert set(one.shortfalls) == set(other.shortfalls)


@thorough
@situations
def test_after_a_finished_plan_nothing_is_left_to_do(
    wanted: WantedAccount, seen: Seen, able: Abilities, held: Held
) -> None:
    first = plan(wanted, seen, able, held)
    after = carry_out(first, seen, able)
    second = plan(wanted, after, able, held_after(first, held))
    if Missing.CREATE in first.shortfalls:
        assert second == first
    else:
        assert second == Plan((), first.by_hand)


@thorough
@situations
def test_a_plan_holds_no_step_the_app_cannot_do(
    wanted: WantedAccount, seen: Seen, able: Abilities, held: Held
) -> None:
    carry_out(plan(wanted, seen, able, held), seen, able)


@thorough
@situations
def test_an_app_that_can_do_everything_leaves_no_shortfall_and_no_difference(
    wanted: WantedAccount, seen: Seen, able: Abilities, held: Held
) -> None:
    able = Abilities(able.name_attribute, grants=frozenset({"role", "group", "licence"}))
    found = plan(wanted, seen, able, held)
    assert found.shortfalls == ()
    assert differences(wanted, carry_out(found, seen, able), able, held_after(found, held)) == ()


@thorough
@situations
def test_a_difference_is_named_exactly_when_something_is_left_to_do(
    wanted: WantedAccount, seen: Seen, able: Abilities, held: Held
) -> None:
    assert plan(wanted, seen, able, held).is_empty == (differences(wanted, seen, able, held) == ())


@thorough
@situations
def test_access_is_taken_before_it_is_given(
    wanted: WantedAccount, seen: Seen, able: Abilities, held: Held
) -> None:
    steps = plan(wanted, seen, able, held).steps
    taken = [index for index, step in enumerate(steps) if isinstance(step, TAKES)]
    given_at = [index for index, step in enumerate(steps) if isinstance(step, GIVES)]
    assert max(taken, default=-1) < min(given_at, default=len(steps))
    assert len({type(step) for step in steps}) == len(steps) or not able.grants_in_batches, "no kind comes twice"


@thorough
@situations
def test_what_is_not_ours_is_never_touched(wanted: WantedAccount, seen: Seen, able: Abilities, held: Held) -> None:
    able = replace(able, single=frozenset())
    after = carry_out(plan(wanted, seen, able, held), seen, able)
    if seen is None or after is None:
        return
    ours = held | (wanted.entitlements or frozenset())
    assert seen.entitlements - ours == after.entitlements - ours
    assert {name: seen.attributes.get(name) for name in seen.attributes if name not in wanted.attributes} == {
        name: after.attributes.get(name) for name in seen.attributes if name not in wanted.attributes
    }
    assert after.uid == seen.uid


@thorough
@situations
def test_a_leaver_keeps_attributes_and_entitlements(
    wanted: WantedAccount, seen: Seen, able: Abilities, held: Held
) -> None:
    leaver = WantedAccount(Presence.DISABLED)
    found = plan(leaver, seen, able, held)
    assert found.steps in {(), (DisableAccount(),)}
    if able.disables and seen is not None:
        assert carry_out(found, seen, able) == replace(seen, active=False)


@thorough
@situations
def test_an_untouched_account_gets_no_step_whatever_is_seen(
    wanted: WantedAccount, seen: Seen, able: Abilities, held: Held
) -> None:
    untouched = replace(wanted, presence=Presence.UNTOUCHED)
    assert plan(untouched, seen, able, held) == Plan()
    assert differences(untouched, seen, able, held) == unreadable(untouched, able) == ()


@thorough
@situations
def test_steps_write_only_what_is_wanted(wanted: WantedAccount, seen: Seen, able: Abilities, held: Held) -> None:
    for step in plan(wanted, seen, able, held).steps:
        match step:
            case CreateAccount(attributes) | UpdateAccount(attributes):
                assert all(value in {wanted.attributes[name], None} for name, value in attributes.items())
            case GrantEntitlements(entitlements):
                assert set(entitlements) <= (wanted.entitlements or set())
            case RevokeEntitlements(entitlements):
                assert set(entitlements) <= held
            case _:
                pass


@thorough
@given(wanted=st.frozensets(uids), seen=st.frozensets(uids), managed=st.frozensets(uids))
def test_members_come_and_go_and_strangers_stay(
    wanted: frozenset[Uid], seen: frozenset[Uid], managed: frozenset[Uid]
) -> None:
    change = plan_members(wanted, seen, managed)
    after = (seen - set(change.remove)) | set(change.add)
    assert wanted <= after
    assert after - wanted == seen - managed - wanted
    assert plan_members(wanted, after, managed).is_empty
    assert not set(change.add) & set(change.remove)
