"""The initial cycle of Entra ID: everybody is looked up and created, then the groups are pushed with members."""

import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.memory import forget_peak, peak, resident
from bench.population import Population
from bench.scim import front_door
from seatkeeper.idps.endpoints import Sent
from seatkeeper.idps.entra import Entra
from seatkeeper.idps.people import Team, people

_LANES = 8
"""Connections, each with a share of the people and of the groups."""
_WARM = 0.02
"""Of the people: what comes before the memory is looked at."""


@dataclass(frozen=True, slots=True)
class CycleExtent:
    """How much there is to tell."""

    people: int = 100_000
    groups: int = 500
    memberships: int = 300_000


@dataclass(frozen=True, slots=True)
class Cycle:
    """What was seen. ``grown`` is the web process's peak above what it held when it was warm, in bytes."""

    extent: CycleExtent
    people_seconds: float
    group_seconds: float
    requests: Counter[str]
    people: int
    memberships: int
    grown: int


@dataclass(slots=True)
class _Lane:
    number: int
    entra: Entra
    share: int
    requests: Counter[str]

    def note(self, sent: Sent) -> None:
        self.requests[f"{sent.method} {sent.status or 'unanswered'}"] += 1

    def assign(self, first: int, last: int) -> None:
        for person in people(last - first, self.number * self.share + first):
            self.entra.assign(person)

    def push(self, groups: int, members: int) -> None:
        start = self.number * self.share
        for number in range(groups):
            chosen = frozenset(start + (number * 37 + place) % self.share for place in range(members))
            self.entra.push_group(Team(f"Group {self.number}-{number}", chosen))


def measure_cycle(extent: CycleExtent) -> Cycle:
    """Measure one web process of a new installation. Nothing is turned off for speed."""
    with TemporaryDirectory() as folder, front_door(Path(folder)) as (seatkeeper, token):
        assert seatkeeper.web is not None
        pid, url = seatkeeper.web.child.pid, f"{seatkeeper.url}/scim/v2/bench"
        share, groups = extent.people // _LANES, extent.groups // _LANES
        lanes = [_Lane(number, Entra(url, token), share, Counter()) for number in range(_LANES)]
        for lane in lanes:
            lane.entra.endpoint.on_sent = lane.note
        warm = max(int(share * _WARM), 1)
        started = time.perf_counter()
        _all(lanes, lambda lane: lane.assign(0, warm))
        forget_peak(pid)
        before = resident(pid)
        _all(lanes, lambda lane: lane.assign(warm, share))
        assigned = time.perf_counter()
        _all(lanes, lambda lane: lane.push(groups, extent.memberships // extent.groups))
        ended = time.perf_counter()
        grown = peak(pid) - before
        kept = Population(seatkeeper.embedded_url(), "bench").count_everything()
    requests = sum((lane.requests for lane in lanes), Counter[str]())
    return Cycle(extent, assigned - started, ended - assigned, requests, *kept, grown)


def _all(lanes: Sequence[_Lane], do: Callable[[_Lane], None]) -> None:
    with ThreadPoolExecutor(_LANES) as pool:
        list(pool.map(do, lanes))
