"""A group of 100,000 members beside one of ten: what a change of it costs, and what reading it does."""

import statistics
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx
import orjson

from bench import scripts
from bench.crowd import send_at_once
from bench.load import burst
from bench.memory import forget_peak, peak, resident
from bench.population import Population

FEW = 10
_BATCH, _SPARE = 100, 100_000
_ROUNDS = 3
_PATIENCE = 120.0


@dataclass(frozen=True, slots=True)
class Costs:
    """Of one group: medians in milliseconds, seconds for all members, and what that added to the memory."""

    one: float
    """A member added or removed."""
    batch: float
    """A hundred members added."""
    without_members: float
    """Read with ``excludedAttributes=members``."""
    all_members: float
    """Seconds."""
    memory: int
    """Bytes that the web process had more at the height of reading all members."""


@dataclass(frozen=True, slots=True)
class Rush:
    """Single members added at one moment: the answers by status, how many were kept, and the seconds."""

    statuses: Counter[int]
    kept: int
    seconds: float


@dataclass(frozen=True, slots=True)
class LargeGroups:
    """One group of each size, and the rush on the large one."""

    small: Costs
    large: Costs
    rush: Rush


@dataclass(frozen=True, slots=True)
class Place:
    """Where groups are measured: the address of an integration, a token, its web process, its people."""

    url: str
    token: str
    pid: int
    population: Population
    folder: Path


def measure_large_groups(place: Place, members: int, rush: int, seconds: int) -> LargeGroups:
    """Measure a small and a large group of the same people."""
    [small] = place.population.form_groups(["Few"], FEW)
    [large] = place.population.form_groups(["Many"], members)
    others = place.population.people_after(members)
    people = scripts.listed(place.folder / "people.txt", others[rush:][:_SPARE])
    few, many = (_measure(place, group, people, seconds) for group in (small, large))
    return LargeGroups(few, many, _rush(place, large, others[:rush]))


def _measure(place: Place, group: str, people: Path, seconds: int) -> Costs:
    url = f"{place.url}/Groups/{group}"

    def median(script: str) -> float:
        return burst(url, place.token, script, seconds=seconds, connections=1).p50_ms

    shown, memory = _read_all(place, url)
    one = median(scripts.patch_members(people, 1, also_remove=True))
    without = median(scripts.read(f"{httpx.URL(url).path}?excludedAttributes=members"))
    return Costs(one, median(scripts.patch_members(people, _BATCH, also_remove=False)), without, shown, memory)


def _read_all(place: Place, url: str) -> tuple[float, int]:
    seconds = []
    # One client for all: making one reads the certificates of the system, which takes 40 ms.
    with httpx.Client(headers={"Authorization": f"Bearer {place.token}"}, timeout=_PATIENCE) as client:
        client.get(url, params={"excludedAttributes": "members"}).raise_for_status()
        forget_peak(place.pid)
        before = resident(place.pid)
        for _ in range(_ROUNDS):
            started = time.perf_counter()
            client.get(url).raise_for_status()
            seconds.append(time.perf_counter() - started)
    return statistics.median(seconds), peak(place.pid) - before


def _rush(place: Place, group: str, people: Sequence[str]) -> Rush:
    started = time.perf_counter()
    statuses = send_at_once(f"{place.url}/Groups/{group}", place.token, [_adding(person) for person in people])
    seconds = time.perf_counter() - started
    return Rush(statuses, place.population.count_members(group, people), seconds)


def _adding(person: str) -> bytes:
    operation = {"op": "add", "path": "members", "value": [{"value": person}]}
    schemas = ["urn:ietf:params:scim:api:messages:2.0:PatchOp"]
    return orjson.dumps({"schemas": schemas, "Operations": [operation]})
