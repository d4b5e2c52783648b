"""Hypothesis strategies for people, accounts, abilities and expressions, to be shared by every test."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from hypothesis import settings
from hypothesis import strategies as st

from seatkeeper.core.accounts import Abilities, Presence, SeenAccount, WantedAccount
from seatkeeper.core.entitlements import USER_SOURCE, Entitlement, Grant
from seatkeeper.core.ids import GroupId, Uid, UserId
from seatkeeper.core.schema import ENTERPRISE_USER
from seatkeeper.core.users import Group, User


def tried(examples: int, **more: Any) -> settings:
    """Try a property this often in ``make test``, and as often as the profile allows in ``make check``."""
    profile = settings.get_profile(settings.get_current_profile_name())
    return settings(max_examples=examples * profile.max_examples // 100, deadline=None, database=None, **more)


thorough = tried(50)
"""For pure properties: enough to find what is there, few enough for every run."""

NOON = datetime(2026, 9, 1, 12, tzinfo=UTC)

NAME = "userName"
ATTRIBUTES = (NAME, "mail", "title", "phones", "level", "password", "home")
TYPES = ("role", "group", "licence")

words = st.sampled_from(["", "a", "A", "b", "ada", "Ada", "äß", "x y", "7", "true"])
names = st.sampled_from(["a", "b", "ada", "Bob"])
values = st.one_of(st.none(), words, st.booleans(), st.integers(-2, 9), st.lists(words, max_size=3).map(tuple))
entitlements = st.builds(Entitlement, st.sampled_from(TYPES), st.sampled_from(["admin", "staff"]))
held_entitlements = st.frozensets(entitlements, max_size=4)
uids = st.integers(0, 9).map(lambda number: Uid(f"uid-{number}"))


def _subset(of: tuple[str, ...], most: int = 3) -> st.SearchStrategy[frozenset[str]]:
    return st.frozensets(st.sampled_from(of), max_size=most)


abilities = st.builds(
    Abilities,
    name_attribute=st.just(NAME),
    creates=st.booleans(),
    updates=st.booleans(),
    renames=st.booleans(),
    disables=st.booleans(),
    deletes=st.booleans(),
    updates_only=st.none() | _subset(ATTRIBUTES),
    grants=_subset(TYPES),
    grants_in_batches=st.booleans(),
    single=_subset(TYPES),
    revokes_first=_subset(TYPES),
    reads_back=st.booleans(),
    write_only=_subset(ATTRIBUTES[1:], most=2),
    create_only=_subset(ATTRIBUTES, most=2),
    ignores_case=_subset(ATTRIBUTES),
)

full_abilities = st.builds(
    Abilities, name_attribute=st.just(NAME), grants=st.just(frozenset(TYPES)), ignores_case=_subset(ATTRIBUTES)
)
"""An app that can do everything."""


@st.composite
def wanted_accounts(draw: st.DrawFn) -> WantedAccount:
    """A wish; where the Name is managed, it is never empty."""
    presence = draw(st.sampled_from(Presence))
    if presence is not Presence.ACTIVE:
        return WantedAccount(presence)
    attributes = draw(st.dictionaries(st.sampled_from(ATTRIBUTES[1:]), values, max_size=5))
    if draw(st.booleans()):
        attributes[NAME] = draw(names)
    held = draw(st.none() | held_entitlements)
    grants = None if held is None else frozenset(Grant(each, USER_SOURCE) for each in held)
    return WantedAccount(presence, attributes, grants)


@st.composite
def seen_accounts(draw: st.DrawFn) -> SeenAccount:
    """An account of an app that can tell whether it is active."""
    name = draw(names)
    attributes = draw(st.dictionaries(st.sampled_from(ATTRIBUTES[1:]), values, max_size=5))
    if draw(st.booleans()):
        attributes[NAME] = name
    return SeenAccount(draw(uids), name, draw(st.booleans()), attributes, draw(held_entitlements))


json_values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=6),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["value", "type", "primary", "givenName", "x"]), inner, max_size=3)
    ),
    max_leaves=6,
)

_elements = st.fixed_dictionaries(
    {}, optional={"value": words, "type": st.sampled_from(["work", "home"]), "primary": st.booleans()}
)
_proper: dict[str, st.SearchStrategy[Any]] = {
    "title": words,
    "displayName": words,
    "name": st.fixed_dictionaries({}, optional={"givenName": words, "familyName": words}),
    "emails": st.lists(_elements, max_size=3),
    "roles": st.lists(_elements, max_size=3),
    ENTERPRISE_USER: st.fixed_dictionaries({}, optional={"department": words}),
}
documents = st.fixed_dictionaries({}, optional=_proper) | st.fixed_dictionaries(
    {}, optional=dict.fromkeys(_proper, json_values)
)
"""SCIM documents: as they should be, or holding anything at all under the right names."""


@st.composite
def users(draw: st.DrawFn, active: bool | None = None) -> User:
    """A User with any document."""
    return User(
        id=UserId(draw(st.uuids(version=4))),
        user_name=draw(names),
        external_id=draw(st.none() | words),
        active=draw(st.booleans()) if active is None else active,
        document=draw(documents),
        version=1,
        created_at=NOON,
        updated_at=NOON,
    )


@st.composite
def groups(draw: st.DrawFn) -> Group:
    """A Group."""
    return Group(GroupId(draw(st.uuids(version=4))), draw(words), draw(st.none() | words), {}, 1, NOON, NOON)


def _made(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    pair = st.tuples(inner, inner)
    return st.one_of(
        pair.map(lambda two: f"{two[0]} + {two[1]}"),
        pair.map(lambda two: f"({two[0]} == {two[1]})"),
        pair.map(lambda two: f"[{two[0]}, {two[1]}]"),
        st.tuples(inner, inner, inner).map(lambda three: f"({three[0]} ? {three[1]} : {three[2]})"),
        inner.map(lambda one: f"lower({one})"),
        pair.map(lambda two: f"firstOf({two[0]}, {two[1]})"),
        inner.map(lambda one: f"user.emails.map(e, {one})"),
        inner.map(lambda one: f"groups.filter(g, g.displayName == {one})"),
        inner.map(lambda one: f"{one}.startsWith('a')"),
        inner.map(lambda one: f"int({one})"),
        inner.map(lambda one: f"{one}[0]"),
    )


expressions = st.recursive(
    st.sampled_from(
        [
            "user.title",
            "user.name.givenName",
            "user.emails",
            "user.emails[0].value",
            "user.emails[0].type",
            "user.enterprise.department",
            f'user["{ENTERPRISE_USER}"].department',
            "user.roles.map(r, r.value)",
            "has(user.title)",
            "has(user.name.givenName)",
            'valueOf(user.emails, "work")',
            "groups",
            "groups[0].displayName",
            "user.active",
            "user",
            "'ada'",
            "r'\\d'",
            "7",
            "1.5",
            "null",
            "true",
            "{'a': 1}",
        ]
    ),
    _made,
    max_leaves=5,
)
"""Sources of expressions that mostly compile, whatever comes out of them."""

ADA = UserId(UUID("0190a000-0000-7000-8000-000000000001"))
