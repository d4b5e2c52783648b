"""What holds for any document and any patch, whatever an identity provider thinks of."""

import contextlib
import copy
import json
from collections.abc import Callable
from typing import Any
from uuid import UUID

import orjson
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from pydantic import ValidationError
from scim2_models import SCIMException, ScimFilter

from seatkeeper.core.ids import GroupId, UserId
from seatkeeper.core.users import Group, User
from seatkeeper.scim.drafts import new_group, new_user, replaced_user
from seatkeeper.scim.lists import parsed_filter
from seatkeeper.scim.members import group_patch, members_of
from seatkeeper.scim.patch import user_patch
from seatkeeper.scim.shapes import user_shape
from tests.scim.conftest import CUSTOM_SCHEMA
from tests.scim.idp import CUSTOM, ENTERPRISE, Json
from tests.strategies import NOON, thorough

SHAPE = user_shape(CUSTOM_SCHEMA)
REFUSALS = (SCIMException, ValidationError)
"""What an IdP is told about; anything else would be an error of ours."""

words = st.sampled_from(["a", "A", "ada", "x y", "ß", "7", "true", 'qu"ote', "back\\slash"])
labels = st.sampled_from(["work", "home", "Other"])
entries = st.fixed_dictionaries({"value": words}, optional={"type": labels, "primary": st.booleans()})
documents = st.fixed_dictionaries(
    {"userName": words, "active": st.booleans()},
    optional={
        "title": words,
        "externalId": words,
        "name": st.fixed_dictionaries({"givenName": words}, optional={"familyName": words}),
        "emails": st.lists(entries, min_size=1, max_size=3),
        "roles": st.lists(entries, min_size=1, max_size=3),
        ENTERPRISE: st.fixed_dictionaries(
            {"department": words}, optional={"manager": st.builds(dict, value=words)}
        ),
        CUSTOM: st.fixed_dictionaries({"tag": words}, optional={"vip": st.booleans(), "colors": st.just(["red"])}),
    },
)
"""Users as a well-behaved IdP sends them."""

single_values = {
    "title": words,
    "displayName": words,
    "active": st.booleans() | st.sampled_from(["True", "false"]),
    "name.givenName": words,
    "userName": words,
    f"{ENTERPRISE}:department": words,
    "manager": words,
    f"{CUSTOM}:vip": st.booleans(),
    'emails[type eq "work"].value': words,
    'roles[primary eq "True"].value': words,
    'addresses[type eq "home"].locality': words,
}


@st.composite
def operations(draw: st.DrawFn, *, ops: tuple[str, ...] = ("add", "Replace", "remove")) -> Json:
    """An operation that can be carried out on any user.

    Entries are not emptied by a removal: an entry without a value lives until the end of its patch.
    """
    op, path = draw(st.sampled_from(ops)), draw(st.sampled_from(sorted(single_values)))
    assume(op != "remove" or (path != "userName" and "[" not in path))
    return (
        {"op": op, "path": path}
        if op == "remove"
        else {"op": op, "path": path, "value": draw(single_values[path])}
    )


anything: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8) | words,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["value", "type", "primary", "$ref", "givenName", "department", "members", "x"]),
            inner,
            max_size=3,
        )
    ),
    max_leaves=8,
)
names = st.sampled_from(
    [
        *(
            "userName",
            "USERNAME",
            "active",
            "name",
            "emails",
            "roles",
            "groups",
            "id",
            "meta",
            "schemas",
            "password",
        ),
        *("manager", "displayName", "members", "Members", "externalId", "x509Certificates", "name.givenName", ""),
        *(ENTERPRISE, f"{ENTERPRISE}:manager", CUSTOM, f"{CUSTOM}:colors", f"{CUSTOM}:badge.number", "urn:x:y"),
        *(
            'emails[type eq "work"].value',
            'emails[type eq "work"]',
            "emails[value pr]",
            "members[",
            "emails.value",
        ),
        'members[value eq "0190a000-0000-7000-8000-000000000001"]',
    ]
)
wild_documents = st.dictionaries(names | st.text(max_size=5), anything, max_size=5)
wild_operations = st.fixed_dictionaries(
    {"op": st.sampled_from(["add", "replace", "remove", "Remove", "copy"])},
    optional={"path": names | st.text(max_size=8) | st.none(), "value": anything | wild_documents},
)


def user_of(document: Json) -> User:
    draft = new_user(SHAPE, document)
    return User(
        UserId(UUID(int=1)), draft.user_name, draft.external_id, draft.active, draft.document, 1, NOON, NOON
    )


def patched(user: User, *parts: Json) -> Json:
    return dict(user_patch(SHAPE, {"Operations": list(parts)})(user).document)


def sorted_form(document: Json) -> bytes:
    return orjson.dumps(document, option=orjson.OPT_SORT_KEYS)


@given(documents)
@thorough
def test_reading_a_document_twice_is_reading_it_once(document: Json) -> None:
    once = new_user(SHAPE, document)
    assert new_user(SHAPE, dict(once.document)) == once


@given(documents)
@thorough
@pytest.mark.proves("RFC 7644 §3.5.1", "putting what was read changes nothing")
def test_putting_what_was_read_changes_nothing(document: Json) -> None:
    user = user_of(document)
    draft = replaced_user(SHAPE, {**user.document, "id": "mine", "meta": {}, "groups": []}, user)
    assert draft.document == user.document


@given(documents)
@thorough
def test_patching_a_bare_user_with_a_whole_document_makes_that_user(document: Json) -> None:
    bare = user_of({"userName": "nobody"})
    wanted = new_user(SHAPE, document).document
    assert sorted_form(patched(bare, {"op": "replace", "value": document})) == sorted_form(dict(wanted))


@given(documents, operations(ops=("replace", "add")))
@thorough
@pytest.mark.proves("RFC 7644 §3.5.2.1", "adding what is there changes nothing")
def test_setting_a_value_twice_is_setting_it_once(document: Json, operation: Json) -> None:
    user = user_of(document)
    once = patched(user, operation)
    assert patched(user, operation, operation) == once


@given(documents, st.lists(operations(), min_size=2, max_size=4))
@thorough
@pytest.mark.proves("RFC 7644 §3.5.2", "one PATCH is its operations one after another")
def test_one_patch_is_its_operations_one_after_another(document: Json, parts: list[Json]) -> None:
    together = patched(user_of(document), *parts)
    user = user_of(document)
    for part in parts:
        user = user_of(patched(user, part))
    assert sorted_form(together) == sorted_form(dict(user.document))


@given(documents, st.lists(operations() | wild_operations, min_size=1, max_size=3))
@thorough
def test_a_patch_never_touches_what_it_was_given(document: Json, parts: list[Json]) -> None:
    user = user_of(document)
    before = copy.deepcopy(user)
    with contextlib.suppress(*REFUSALS):
        patched(user, *copy.deepcopy(parts))
    assert user == before


@pytest.mark.parametrize(
    "read",
    [
        lambda sent: new_user(SHAPE, sent),
        lambda sent: replaced_user(SHAPE, sent, user_of({"userName": "ada"})),
        new_group,
        members_of,
    ],
)
@given(wild_documents)
@thorough
def test_any_document_is_taken_or_refused(read: Callable[[Json], object], sent: Json) -> None:
    with contextlib.suppress(*REFUSALS):
        read(sent)


@given(documents, st.lists(wild_operations, min_size=1, max_size=3))
@thorough
def test_any_patch_of_a_user_is_taken_or_refused(document: Json, parts: list[Json]) -> None:
    try:
        changed = patched(user_of(document), *parts)
    except REFUSALS:
        return
    assert new_user(SHAPE, changed).document == changed


@given(st.lists(wild_operations, min_size=1, max_size=3))
@thorough
def test_any_patch_of_a_group_is_taken_or_refused(parts: list[Json]) -> None:
    group = Group(GroupId(UUID(int=1)), "Engineering", None, {"displayName": "Engineering"}, 1, NOON, NOON)
    with contextlib.suppress(*REFUSALS):
        group_patch({"Operations": parts})(group)


PEOPLE = [str(UUID(int=number)) for number in range(1, 5)]
some_people = st.lists(st.sampled_from(PEOPLE), max_size=3)


@st.composite
def member_operations(draw: st.DrawFn) -> Json:
    """An operation on members in one of the shapes IdPs use."""
    people = draw(some_people)
    listed = [{"value": person} for person in people]
    one = draw(st.sampled_from(PEOPLE))
    return draw(
        st.sampled_from(
            [
                {"op": "add", "path": "members", "value": listed},
                {"op": "Add", "value": {"members": listed}},
                {"op": "replace", "path": "members", "value": listed},
                {"op": "Remove", "path": "members", "value": listed},
                {"op": "remove", "path": f'members[value eq "{one}"]'},
                {"op": "remove", "path": "members"},
            ]
        )
    )


def carried_out(members: set[str], operation: Json) -> set[str]:
    """Do an operation the plain way, on the members themselves."""
    listed = operation.get("value") or []
    if isinstance(listed, dict):
        listed = listed["members"]
    named = {entry["value"] for entry in listed}
    match operation["op"].lower():
        case "add":
            return members | named
        case "replace":
            return named
        case _ if "[" in operation["path"]:
            return members - {operation["path"].split('"')[1]}
        case _:
            return members - named if "value" in operation else set()


@given(st.sets(st.sampled_from(PEOPLE)), st.lists(member_operations(), min_size=1, max_size=5))
@thorough
def test_the_sum_of_member_operations_is_those_operations_in_their_order(
    before: set[str], parts: list[Json]
) -> None:
    group = Group(GroupId(UUID(int=1)), "Engineering", None, {"displayName": "Engineering"}, 1, NOON, NOON)
    change = group_patch({"Operations": parts})(group).members
    kept = set() if change.replace else before - {str(each) for each in change.remove}
    expected = before
    for part in parts:
        expected = carried_out(expected, part)
    assert kept | {str(each) for each in change.add} == expected


@given(
    st.text(max_size=10) | words, st.sampled_from(["userName", "externalId", "x"]), st.sampled_from(["eq", "EQ"])
)
@thorough
def test_a_look_up_is_read_as_the_grammar_reads_it(value: str, attribute: str, operator: str) -> None:
    for literal in (json.dumps(value), json.dumps(value, ensure_ascii=False)):
        text = f"{attribute} {operator}  {literal}"
        assert parsed_filter(text) == ScimFilter(text).ast
