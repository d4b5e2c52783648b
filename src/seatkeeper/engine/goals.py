"""What is wanted for one person, and by what an account of theirs is looked for. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from seatkeeper.core.accounts import WantedAccount
from seatkeeper.core.integrations import Policy
from seatkeeper.core.mapping import CompiledMapping, MappingFailedError
from seatkeeper.core.policy import RequiredMissingError, want
from seatkeeper.core.problems import Problem, ProblemCode
from seatkeeper.core.values import Attributes, AttributeValue, is_unassigned
from seatkeeper.store.queries.accounts import Person


@dataclass(frozen=True, slots=True)
class Goal:
    """One person's account: what is known of it and what is wanted, or why that cannot be worked out.

    ``join`` holds the join attributes that have a value, in the order in which they are looked for.
    """

    person: Person
    wanted: WantedAccount | Problem
    join: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_of_leaver(self) -> bool:
        """The person is deactivated or removed."""
        return self.person.user is None or not self.person.user.active


def set_goal(person: Person, mapping: CompiledMapping, policy: Policy, now: datetime) -> Goal:
    """Work out what is wanted for a person."""
    delete_at = person.account.delete_at
    try:
        wanted = want(
            person.user, person.groups, mapping, policy, delete_due=delete_at is not None and delete_at <= now
        )
    except MappingFailedError as error:
        return Goal(person, Problem(ProblemCode.MAPPING_FAILED, str(error)))
    except RequiredMissingError as error:
        return Goal(person, Problem(ProblemCode.REQUIRED_MISSING, str(error)))
    return Goal(person, wanted, _join(_known_attributes(person, mapping, wanted), mapping))


def _known_attributes(person: Person, mapping: CompiledMapping, wanted: WantedAccount) -> Attributes:
    if wanted.attributes or person.account.uid is not None or person.user is None:
        return wanted.attributes or person.account.attributes
    try:
        return mapping.attributes(person.user, person.groups)
    except MappingFailedError:
        return person.account.attributes


def _join(attributes: Attributes, mapping: CompiledMapping) -> dict[str, str]:
    return {name: text for name in mapping.join if (text := as_text(attributes.get(name))) is not None}


def as_text(value: AttributeValue | Any) -> str | None:
    """Write a value to look for as text; None for one that is unassigned or has several parts."""
    match value:
        case bool():
            return "true" if value else "false"
        case tuple() if len(value) == 1:
            return value[0] or None
        case tuple():
            return None
        case _:
            return None if is_unassigned(value) else str(value)
