"""How an attempt at a job ended: a closed set, one interpreter each (``engine.record``)."""

from dataclasses import dataclass
from datetime import timedelta
from typing import TypeAlias

from seatkeeper.core.handwork import Errand
from seatkeeper.core.problems import Problem


@dataclass(frozen=True, slots=True)
class Succeeded:
    """The app was changed, read back, and holds what was wanted."""


@dataclass(frozen=True, slots=True)
class Unverified:
    """The app took every step; ``unread`` names what cannot be read back from it.

    ``by`` is who says that it was done, where a person did it.
    """

    unread: tuple[str, ...]
    by: str | None = None


@dataclass(frozen=True, slots=True)
class Unchanged:
    """The app already held what was wanted."""


@dataclass(frozen=True, slots=True)
class Retrying:
    """Something that passes. ``after`` is the app's own wish, which then counts for the whole integration."""

    problem: Problem
    after: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Pending:
    """All is done on our side; the app or the person has to follow, and it is looked for again. No failure.

    ``problem`` is one of ``AWAITED``.
    """

    problem: Problem


@dataclass(frozen=True, slots=True)
class Waiting:
    """Only a person can say what to do; ``choices`` are the Uids to pick from, where there are some."""

    problem: Problem
    choices: tuple[str, ...] = ()
    errand: Errand | None = None
    """What the person is to do, where that is known step by step."""


@dataclass(frozen=True, slots=True)
class Failed:
    """Trying again as things stand would end the same way."""

    problem: Problem
    traceback: str | None = None


@dataclass(frozen=True, slots=True)
class Quarantined:
    """The app refused the service account, or looks another way: the whole integration stops, its jobs wait."""

    problem: Problem


Outcome: TypeAlias = Succeeded | Unverified | Unchanged | Pending | Retrying | Waiting | Failed | Quarantined
