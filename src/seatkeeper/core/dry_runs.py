"""What a dry run finds: what going live would mean for everybody who is assigned, and nothing is changed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from seatkeeper.core.problems import Problem


class Finding(StrEnum):
    """What would become of one account."""

    CREATED = "created"
    ADOPTED = "adopted"
    """It is in the app already, and would be found and kept by Seatkeeper, changed where it differs."""
    CHANGED = "changed"
    DISABLED = "disabled"
    REMOVED = "removed"
    UNCHANGED = "unchanged"
    LEFT_ALONE = "left_alone"
    """A leaver whose account the policy keeps."""
    NEEDS_PERSON = "needs_person"
    FAILED = "failed"


class DryRunState(StrEnum):
    """Where a dry run stands."""

    RUNNING = "running"
    DONE = "done"
    STOPPED = "stopped"
    """The app could not be read any further; ``Findings.problem`` says why."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why some accounts would fail or wait for a person: one sentence, how many, and one of them."""

    sentence: str
    remedy: str
    count: int
    example: str


@dataclass(frozen=True, slots=True)
class Findings:
    """What was found so far; ``adopted_changed`` of the adopted accounts would be changed."""

    counts: Mapping[Finding, int] = field(default_factory=dict)
    adopted_changed: int = 0
    reasons: tuple[Reason, ...] = ()
    examples: Mapping[Finding, tuple[str, ...]] = field(default_factory=dict)
    problem: Problem | None = None

    def count(self, finding: Finding) -> int:
        """Count the accounts of one kind."""
        return self.counts.get(finding, 0)
