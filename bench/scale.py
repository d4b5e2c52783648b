"""What the front door costs with 1,000 people and with 500,000, from one web process and from two."""

from base64 import urlsafe_b64decode
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
import orjson

from bench import scripts
from bench.large_groups import LargeGroups, Place, measure_large_groups
from bench.load import Load, burst
from bench.memory import resident
from bench.peer import Server, measure_side_by_side
from bench.population import Population
from bench.scim import front_door
from lab.seatkeeper import Seatkeeper
from seatkeeper.scim.cursors import Cursor, write_cursor
from seatkeeper.store.queries.listing import Place as Behind

_WARM_UP = 2


@dataclass(frozen=True, slots=True)
class Extent:
    """How much is measured."""

    sizes: Sequence[int] = (1_000, 50_000, 500_000)
    members: int = 100_000
    rush: int = 2_000
    seconds: int = 4
    """Length of each burst."""


@dataclass(frozen=True, slots=True)
class Size:
    """What was seen with so many people."""

    people: int
    creates: Load
    creates_by_two: Load
    look_ups: Mapping[str, float]
    """Median in milliseconds of each kind, one at a time."""
    first_page: float
    last_page: float


@dataclass(frozen=True, slots=True)
class Scale:
    """Everything that was seen; ``grown`` is what the web process gained in memory after it was warm, in bytes."""

    sizes: Sequence[Size]
    groups: LargeGroups
    grown: int
    ours: Server
    peer: Server


def measure_scale(extent: Extent) -> Scale:
    """Measure the peer, then one store that grows on the way. Nothing is turned off for speed."""
    ours, peer = measure_side_by_side(extent.seconds)
    with (
        TemporaryDirectory() as folder,
        front_door(Path(folder)) as (seatkeeper, token),
        _second(seatkeeper) as two,
    ):
        assert seatkeeper.web is not None
        population = Population(seatkeeper.embedded_url(), "bench")
        url, pid = f"{seatkeeper.url}/scim/v2/bench", seatkeeper.web.child.pid
        place = Place(url, token, pid, population, Path(folder))
        sizes, grown = _measure_sizes(place, two, extent)
        groups = measure_large_groups(place, extent.members, extent.rush, extent.seconds)
    return Scale(sizes, groups, grown, ours, peer)


def _measure_sizes(place: Place, second: str, extent: Extent) -> tuple[list[Size], int]:
    sizes, warm = [], 0
    for people in extent.sizes:
        place.population.grow_to(people)
        _creates([place.url, second], place.token, f"warm-{people}-", _WARM_UP)
        warm = warm or resident(place.pid)
        sizes.append(_measure(place, second, people, extent.seconds))
    return sizes, resident(place.pid) - warm


def _measure(place: Place, second: str, people: int, seconds: int) -> Size:
    alone = _creates([place.url], place.token, f"one-{people}-", seconds)
    together = _creates([place.url, second], place.token, f"two-{people}-", seconds)
    place.population.settle()

    def median(script: str) -> float:
        return burst(f"{place.url}/Users", place.token, script, seconds=seconds, connections=1).p50_ms

    look_ups = {name: median(scripts.look_up(around, people)) for name, around in scripts.LOOK_UPS.items()}
    return Size(people, alone, together, look_ups, *map(median, _pages(place)))


def _creates(urls: Sequence[str], token: str, prefix: str, seconds: int) -> Load:
    """Create at all of these at once and add it up."""

    def create(number: int) -> Load:
        script = scripts.create(f"{prefix}{number}-")
        return burst(f"{urls[number]}/Users", token, script, seconds=seconds)

    with ThreadPoolExecutor(len(urls)) as pool:
        loads = list(pool.map(create, range(len(urls))))
    worst = max(loads, key=lambda load: load.p99_ms)
    return Load(sum(load.rate for load in loads), worst.p50_ms, worst.p99_ms, sum(load.errors for load in loads))


def _pages(place: Place) -> tuple[str, str]:
    """Read the first page by cursor, and the last, without all those between them."""
    headers = {"Authorization": f"Bearer {place.token}"}
    answer = httpx.get(f"{place.url}/Users?count=100&cursor=", headers=headers, timeout=60).raise_for_status()
    path, following = answer.url.path, answer.json()["nextCursor"]
    [query, collection, total, _] = orjson.loads(urlsafe_b64decode(following + "=" * (-len(following) % 4)))
    cursor = write_cursor(Cursor(collection, Behind(place.population.hundredth_last()), total), query)
    return scripts.read(f"{path}?count=100&cursor="), scripts.read(f"{path}?count=100&cursor={cursor}")


@contextmanager
def _second(first: Seatkeeper) -> Iterator[str]:
    """Run another web process of the same installation."""
    shared = {name: value for name, value in first.env.items() if name != "SEATKEEPER_PORT"}
    second = Seatkeeper(first.directory / "second", env=shared)
    try:
        second.start_web()
        yield f"{second.url}/scim/v2/bench"
    finally:
        second.stop()
