"""Plans for the people everybody has: joiners, movers, leavers, and those who come back."""

from dataclasses import replace

import pytest

from seatkeeper.core.accounts import Abilities, Arrival, Presence, SeenAccount, Standing, WantedAccount
from seatkeeper.core.entitlements import Entitlement, Grant, group_source
from seatkeeper.core.ids import Uid
from seatkeeper.core.plan import MemberChange, differences, lacking, plan, plan_members, unreadable
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
    UpdateAccount,
    WithdrawInvitation,
)
from seatkeeper.core.values import Attributes, AttributeValue

ABLE = Abilities(name_attribute="uid", grants=frozenset({"role"}))
ADMIN, STAFF, SEAT = Entitlement("role", "admin"), Entitlement("role", "staff"), Entitlement("seat", "gold")
NOTHING: frozenset[Entitlement] = frozenset()
Value = AttributeValue | None


def active(attributes: Attributes | None = None, *entitlements: Entitlement) -> WantedAccount:
    grants = frozenset(Grant(each, "user") for each in entitlements)
    return WantedAccount(Presence.ACTIVE, attributes or {}, grants)


def account(
    attributes: Attributes | None = None, *entitlements: Entitlement, enabled: bool | None = True
) -> SeenAccount:
    return SeenAccount(Uid("1"), "ada", enabled, attributes or {}, frozenset(entitlements))


DISABLED, ABSENT = WantedAccount(Presence.DISABLED), WantedAccount(Presence.ABSENT)


def test_a_joiner_is_created_with_what_is_assigned_and_then_granted() -> None:
    wanted = active({"uid": "ada", "title": None, "mail": "", "tags": (), "level": 0}, ADMIN)
    assert plan(wanted, None, ABLE, NOTHING).steps == (
        CreateAccount({"uid": "ada", "level": 0}),
        GrantEntitlements((ADMIN,)),
    )


def test_a_mover_loses_the_old_before_getting_the_new() -> None:
    wanted = active({"uid": "ada.l", "title": "Lead"}, STAFF)
    seen = account({"uid": "ada", "title": "Analyst"}, ADMIN, enabled=False)
    assert plan(wanted, seen, ABLE, frozenset({ADMIN})).steps == (
        RevokeEntitlements((ADMIN,)),
        UpdateAccount({"uid": "ada.l", "title": "Lead"}, {"uid": "ada", "title": "Analyst"}),
        EnableAccount(),
        GrantEntitlements((STAFF,)),
    )


def test_a_leaver_is_disabled_and_nothing_else() -> None:
    assert plan(DISABLED, account({"title": "x"}, ADMIN), ABLE, frozenset({ADMIN})).steps == (DisableAccount(),)
    assert plan(DISABLED, account(enabled=False), ABLE, NOTHING).is_empty
    assert plan(DISABLED, None, ABLE, NOTHING).is_empty


def test_an_account_to_be_gone_is_deleted_once() -> None:
    assert plan(ABSENT, account(), ABLE, NOTHING).steps == (DeleteAccount(),)
    assert plan(ABSENT, None, ABLE, NOTHING).is_empty


def test_an_account_that_cannot_be_deleted_is_disabled_meanwhile() -> None:
    undying = Abilities(name_attribute="uid", deletes=False)
    by_hand = (ByHand(Missing.DELETE, DeleteAccount()),)
    assert plan(ABSENT, account(), undying, NOTHING) == Plan((DisableAccount(),), by_hand)
    assert plan(ABSENT, account(enabled=False), undying, NOTHING) == Plan((), by_hand)


@pytest.mark.parametrize(
    ("able", "wanted", "seen", "missing"),
    [
        (Abilities("uid", creates=False), active({"uid": "ada"}), None, Missing.CREATE),
        (Abilities("uid", updates=False), active({"title": "x"}), account(), Missing.UPDATE),
        (Abilities("uid", renames=False), active({"uid": "eve"}), account(), Missing.RENAME),
        (Abilities("uid"), active({"uid": None}), account(), Missing.RENAME),
        (Abilities("uid", disables=False), active(), account(enabled=False), Missing.ENABLE),
        (Abilities("uid", disables=False), DISABLED, account(), Missing.DISABLE),
        (Abilities("uid", disables=False), DISABLED, account(enabled=None), Missing.DISABLE),
        (Abilities("uid", disables=False, deletes=False), ABSENT, account(), Missing.DELETE),
        (Abilities("uid"), active({}, SEAT), account(), Missing.GRANT),
        (Abilities("uid"), active(), account({}, SEAT), Missing.REVOKE),
    ],
)
def test_what_the_app_cannot_do_is_a_shortfall_and_no_step(
    able: Abilities, wanted: WantedAccount, seen: SeenAccount | None, missing: Missing
) -> None:
    found = plan(wanted, seen, able, frozenset({SEAT}))
    assert (found.steps, found.shortfalls) == ((), (missing,))
    assert differences(wanted, seen, able, frozenset({SEAT})) != () or (seen is not None and seen.active is None)


def test_a_shortfall_keeps_no_other_step_from_its_turn() -> None:
    found = plan(
        active({"uid": "eve", "title": "x"}, SEAT, STAFF),
        account(),
        Abilities("uid", renames=False, grants=frozenset({"role"})),
        NOTHING,
    )
    assert [type(step) for step in found.steps] == [UpdateAccount, GrantEntitlements]
    assert found.shortfalls == (Missing.RENAME, Missing.GRANT)


@pytest.mark.parametrize(
    ("wanted", "seen"),
    [
        (None, ""),
        ("", None),
        ((), None),
        (("",), ()),
        (("a", "b"), ("b", "a")),
        ("a", ("a",)),
        (7, "7"),
        (True, "true"),
        ("ada", "ADA"),
        (("ß",), ("SS",)),
    ],
)
def test_values_that_mean_the_same_are_no_difference(wanted: Value, seen: Value) -> None:
    able = Abilities("uid", ignores_case=frozenset({"it"}))
    wish: Attributes = {"it": wanted}
    view: Attributes = {"it": seen}
    assert plan(active(wish), account(view), able, NOTHING).is_empty
    assert differences(active(wish), account(view), able, NOTHING) == ()


@pytest.mark.parametrize(
    ("wanted", "seen"), [("ada", "ADA"), (1, True), (None, "x"), (("a",), ("a", "b")), (0, None)]
)
def test_values_that_differ_are_updated_and_named(wanted: Value, seen: Value) -> None:
    wish: Attributes = {"it": wanted}
    view: Attributes = {"it": seen}
    assert plan(active(wish), account(view), ABLE, NOTHING).steps == (UpdateAccount(wish, view),)
    assert differences(active(wish), account(view), ABLE, NOTHING) == ("it",)


def test_emptying_is_one_value_whatever_was_written() -> None:
    (step,) = plan(active({"it": ()}), account({"it": "x"}), ABLE, NOTHING).steps
    assert step == UpdateAccount({"it": None}, {"it": "x"})


def test_only_named_attributes_are_managed() -> None:
    assert plan(active({"title": "x"}), account({"title": "x", "phone": "1"}), ABLE, NOTHING).is_empty


def test_the_name_counts_where_the_app_does_not_repeat_it_among_the_attributes() -> None:
    assert plan(active({"uid": "ada"}), account(), ABLE, NOTHING).is_empty
    (step,) = plan(active({"uid": "eve"}), account(), ABLE, NOTHING).steps
    assert step == UpdateAccount({"uid": "eve"}, {"uid": "ada"})


def test_what_cannot_be_read_or_changed_is_sent_once_when_the_account_is_made() -> None:
    able = Abilities("uid", write_only=frozenset({"password"}), create_only=frozenset({"home"}))
    wanted = active({"uid": "ada", "password": "s3cret", "home": "/ada"})
    assert plan(wanted, None, able, NOTHING).steps == (CreateAccount(wanted.attributes),)
    assert plan(wanted, account({"home": "/elsewhere"}), able, NOTHING).is_empty


def test_only_what_seatkeeper_gave_is_taken_away() -> None:
    seen = account({}, ADMIN, STAFF)
    assert plan(active(), seen, ABLE, frozenset({STAFF})).steps == (RevokeEntitlements((STAFF,)),)
    assert plan(active(), seen, ABLE, NOTHING).is_empty
    assert plan(active(), account(), ABLE, frozenset({STAFF})).is_empty


def test_an_entitlement_stays_until_its_last_source_leaves() -> None:
    by_group = frozenset({Grant(STAFF, group_source("g1")), Grant(STAFF, group_source("g2"))})
    for grants in (by_group, frozenset(list(by_group)[:1])):
        wanted = WantedAccount(Presence.ACTIVE, {}, grants)
        assert plan(wanted, account({}, STAFF), ABLE, frozenset({STAFF})).is_empty
    gone = WantedAccount(Presence.ACTIVE, {}, frozenset())
    assert plan(gone, account({}, STAFF), ABLE, frozenset({STAFF})).steps == (RevokeEntitlements((STAFF,)),)


def test_what_was_taken_away_by_hand_is_given_again() -> None:
    assert plan(active({}, STAFF), account(), ABLE, frozenset({STAFF})).steps == (GrantEntitlements((STAFF,)),)


def test_an_app_that_cannot_tell_who_is_active_is_told_each_time_and_never_proves_it() -> None:
    unsure = account(enabled=None)
    assert plan(DISABLED, unsure, ABLE, NOTHING).steps == (DisableAccount(),)
    assert plan(active(), unsure, ABLE, NOTHING).steps == (EnableAccount(),)
    for wanted in (DISABLED, active()):
        assert differences(wanted, unsure, ABLE, NOTHING) == ()
        assert unreadable(wanted, ABLE, seen=unsure) == ("active",)


def test_an_app_without_disabled_accounts_needs_no_enabling() -> None:
    plain = Abilities("uid", disables=False)
    assert plan(active(), account(enabled=None), plain, NOTHING).is_empty
    assert unreadable(active(), plain, seen=account(enabled=None)) == ()


def test_differences_are_named_as_a_person_knows_them() -> None:
    seen = account({"title": "old"}, STAFF, enabled=False)
    wanted = active({"title": "new", "mail": None}, ADMIN)
    assert differences(wanted, seen, ABLE, frozenset({STAFF})) == ("active", "title", "role admin", "role staff")
    assert differences(wanted, None, ABLE, NOTHING) == ("account",)
    assert differences(ABSENT, seen, ABLE, NOTHING) == ("account",)
    assert differences(DISABLED, account(), ABLE, NOTHING) == ("active",)
    assert differences(DISABLED, None, ABLE, NOTHING) == ()


def test_what_cannot_be_proven_is_named() -> None:
    able = Abilities("uid", write_only=frozenset({"password", "pin"}))
    wanted = active({"uid": "ada", "password": "s3cret", "pin": None})
    assert unreadable(wanted, able) == ("password",)
    assert unreadable(wanted, Abilities("uid", reads_back=False)) == ("account",)
    assert unreadable(DISABLED, able) == ()
    assert unreadable(ABSENT, able) == ()


def test_nothing_is_claimed_about_what_a_plan_did_not_write() -> None:
    able = Abilities("uid", write_only=frozenset({"password"}))
    wanted = active({"uid": "ada", "password": "s3cret", "title": "x"})
    assert unreadable(wanted, able, done=plan(wanted, None, able, NOTHING)) == ("password",)
    assert unreadable(wanted, able, done=plan(wanted, account(), able, NOTHING)) == ()


def test_a_stranger_stays_in_the_group() -> None:
    ours, new, left, stranger = (Uid(name) for name in ("ours", "new", "left", "stranger"))
    change = plan_members(frozenset({ours, new}), frozenset({ours, left, stranger}), frozenset({ours, new, left}))
    assert change == MemberChange(add=(new,), remove=(left,))
    assert plan_members(frozenset(), frozenset({stranger}), frozenset()).is_empty


INVITING = Abilities("uid", arrival=Arrival.BY_INVITATION, withdraws_invitations=True, grants=frozenset({"role"}))
INVITED = SeenAccount(Uid("i1"), "ada", None, {}, standing=Standing.INVITED)
ADA = active({"uid": "ada"}, ADMIN)


def test_who_is_invited_is_left_alone_until_they_join_and_only_then_given_roles() -> None:
    assert plan(ADA, None, INVITING, NOTHING) == Plan((CreateAccount({"uid": "ada"}),))
    assert plan(ADA, INVITED, INVITING, NOTHING).is_empty
    assert differences(ADA, INVITED, INVITING, NOTHING) == ("account",)
    assert plan(ADA, account({"uid": "ada"}), INVITING, NOTHING) == Plan((GrantEntitlements((ADMIN,)),))
    eager = replace(INVITING, grants_before_arrival=True)
    assert plan(ADA, INVITED, eager, NOTHING) == Plan((GrantEntitlements((ADMIN,)),))


@pytest.mark.parametrize("wanted", [ABSENT, DISABLED])
def test_the_invitation_of_a_leaver_is_taken_back_or_left_to_a_person(wanted: WantedAccount) -> None:
    assert plan(wanted, INVITED, INVITING, NOTHING) == Plan((WithdrawInvitation(),))
    cannot = replace(INVITING, withdraws_invitations=False)
    assert plan(wanted, INVITED, cannot, NOTHING).shortfalls == (Missing.WITHDRAW,)
    assert differences(wanted, INVITED, cannot, NOTHING) == ("account",)


def test_an_address_that_can_be_invited_once_is_left_to_a_person_the_second_time() -> None:
    once = replace(INVITING, invites_again=False)
    assert plan(ADA, None, once, NOTHING).shortfalls == ()
    assert plan(ADA, None, once, NOTHING, was_invited=True).shortfalls == (Missing.INVITE_AGAIN,)


def test_nothing_is_planned_where_the_app_itself_makes_the_account() -> None:
    assert plan(ADA, None, Abilities("uid", creates=False, arrival=Arrival.AT_FIRST_SIGN_IN), NOTHING).is_empty


def test_of_a_role_held_once_the_old_one_gives_way_even_if_a_stranger_gave_it() -> None:
    one = replace(ABLE, single=frozenset({"role"}))
    wants, holds = active({}, ADMIN), account({}, STAFF)
    assert plan(wants, holds, one, NOTHING) == Plan((GrantEntitlements((ADMIN,)),))
    first = replace(one, revokes_first=frozenset({"role"}))
    swap = Plan((RevokeEntitlements((STAFF,)), GrantEntitlements((ADMIN,))))
    assert plan(wants, holds, first, NOTHING) == swap
    assert plan(active({}), holds, first, NOTHING).is_empty
    assert plan(active({}, ADMIN, STAFF), holds, one, NOTHING).shortfalls == (Missing.HOLD_BOTH,)


def test_what_one_call_cannot_carry_is_granted_one_by_one_and_what_cannot_change_is_left_to_a_person() -> None:
    able = replace(ABLE, grants_in_batches=False, updates_only=frozenset({"mail"}))
    found = plan(active({"mail": "a@b", "title": "x"}, ADMIN, STAFF), account(), able, NOTHING)
    assert found.steps[1:] == (GrantEntitlements((ADMIN,)), GrantEntitlements((STAFF,)))
    assert found.steps[0] == UpdateAccount({"mail": "a@b"}, {"mail": None})
    assert found.by_hand == (ByHand(Missing.UPDATE, UpdateAccount({"title": "x"}, {"title": None})),)


def test_what_the_app_requires_of_a_new_account_is_named_when_it_is_not_there() -> None:
    assert lacking(active({"uid": "ada", "phone": ""}), replace(ABLE, requires=frozenset({"phone", "uid"}))) == (
        "phone",
    )
