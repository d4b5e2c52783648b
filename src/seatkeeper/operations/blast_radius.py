"""The blast radius of a new mapping: whose account would become another, told before it is saved."""

import asyncio
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from seatkeeper.core.entitlements import Entitlement
from seatkeeper.core.integrations import Integration
from seatkeeper.core.mapping import CompiledMapping, MappingFailedError, MappingInvalidError, compile_mapping
from seatkeeper.core.values import AttributeValue, is_unassigned
from seatkeeper.core.wording import show_value
from seatkeeper.store.database import Database
from seatkeeper.store.queries.accounts import Person, load_people
from seatkeeper.store.queries.samples import sample_accounts

MOST_LOOKED_AT = 5_000
LONGEST = 5.0
"""Seconds of looking; what is known by then is told."""
_AT_ONCE = 100
_EXAMPLES = 5


@dataclass(frozen=True, slots=True)
class Change:
    """What would become of one attribute, or of the entitlements of one type, of one person."""

    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Example:
    """One person whom the new mapping changes."""

    user_name: str
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class BlastRadius:
    """How many of the ``looked_at`` active people would be changed, of ``people`` there are.

    ``failing`` could be worked out before and no more; they are among the changed.
    """

    people: int
    looked_at: int
    changed: int
    failing: int
    by_name: Mapping[str, int] = field(default_factory=dict)
    """How many people each attribute or entitlement type changes for, most first."""
    examples: tuple[Example, ...] = ()

    @property
    def is_complete(self) -> bool:
        """Everybody was looked at, so the figures are exact."""
        return self.looked_at == self.people

    @property
    def estimate(self) -> int:
        """The number of people changed, projected to all of them."""
        return self.changed if self.is_complete else round(self.changed * self.people / max(self.looked_at, 1))


async def measure_blast_radius(
    database: Database, before: Integration, after: Integration, *, at_most: int = MOST_LOOKED_AT
) -> BlastRadius:
    """Work the old and the new mapping out for everybody, or for ``at_most`` people chosen by lot.

    Works in a thread, some people at a time, so that others are answered meanwhile. ``after`` must be good.
    """
    async with database.read() as reader:
        sample = await sample_accounts(reader, before.id, at_most=at_most, only_active=True)
    count = _Count(_compiled(before), compile_mapping(after.mapping, after.schema))
    until = time.monotonic() + LONGEST
    for start in range(0, len(sample.ids), _AT_ONCE):
        async with database.read() as reader:
            people = await load_people(reader, sample.ids[start : start + _AT_ONCE], with_groups=count.uses_groups)
        await asyncio.to_thread(count.add, list(people.values()))
        if time.monotonic() > until:
            break
    return count.result(sample.total)


def _compiled(integration: Integration) -> CompiledMapping | None:
    try:
        return compile_mapping(integration.mapping, integration.schema)
    except MappingInvalidError:
        return None  # an older release took it: nothing can be worked out with it, so everybody changes


_Wanted = Mapping[str, AttributeValue | frozenset[str] | None]


class _Count:
    def __init__(self, before: CompiledMapping | None, after: CompiledMapping) -> None:
        self._before, self._after = before, after
        self._sensitive = after.sensitive | (frozenset() if before is None else before.sensitive)
        self._names: Counter[str] = Counter()
        self._examples: list[Example] = []
        self._looked_at = self._changed = self._failing = 0

    @property
    def uses_groups(self) -> bool:
        return self._after.uses_groups or (self._before is not None and self._before.uses_groups)

    def add(self, people: Sequence[Person]) -> None:
        for person in people:
            if person.user is None:
                continue
            before, after = _wanted(self._before, person), _wanted(self._after, person)
            self._looked_at += 1
            self._failing += before is not None and after is None
            names = sorted(_differing(before, after))
            if not names and (before is None) == (after is None):
                continue
            self._changed += 1
            self._names.update(names)
            if len(self._examples) < _EXAMPLES:
                changes = tuple(
                    Change(name, self._shown(name, before), self._shown(name, after)) for name in names
                )
                self._examples.append(Example(person.user.user_name, changes))

    def _shown(self, name: str, wanted: _Wanted | None) -> str:
        if wanted is None:
            return "cannot be worked out"
        value = wanted.get(name)
        plain = tuple(sorted(value)) if isinstance(value, frozenset) else value
        return show_value(name, plain, self._sensitive)

    def result(self, people: int) -> BlastRadius:
        names = dict(self._names.most_common())
        return BlastRadius(people, self._looked_at, self._changed, self._failing, names, tuple(self._examples))


def _wanted(mapping: CompiledMapping | None, person: Person) -> _Wanted | None:
    assert person.user is not None
    if mapping is None:
        return None
    try:
        attributes, grants = mapping.work_out(person.user, person.groups)
    except MappingFailedError:
        return None
    return {**attributes, **_by_type(grant.entitlement for grant in grants)}


def _by_type(entitlements: Iterator[Entitlement]) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for entitlement in entitlements:
        found.setdefault(f"entitlement {entitlement.type}", set()).add(entitlement.value)
    return {name: frozenset(values) for name, values in found.items()}


def _differing(before: _Wanted | None, after: _Wanted | None) -> set[str]:
    if before is None or after is None:
        return set()
    return {name for name in before.keys() | after.keys() if not _same(before.get(name), after.get(name))}


def _same(one: AttributeValue | frozenset[str] | None, other: AttributeValue | frozenset[str] | None) -> bool:
    if isinstance(one, tuple) and isinstance(other, tuple):
        return set(one) == set(other)
    return one == other or (_is_nothing(one) and _is_nothing(other))


def _is_nothing(value: AttributeValue | frozenset[str] | None) -> bool:
    return not value if isinstance(value, frozenset) else is_unassigned(value)
