"""The kinds and states of an automation job."""

from enum import StrEnum


class JobKind(StrEnum):
    """What the wish was when the job was asked for. What is done is worked out when the job runs."""

    PROVISION = "provision"
    UPDATE = "update"
    DEPROVISION = "deprovision"
    GROUP = "group"


class JobState(StrEnum):
    """Where a job stands. See ``OPEN`` and ``ENDED``."""

    QUEUED = "queued"
    RUNNING = "running"
    RETRYING = "retrying"
    WAITING = "waiting"
    SUCCEEDED = "succeeded"
    UNVERIFIED = "unverified"
    UNCHANGED = "unchanged"
    FAILED = "failed"
    CANCELLED = "cancelled"
    SUPERSEDED = "superseded"


PENDING = frozenset({JobState.QUEUED, JobState.RETRYING, JobState.WAITING})
"""Open and not being worked on: a newer wish joins such a job. At most one per account or app group."""

OPEN = PENDING | {JobState.RUNNING}

ENDED = frozenset(JobState) - OPEN

GOOD = frozenset({JobState.SUCCEEDED, JobState.UNVERIFIED, JobState.UNCHANGED})
"""Ended as wished."""


def priority_of(kind: JobKind) -> int:
    """Order the queue: leavers first, then accounts, then groups, whose members need their accounts."""
    match kind:
        case JobKind.DEPROVISION:
            return 0
        case JobKind.PROVISION | JobKind.UPDATE:
            return 10
        case JobKind.GROUP:
            return 20
