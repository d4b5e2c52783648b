"""A filter selects the same in SQL as in the reference, scim2-models' own evaluation in memory."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from tests.store.filtered import BADGE, ENTERPRISE, NOON, Population, populate
from tests.strategies import tried

thorough = tried(
    300,
    # The population is the same for every example, and only read.
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)

TEXTS = (
    *("ada", "Ada", "ADA", "grace", "Grace@x", "ada@x", "GRACÉ", "gracé", "e", "", "%", "_", "\\", '"', "a"),
    *("σίσυφος", "Navy", "work", "Countess", "ada\ncountess", "z1", "M1", "Ab", "blue", "i̇pek", "home"),
)
ATTRIBUTES: dict[str, tuple[str, ...]] = {
    "text": (
        *("userName", "USERNAME", "externalId", "displayName", "title", "name.givenName", "name.familyName", "id"),
        *("emails", "emails.value", "emails.type", "roles.value", "phoneNumbers", "nickName", "meta.resourceType"),
        *(f"{ENTERPRISE}:department", f"{ENTERPRISE.upper()}:Department", f"{ENTERPRISE}:manager.value"),
        *(f"{BADGE}:code", f"{BADGE}:tags", "groups", "groups.value", "groups.display", "groups.type"),
        "urn:ietf:params:scim:schemas:core:2.0:User:title",
    ),
    "boolean": ("active", "emails.primary", f"{BADGE}:valid"),
    "number": (f"{BADGE}:floor", f"{BADGE}:weight"),
    "instant": ("meta.created", "meta.lastModified", f"{BADGE}:since"),
    "complex": ("name", "groups", "addresses", "emails", "meta", f"{ENTERPRISE}:manager", f"{BADGE}:tags"),
}
EQUALITY = ("eq", "ne", "EQ")
ORDER = ("gt", "ge", "lt", "le")
SUBSTRING = ("co", "sw", "ew")

instants = st.integers(-1, 9).map(lambda hours: NOON.replace(hour=12 + hours).isoformat())


def _comparison(attributes: tuple[str, ...], operators: tuple[str, ...], values: st.SearchStrategy[Any]) -> Any:
    parts = st.tuples(st.sampled_from(attributes), st.sampled_from(operators), values)
    return parts.map(lambda each: f"{each[0]} {each[1]} {json.dumps(each[2])}")


texts = st.sampled_from(TEXTS)
numbers = st.sampled_from([3, -1, 0, 1.5, 2])
leaves = st.one_of(
    _comparison(ATTRIBUTES["text"], (*EQUALITY, *ORDER, *SUBSTRING), texts),
    _comparison(ATTRIBUTES["boolean"], EQUALITY, st.booleans()),
    _comparison(ATTRIBUTES["number"][:1], (*EQUALITY, *ORDER), st.sampled_from([3, -1, 0, 2])),
    _comparison(ATTRIBUTES["number"][1:], (*EQUALITY, *ORDER), numbers),
    _comparison(ATTRIBUTES["instant"], (*EQUALITY, *ORDER), instants),
    _comparison(sum(ATTRIBUTES.values(), ()), ("eq", "ne"), st.none()),
    st.sampled_from(sum(ATTRIBUTES.values(), ())).map(lambda name: f"{name} pr"),
)
entry_leaves = st.one_of(
    _comparison(("value", "type", "display"), (*EQUALITY, *ORDER, *SUBSTRING), texts),
    _comparison(("value", "type"), ("eq", "ne"), st.none()),
    st.sampled_from(["value pr", "type pr", "display pr"]),
)


def _grown(leaf: Any, most: int) -> Any:
    return st.recursive(
        leaf,
        lambda inner: st.one_of(
            inner.map(lambda one: f"not ({one})"),
            st.tuples(inner, inner).map(lambda two: f"({two[0]}) and ({two[1]})"),
            st.tuples(inner, inner).map(lambda two: f"({two[0]}) or ({two[1]})"),
        ),
        max_leaves=most,
    )


primary = _comparison(("primary",), EQUALITY, st.booleans())
selections = st.one_of(
    st.tuples(st.sampled_from(["emails", "roles", "Emails"]), _grown(st.one_of(entry_leaves, primary), 3)),
    st.tuples(st.just("groups"), _grown(entry_leaves, 3)),
    st.tuples(st.just(f"{BADGE}:tags"), _grown(_comparison(("value",), (*EQUALITY, *SUBSTRING), texts), 2)),
).map(lambda each: f"{each[0]}[{each[1]}]")
filters = _grown(st.one_of(leaves, leaves, selections), 5)


@pytest.fixture
async def population(database_url: str) -> Population:
    return await populate(database_url)


@pytest.mark.slow
@thorough
@given(text=filters)
@pytest.mark.proves("RFC 7644 §3.4.2.2", "any filter over users selects whom scim2-models' own evaluation does")
@pytest.mark.proves("RFC 7644 §5", "texts compare as the reference does, whatever their case")
def test_users_are_selected_as_in_memory(population: Population, text: str) -> None:
    assert population.users_in_sql(text) == population.users_in_memory(text)


@thorough
@given(
    text=_grown(
        st.one_of(
            _comparison(
                ("displayName", "externalId", "id", "members", "members.value", "members.display"),
                (*EQUALITY, *ORDER, *SUBSTRING),
                st.sampled_from(["Navy", "NAVY", "ÉCOLES", "G-Navy", "ada", "grace", "e", ""]),
            ),
            _comparison(("meta.created",), ORDER, instants),
            st.sampled_from(["members pr", "members.display pr", "externalId pr", "members eq null", "meta pr"]),
            st.tuples(st.just("members"), _grown(entry_leaves, 3)).map(lambda each: f"{each[0]}[{each[1]}]"),
        ),
        4,
    )
)
@pytest.mark.slow
@pytest.mark.proves(
    "RFC 7644 §3.4.2.2", "any filter over groups selects those that scim2-models' own evaluation does"
)
def test_groups_are_selected_as_in_memory(population: Population, text: str) -> None:
    assert population.groups_in_sql(text) == population.groups_in_memory(text)


def test_members_and_groups_are_found_by_id(population: Population) -> None:
    ada, navy = population.users["Ada"].id, population.groups["Navy"].id
    assert population.groups_in_sql(f'members.value eq "{ada}"') == {"Navy"}
    assert population.groups_in_sql(f'members[value eq "{ada}"] and not (displayName co "x")') == {"Navy"}
    assert population.groups_in_sql(f'members ne "{ada}"') == {"écoles", "Empty"}
    assert population.users_in_sql(f'groups.value eq "{navy}"') == {"Ada", "grace"}
    assert population.users_in_sql(f'id eq "{ada}"') == {"Ada"}
    assert population.users_in_sql(f'id sw "{str(ada)[:13]}"') == population.users_in_memory(
        f'id sw "{str(ada)[:13]}"'
    )
    assert population.users_in_sql(f'id eq "{str(ada).upper()}"') == set()
