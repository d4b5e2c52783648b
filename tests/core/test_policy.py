"""What is wanted of those who stay, and of those who leave."""

import pytest

from seatkeeper.core.accounts import Presence, WantedAccount
from seatkeeper.core.entitlements import Entitlement, Grant
from seatkeeper.core.integrations import EntitlementRule, LeaverRule, MappingRules, Policy
from seatkeeper.core.mapping import MappingFailedError, compile_mapping
from seatkeeper.core.policy import RequiredMissingError, want
from tests.core.people import FULL, group, person

RULES = MappingRules(
    attributes={"uid": "user.userName", "title": "user.title", "dept": "user.enterprise.department"},
    entitlements=(EntitlementRule("group", "group.displayName", per_group=True),),
    required=("uid", "title", "dept"),
)
MAPPING = compile_mapping(RULES)
BROKEN = compile_mapping(MappingRules({"level": "1 / 0"}))


def test_a_person_who_stays_is_to_be_active_with_attributes_and_grants() -> None:
    wanted = want(person(FULL), (group(1, "Devs"),), MAPPING, Policy(), delete_due=False)
    source = "group:00000000-0000-0000-0000-000000000001"
    assert wanted == WantedAccount(
        Presence.ACTIVE,
        {"uid": "Zoe@Example.org", "title": "Analyst", "dept": "Research"},
        frozenset({Grant(Entitlement("group", "Devs"), source)}),
    )


def test_every_required_attribute_that_is_missing_is_named() -> None:
    with pytest.raises(RequiredMissingError) as failure:
        want(person(), (), MAPPING, Policy(), delete_due=False)
    assert failure.value.names == ("title", "dept")
    assert str(failure.value) == "title, dept"


@pytest.mark.parametrize("is_removed", [True, False], ids=["removed", "deactivated"])
@pytest.mark.parametrize("delete_due", [True, False])
@pytest.mark.parametrize("rule", LeaverRule)
def test_a_leaver_gets_what_the_rule_says_and_keeps_the_rest(
    rule: LeaverRule, delete_due: bool, is_removed: bool
) -> None:
    expected = {
        LeaverRule.KEEP: Presence.UNTOUCHED,
        LeaverRule.DISABLE: Presence.DISABLED,
        LeaverRule.DELETE: Presence.ABSENT,
        LeaverRule.DISABLE_THEN_DELETE: Presence.ABSENT if delete_due else Presence.DISABLED,
    }
    leaver = None if is_removed else person(FULL, active=False)
    wanted = want(leaver, (), MAPPING, Policy(leavers=rule), delete_due=delete_due)
    assert wanted == WantedAccount(expected[rule], {}, None)


def test_a_broken_mapping_holds_up_a_joiner_and_no_leaver() -> None:
    with pytest.raises(MappingFailedError):
        want(person(), (), BROKEN, Policy(), delete_due=False)
    assert want(person(active=False), (), BROKEN, Policy(), delete_due=False).presence is Presence.DISABLED
