"""A bad expression is refused when it is saved, and the Owner is told where and why."""

import pytest

from seatkeeper.core.errors import InvalidValueError
from seatkeeper.core.integrations import EntitlementRule, MappingRules
from seatkeeper.core.mapping import MappingInvalidError, compile_mapping
from tests.core.people import granting, mapping_of


@pytest.mark.parametrize(
    ("expression", "problem"),
    [
        ("", "it: is empty"),
        ("user..title", "it: line 1, column 6: no viable alternative at input '..'"),
        ("user.emails[", "it: line 1, column 13: it ends too early"),
        ("user.title +\n  (1", "line 2, column 5: missing ')' at the end"),
        ("'abc", "line 1, column 1: token recognition error at: ''abc'"),
        ("a b", "line 1, column 3: extraneous input 'b'"),
        ("usr.title", "line 1, column 1: there is no variable 'usr'; did you mean 'user'?"),
        (".usr", "there is no variable 'usr'"),
        ("group.displayName", "there is no variable 'group'"),
        ("user.emails.map(e, e.value) + [e]", "line 1, column 32: there is no variable 'e'"),
        ("[1].exists(x, y == 1)", "line 1, column 15: there is no variable 'y'"),
        ("user.titel", "there is no attribute 'titel' in user; did you mean 'title'?"),
        ("user.username", "there is no attribute 'username' in user; did you mean 'userName'?"),
        ('user["titel"]', "there is no attribute 'titel' in user"),
        ("has(user.titel)", "line 1, column 5: there is no attribute 'titel' in user"),
        ("user.name.given", "there is no attribute 'given' in user.name"),
        ("user.emails[0].valu", "there is no attribute 'valu' in user.emails[…]; did you mean 'value'?"),
        ("user.emails.value", "user.emails is a list; pick an element, as in user.emails[0].value"),
        ("user.title.length", "user.title is a plain value and has no attribute 'length'"),
        ('user["urn:x:y"].badge', "there is no attribute 'urn:x:y' in user"),
        ("groups[0].name", "there is no attribute 'name' in groups[…]"),
        (
            "user.title.lowerAsci()",
            "line 1, column 12: there is no function 'lowerAsci'; did you mean 'lowerAscii'?",
        ),
        ("shout(user.title)", "line 1, column 1: there is no function 'shout'"),
        ("math.cube(2)", "line 1, column 6: there is no function 'cube'"),
        ("maths.abs(2)", "there is no function 'abs'"),
        ("abs(2)", "there is no function 'abs'"),
        ("lists.range(1000000000)", "there is no function 'range'"),
        ("Person{name: 'a'}", "'Person' is not a type"),
        ("user.emails.map(user, 1)", "'user' has a meaning already"),
        ("[1].map(a, [1].map(b, [1].map(c, 1)))", "more than 2 loops inside one another"),
        ("groups.map(a, groups.map(b, groups))", "line 1, column 29: groups is a list, named inside 2 loops"),
        ("[user.title]" + ".map(t, t + t + t + t)" * 6, "could grow without end"),
        ("1" + " + 1" * 600, "is longer than 2000 characters"),
    ],
)
def test_a_bad_expression_is_told_by_attribute_place_and_reason(expression: str, problem: str) -> None:
    with pytest.raises(MappingInvalidError) as refusal:
        mapping_of(expression)
    assert len(refusal.value.problems) == 1
    assert problem in refusal.value.problems[0]
    assert refusal.value.problems[0].startswith("it: ")


@pytest.mark.parametrize(
    "expression",
    [
        "'usr.title'",
        'r"usr\\"',
        "'''usr ' title'''",
        '"escaped \\" usr"',
        "user.title // usr",
        "user.emails.exists(e, e.value == 'e') ? 'yes' : 'no'",
        "{'usr': user.title}.usr",
        "user[user.userName]",
        "[1].map(a, [1].map(b, user[user.userName].anything))",
        "user.emails[size(user.emails) - 1].value",
        "math.greatest([1, 2]) + user.emails.size()",
        "optional.of(user.title).orValue('x')",
        "'a' in [user.title]",
        "b'usr' == bytes('usr')",
        "user.emails.map(a, user.roles.map(b, a.value + b.value)).flatten()",
        "-1 + 0x1F",
    ],
)
def test_a_good_expression_is_not_refused(expression: str) -> None:
    mapping_of(expression)


def test_every_fault_is_told_at_once() -> None:
    rules = MappingRules(
        attributes={"mail": "user.mail", "cn": "user..x", "uid": "user.userName"},
        entitlements=(EntitlementRule("role", "user.title"), EntitlementRule("seat", "group.displayName")),
        join=("uid", "number"),
        required=("sn",),
    )
    with pytest.raises(MappingInvalidError) as refusal:
        compile_mapping(rules)
    assert [problem.partition(":")[0] for problem in refusal.value.problems] == [
        "number",
        "sn",
        "mail",
        "cn",
        "entitlement rule 2 (seat)",
    ]
    assert isinstance(refusal.value, InvalidValueError)


def test_only_a_rule_per_group_sees_a_group() -> None:
    assert granting("[group.externalId]", per_group=True).uses_groups
    with pytest.raises(MappingInvalidError):
        granting("[group.externalId]")
