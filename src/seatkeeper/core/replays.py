"""What comes of replaying a recording into a copy of its integration."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from seatkeeper.core.dry_runs import Findings


class ReplayState(StrEnum):
    """Where a replay stands."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    """It ended before its last request; ``ReplayFindings.problem`` says why."""


@dataclass(frozen=True, slots=True)
class StatusDifference:
    """A request that was answered otherwise: with ``found``, where the recording has ``recorded``."""

    number: int
    method: str
    target: str
    recorded: int
    found: int
    detail: str = ""
    """What the copy said of it, where it refused."""


@dataclass(frozen=True, slots=True)
class ReplayFindings:
    """What was found so far.

    ``made_before`` users and groups were there before the recording began and were made of what it shows of them;
    ``left_out`` requests were recorded without their body. ``plan`` is what the mapping makes of everybody.
    """

    made_before: int = 0
    left_out: int = 0
    different: int = 0
    differences: tuple[StatusDifference, ...] = ()
    """The first of them."""
    statuses: Mapping[int, int] = field(default_factory=dict)
    """How often each status was the answer."""
    plan: Findings | None = None
    problem: str = ""
