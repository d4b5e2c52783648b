"""Whatever is written and whoever it is for: only the two errors escape, and twice gives the same."""

import contextlib
import logging
from collections.abc import Iterator

import cel
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seatkeeper.core.functions import CALLABLES
from seatkeeper.core.integrations import EntitlementRule, MappingRules
from seatkeeper.core.mapping import CompiledMapping, MappingFailedError, MappingInvalidError, compile_mapping
from seatkeeper.core.reading import Reading
from seatkeeper.core.users import Group, User
from tests.core.people import group
from tests.strategies import expressions, groups, thorough, users

people = users(active=True)
MARKS = ". ( ) [ ] { } ' \" ''' \\\\ // , ? :".split()
WORDS = [
    "user",
    "title",
    "user.name",
    "emails",
    "has",
    "map",
    "in",
    "e",
    "r",
    "0",
    "==",
    "math.abs",
    "é",
    "\0",
    "\n",
    " ",
]
scraps = st.lists(st.sampled_from([*MARKS, *WORDS]), max_size=14).map("".join)


@pytest.fixture(autouse=True)
def quiet_engine() -> Iterator[None]:
    logger = logging.getLogger("cel")
    before = logger.level
    logger.setLevel(logging.CRITICAL)
    yield
    logger.setLevel(before)


def compiled(rules: MappingRules) -> CompiledMapping | None:
    with contextlib.suppress(MappingInvalidError):
        return compile_mapping(rules)
    return None


def outcome(mapping: CompiledMapping, user: User, members_of: list[Group]) -> object:
    try:
        return mapping.work_out(user, members_of)
    except MappingFailedError as failure:
        return (failure.attribute, failure.reason)


@thorough
@given(source=scraps | st.text(max_size=20))
def test_any_text_is_compiled_or_refused(source: str) -> None:
    compiled(MappingRules({"it": source}))


@thorough
@given(source=expressions, values=expressions, user=people, member_of=st.lists(groups(), max_size=3))
def test_only_the_two_errors_escape_and_twice_gives_the_same(
    source: str, values: str, user: User, member_of: list[Group]
) -> None:
    rules = MappingRules({"it": source}, (EntitlementRule("role", values), EntitlementRule("r", values, True)))
    mapping = compiled(rules)
    if mapping is not None:
        assert outcome(mapping, user, member_of) == outcome(mapping, user, member_of)


@thorough
@given(source=expressions, user=people, member_of=st.lists(groups(), max_size=3))
def test_every_value_is_one_an_attribute_can_hold(source: str, user: User, member_of: list[Group]) -> None:
    mapping = compiled(MappingRules({"it": source}))
    with contextlib.suppress(MappingFailedError):
        value: object = None if mapping is None else mapping.attributes(user, member_of)["it"]
        assert value is None or isinstance(value, bool | int | str | tuple)
        assert value not in {"", ()}
        assert not isinstance(value, tuple) or all(isinstance(each, str) and each for each in value)


@thorough
@given(source=expressions, user=people)
def test_a_mapping_without_groups_needs_none(source: str, user: User) -> None:
    mapping = compiled(MappingRules({"it": source}))
    if mapping is not None and not mapping.uses_groups:
        assert outcome(mapping, user, []) == outcome(mapping, user, [group(1, "Devs")])


@thorough
@given(source=expressions)
def test_our_reading_finds_every_variable_the_engine_finds(source: str) -> None:
    bound = {"e", "g", "r"}
    namespaces = {name.partition(".")[0] for name in CALLABLES if "." in name}
    found = {path.root for path in Reading(source).paths}
    assert found == set(cel.compile(source).variables()) - bound - namespaces
