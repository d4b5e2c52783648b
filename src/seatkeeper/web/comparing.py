"""What the mapping gives for one person beside what the app last showed, attribute by attribute."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import assert_never

from seatkeeper.core.accounts import Presence, WantedAccount
from seatkeeper.core.entitlements import Grant, group_of_source
from seatkeeper.core.integrations import Integration
from seatkeeper.core.mapping import CompiledMapping, MappingFailedError, MappingInvalidError
from seatkeeper.core.problems import Problem, ProblemCode
from seatkeeper.core.values import Attributes, AttributeValue, is_unassigned
from seatkeeper.core.wording import HIDDEN
from seatkeeper.engine.goals import set_goal
from seatkeeper.engine.mappings import get_mapping
from seatkeeper.store.queries.accounts import Person


class Likeness(StrEnum):
    """How what is wanted compares with what was seen."""

    SAME = "same"
    DIFFERENT = "different"
    UNTOLD = "untold"
    """A hidden value, or one the app has not shown: nobody can tell without looking."""


@dataclass(frozen=True, slots=True)
class Mapped:
    """One attribute. Values are texts for people; None is unassigned, or not shown by the app."""

    name: str
    expression: str
    wanted: str | None
    seen: str | None
    likeness: Likeness


@dataclass(frozen=True, slots=True)
class Held:
    """An entitlement and where it comes from: the User itself for a ``group_id`` of None."""

    type: str
    value: str
    group_id: str | None
    is_wanted: bool
    is_given: bool


@dataclass(frozen=True, slots=True)
class Comparison:
    """What is wanted for a person. ``problem`` says why that cannot be worked out, in part or at all."""

    presence: Presence | None
    attributes: Sequence[Mapped]
    entitlements: Sequence[Held]
    problem: Problem | None


def compare(integration: Integration, person: Person, now: datetime) -> Comparison:
    """Work out what is wanted and lay it beside what was seen. Calls no app."""
    try:
        mapping = get_mapping(integration)
    except MappingInvalidError as error:
        return Comparison(None, (), (), Problem(ProblemCode.MAPPING_FAILED, str(error)))
    wanted = set_goal(person, mapping, integration.policy, now).wanted
    problem = wanted if isinstance(wanted, Problem) else None
    presence = wanted.presence if isinstance(wanted, WantedAccount) else None
    grants = wanted.grants if isinstance(wanted, WantedAccount) else None
    return Comparison(
        presence,
        tuple(_attributes(integration, mapping, person)),
        tuple(_entitlements(grants, person.account.grants)),
        problem,
    )


def _attributes(integration: Integration, mapping: CompiledMapping, person: Person) -> Iterator[Mapped]:
    wanted = _wanted(mapping, person)
    for name, expression in integration.mapping.attributes.items():
        value, seen = wanted.get(name), person.account.attributes.get(name)
        if name in mapping.sensitive:
            yield Mapped(name, expression, HIDDEN, HIDDEN, Likeness.UNTOLD)
        else:
            likeness = _likeness(value, seen, is_known=person.account.uid is not None and bool(wanted))
            yield Mapped(name, expression, _text(value), _text(seen), likeness)


def _wanted(mapping: CompiledMapping, person: Person) -> Attributes:
    if person.user is None:
        return {}
    try:
        return mapping.attributes(person.user, person.groups)
    except MappingFailedError:
        return {}


def _likeness(wanted: AttributeValue | None, seen: AttributeValue | None, *, is_known: bool) -> Likeness:
    if not is_known or (is_unassigned(seen) and not is_unassigned(wanted)):
        return Likeness.UNTOLD
    return Likeness.SAME if _texts(wanted) == _texts(seen) else Likeness.DIFFERENT


def _texts(value: AttributeValue | None) -> frozenset[str]:
    match value:
        case None:
            return frozenset()
        case bool():
            return frozenset({"true" if value else "false"})
        case int() | str():
            return frozenset({str(value)} - {""})
        case tuple():
            return frozenset(value)
        case _:
            assert_never(value)


def _text(value: AttributeValue | None) -> str | None:
    return None if is_unassigned(value) else ", ".join(sorted(_texts(value)))


def _entitlements(wanted: frozenset[Grant] | None, given: frozenset[Grant]) -> Iterator[Held]:
    for grant in sorted(given | (wanted or frozenset())):
        stays = grant in given if wanted is None else grant in wanted
        through = group_of_source(grant.source)
        yield Held(grant.entitlement.type, grant.entitlement.value, through, stays, grant in given)
