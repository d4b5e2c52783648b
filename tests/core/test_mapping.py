"""What an Owner may write, and what comes of it for people who have everything or nothing."""

import pytest

from seatkeeper.core.entitlements import Entitlement, Grant
from seatkeeper.core.integrations import EntitlementRule, MappingRules, SchemaAttribute
from seatkeeper.core.mapping import MappingFailedError, compile_mapping
from seatkeeper.core.schema import ENTERPRISE_USER
from tests.core.people import FULL, granting, group, mapping_of, person, work_out


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("user.userName", "Zoe@Example.org"),
        ("user.externalId", "00u1"),
        ("user.active", True),
        ("user.title", "Analyst"),
        ('user.name.givenName + " " + user.name.familyName', "Zoë Ødegård"),
        ('user.userName.split("@")[0].lowerAscii()', "zoe"),
        ('lower(ascii(user.name.givenName + "." + user.name.familyName))', "zoe.odegard"),
        ("user.emails[0].value", "zoe@home.example"),
        ('user.emails.filter(e, e.type == "work")[0].value', "zoe@work.example"),
        ('valueOf(user.emails, "work")', "zoe@work.example"),
        ("valueOf(user.emails)", "zoe@work.example"),
        ("user.emails.first().value", "zoe@home.example"),
        ("user.roles.map(r, r.value)", ("admin", "auditor")),
        ('user.roles.filter(r, r.type == "extra").map(r, r.value)', ("auditor",)),
        ("user.enterprise.department", "Research"),
        (f'user["{ENTERPRISE_USER}"].department', "Research"),
        ("user.enterprise.manager.displayName", "Ada"),
        ("size(user.emails)", 2),
        ("4.0 / 2.0", 2),
        ("[1, true, 'a', 'a']", ("1", "true", "a")),
        ("{'Analyst': 'a'}[user.title]", "a"),
    ],
)
def test_an_expression_reaches_everything_a_person_has(expression: str, value: object) -> None:
    assert work_out(expression, FULL) == value


@pytest.mark.parametrize(
    "expression",
    [
        "user.title",
        "user.name.givenName",
        'user.name.givenName + " " + user.name.familyName',
        "user.title.lowerAscii()",
        'user.title.startsWith("A") ? "a" : "b"',
        "lower(user.title)",
        "string(user.title)",
        "user.emails[0].value",
        'user.emails.filter(e, e.type == "work")[0].value',
        'valueOf(user.emails, "work")',
        "user.emails.map(e, e.value)",
        "user.enterprise.department",
        f'user["{ENTERPRISE_USER}"].manager.displayName',
        "user.emails.first().value",
        '"Analyst" == user.title ? "a" : null',
        '""',
        "[user.title]",
        "{'Analyst': 'a'}[user.title]",
    ],
)
def test_what_needs_something_a_person_lacks_is_unassigned(expression: str) -> None:
    assert work_out(expression) is None


@pytest.mark.parametrize("document", [{}, {"title": None}, {"title": ""}])
def test_has_is_false_for_everything_unassigned(document: dict[str, object]) -> None:
    assert work_out('has(user.title) ? user.title : "none"', document) == "none"


def test_has_may_stand_inside_has_and_beside_comments() -> None:
    assert work_out("has(user.emails.filter(e, has(e.type))[0].value) // sure", FULL) is True
    assert work_out("has(user.title /* ) */ ) ".replace("/* ) */", "// )\n"), FULL) is True


def test_has_is_false_for_an_empty_list_and_for_an_object_of_nothing() -> None:
    assert work_out("has(user.emails)") is False
    assert work_out("has(user.name)") is False
    assert work_out("has(user.name.givenName)") is False


def test_an_element_without_a_type_hides_no_other() -> None:
    document = {"emails": [{"value": "a@x"}, {"value": "b@x", "type": "work"}]}
    assert work_out('user.emails.filter(e, e.type == "work")[0].value', document) == "b@x"


def test_the_groups_of_a_person_can_be_listed() -> None:
    mapping = mapping_of("groups.map(g, g.displayName)")
    assert mapping.uses_groups
    assert mapping.attributes(person(), (group(1, "Devs"), group(2, "Ops")))["it"] == ("Devs", "Ops")


def test_a_variable_before_a_call_is_still_a_variable() -> None:
    assert mapping_of("groups == firstOf([]) ? [] : groups.map(g, g.displayName)").uses_groups
    assert mapping_of("groups != firstOf([])").uses_groups


def test_an_attribute_of_ones_own_schema_can_be_read() -> None:
    urn = "urn:example:acme:2.0:User"
    schema = (SchemaAttribute(f"{urn}:badge.colour"), SchemaAttribute(f"{urn}:floors", multi_valued=True))
    rules = MappingRules({"colour": f'user["{urn}"].badge.colour', "floors": f'user["{urn}"].floors'})
    mapping = compile_mapping(rules, schema)
    badged = person({urn: {"badge": {"colour": "red"}, "floors": ["1", "2"]}})
    assert mapping.attributes(badged, ()) == {"colour": "red", "floors": ("1", "2")}
    assert mapping.attributes(person(), ()) == {"colour": None, "floors": None}


def test_an_attribute_named_like_the_short_form_keeps_its_own_meaning() -> None:
    mapping = compile_mapping(MappingRules({"it": "user.enterprise"}), (SchemaAttribute("enterprise"),))
    assert mapping.attributes(person({"enterprise": "Acme"}), ())["it"] == "Acme"


@pytest.mark.parametrize(
    ("expression", "reason"),
    [
        ("user.userName + 1", "does not fit the kind of its values"),
        ("int(user.title)", "int() cannot work with what it was given"),
        ("user.title.substring(90)", "substring() cannot work with what it was given"),
        ("1 / 0", "divides by zero"),
        ("9223372036854775807 + 1", "grows too large"),
        ("user.name", "gives a whole object"),
        ("user.emails", "gives a whole object"),
        ("1.5", "a number with a fraction"),
        ("[[1]]", "a list within a list"),
        ("b'x'", "gives a bytes"),
        ('user.title.replace("A", lower(user.title)).matches("(")', "matches() cannot work"),
    ],
)
def test_an_expression_that_fails_names_the_attribute_and_the_reason(expression: str, reason: str) -> None:
    with pytest.raises(MappingFailedError) as failure:
        work_out(expression, FULL)
    assert failure.value.attribute == "it"
    assert reason in failure.value.reason


@pytest.mark.parametrize("expression", ["int(user.title)", "user.title + 1", "user.title.charAt(99)"])
def test_a_failure_never_repeats_a_value(expression: str, caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(MappingFailedError) as failure:
        work_out(expression, {"title": "s3cret"})
    assert "s3cret" not in f"{failure.value} {caplog.text}"
    assert failure.value.__cause__ is None


def test_a_value_the_engine_cannot_hold_fails_that_person_only() -> None:
    with pytest.raises(MappingFailedError, match="cannot be read by an expression"):
        work_out("user.title", {"title": "\ud800"})


def test_attributes_that_read_something_sensitive_are_known() -> None:
    schema = (SchemaAttribute("pin", sensitive=True), SchemaAttribute("urn:x:y:badge", "complex", sensitive=True))
    sources = {
        "pin": "user.pin",
        "length": "size(user.pin)",
        "badge": 'user["urn:x:y"].badge.colour',
        "all": "has(user.title) ? string(size(user)) : ''",
        "title": "user.title",
        "mail": "user.emails[0].value",
    }
    assert compile_mapping(MappingRules(sources), schema).sensitive == {"pin", "length", "badge", "all"}


def test_a_grant_remembers_the_user_or_the_group_it_comes_from() -> None:
    rules = (
        EntitlementRule("role", "user.roles.map(r, r.value)"),
        EntitlementRule(
            "group", 'group.displayName.startsWith("app-") ? [group.displayName] : []', per_group=True
        ),
    )
    mapping = compile_mapping(MappingRules({}, rules))
    groups = (group(1, "app-devs"), group(2, "canteen"), group(3, "app-devs"))
    devs = Entitlement("group", "app-devs")
    assert mapping.grants(person({"roles": [{"value": "admin"}]}), groups) == {
        Grant(Entitlement("role", "admin"), "user"),
        Grant(devs, "group:00000000-0000-0000-0000-000000000001"),
        Grant(devs, "group:00000000-0000-0000-0000-000000000003"),
    }
    assert mapping.uses_groups


@pytest.mark.parametrize("values", ["user.title", "[user.title]", "user.roles.map(r, r.value)", "null", "[]"])
def test_nothing_is_granted_for_what_a_person_lacks(values: str) -> None:
    assert granting(values).grants(person(), ()) == frozenset()


def test_a_single_value_is_granted_like_a_list_of_one() -> None:
    assert granting("user.title").grants(person(FULL), ()) == {Grant(Entitlement("role", "Analyst"), "user")}


@pytest.mark.parametrize("values", ['["base", user.emails[0].value]', '["base"] + [user.title + "s"]'])
def test_an_entitlement_that_cannot_be_worked_out_fails_and_takes_nothing_away(values: str) -> None:
    with pytest.raises(MappingFailedError, match=r"entitlement role: .*this person has no user\.\w+"):
        granting(values).grants(person(), ())


def test_a_part_of_an_entitlement_that_is_merely_lacking_leaves_the_rest() -> None:
    rule = granting('["base"] + (user.enterprise.department == "Research" ? ["lab"] : [])')
    assert {grant.entitlement.value for grant in rule.grants(person(), ())} == {"base"}
    assert {grant.entitlement.value for grant in rule.grants(person(FULL), ())} == {"base", "lab"}
