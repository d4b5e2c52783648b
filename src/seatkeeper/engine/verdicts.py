"""From how an attempt ended to what becomes of its job and its integration. Pure but for jitter."""

import random
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, assert_never

from seatkeeper.core.backoff import is_spent, next_delay
from seatkeeper.core.events import EventKind
from seatkeeper.core.handwork import Errand
from seatkeeper.core.integrations import RetryRule
from seatkeeper.core.jobs import JobKind, JobState
from seatkeeper.core.outcomes import (
    Failed,
    Pending,
    Quarantined,
    Retrying,
    Succeeded,
    Unchanged,
    Unverified,
    Waiting,
)
from seatkeeper.core.plan import ACCOUNT
from seatkeeper.core.problems import AWAITED, Problem, ProblemCode
from seatkeeper.core.tasks import TaskKind
from seatkeeper.engine.attempt import Recount, Result
from seatkeeper.store.records.claims import ClaimedJob

_SHORTEST_PAUSE, _LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=6)
"""Between two looks whether a person has followed an invitation."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is to be recorded of an attempt.

    ``state`` is the job's, and ``outcome`` how the attempt is remembered (None: it is not). ``pause_until`` keeps
    the integration from starting jobs for a while; with ``probe_at`` it stands still until a probe succeeds.
    """

    state: JobState
    outcome: str | None
    event: EventKind | None = None
    problem: Problem | None = None
    traceback: str | None = None
    details: dict[str, Any] = field(default_factory=dict)
    due_at: datetime | None = None
    failures: int | None = None
    first_failed_at: datetime | None = None
    kind: JobKind | None = None
    task: TaskKind | None = None
    choices: tuple[str, ...] = ()
    errand: Errand | None = None
    pause_until: datetime | None = None
    probe_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Court:
    """What a verdict depends on besides the attempt: the rule for retries, the instant, and chance."""

    retries: RetryRule
    now: datetime
    random: random.Random
    refusals: int = 0
    """How often the app refused the service account before, in spite of a probe that succeeded in between."""
    follow_up_after: timedelta = timedelta(days=14)
    """How long a person may be invited before somebody is asked to see to it."""

    def judge(self, job: ClaimedJob, result: Result) -> Verdict:  # noqa: C901, PLR0911 - one case for each of a closed set
        """Say what becomes of the job."""
        match result:
            case Succeeded():
                done_by = {} if job.done_by is None else {"by": job.done_by}
                return Verdict(JobState.SUCCEEDED, "succeeded", EventKind.JOB_SUCCEEDED, details=done_by)
            case Unverified(unread, by):
                details: dict[str, Any] = {"unread": list(unread)} if by is None else {"by": by}
                return Verdict(JobState.UNVERIFIED, "unverified", EventKind.JOB_UNVERIFIED, details=details)
            case Unchanged():
                return Verdict(JobState.UNCHANGED, "unchanged", EventKind.JOB_UNCHANGED)
            case Pending(problem):
                return self._pend(job, problem)
            case Retrying(problem, after) if problem.code is ProblemCode.APP_THROTTLED:
                pause = after or self.delay(job.attempts + 1)
                return Verdict(JobState.QUEUED, "throttled", problem=problem, pause_until=self.now + pause)
            case Retrying(problem, _):
                return self._retry(job, problem)
            case Waiting(problem, choices, errand):
                verdict = Verdict(JobState.WAITING, "waiting", EventKind.JOB_WAITING, problem)
                return replace(verdict, task=_task_kind(problem), choices=choices, errand=errand)
            case Failed(problem, traceback):
                return Verdict(JobState.FAILED, "failed", EventKind.JOB_FAILED, problem, traceback)
            case Quarantined(problem):
                return Verdict(
                    JobState.QUEUED,
                    "quarantined",
                    problem=problem,
                    probe_at=self.now + self.delay(self.refusals + 1),
                )
            case Recount():
                return Verdict(JobState.QUEUED, None, kind=JobKind.DEPROVISION)
            case _:
                assert_never(result)

    def _pend(self, job: ClaimedJob, problem: Problem) -> Verdict:
        since = (job.first_failed_at if job.last_problem in AWAITED else None) or self.now
        looks = job.failures + 1 if job.last_problem in AWAITED else 1
        is_news = job.last_problem is not problem.code
        waited = self.now - since
        if problem.code is ProblemCode.NOT_SHOWN:
            if is_spent(self.retries, since, self.now):
                return self.judge(job, Unverified((ACCOUNT,)))
            pause = self.delay(looks)
        else:
            if waited >= self.follow_up_after:
                told = Problem(problem.code, f"that was {max(waited.days, 1)} days ago")
                return self.judge(job, Waiting(told))
            pause = min(max(waited / 8, _SHORTEST_PAUSE), _LONGEST_PAUSE)
        return Verdict(
            JobState.RETRYING,
            "pending",
            EventKind.JOB_AWAITING if is_news else None,
            problem,
            due_at=self.now + pause,
            failures=looks,
            first_failed_at=since,
        )

    def _retry(self, job: ClaimedJob, problem: Problem) -> Verdict:
        # What was awaited before is no failure: the time for retries begins now.
        first_failed_at = (None if job.last_problem in AWAITED else job.first_failed_at) or self.now
        if is_spent(self.retries, first_failed_at, self.now) and job.done_by is not None:
            return self.judge(job, Unverified((ACCOUNT,), job.done_by))
        if is_spent(self.retries, first_failed_at, self.now):
            spent = Problem(ProblemCode.ATTEMPTS_SPENT, problem.detail)
            return Verdict(JobState.FAILED, "failed", EventKind.JOB_FAILED, spent)
        # Activity tells of the first failure and of every new kind, not of each try: the attempts do that.
        is_news = job.last_problem is not problem.code
        return Verdict(
            JobState.RETRYING,
            "retrying",
            EventKind.JOB_RETRYING if is_news else None,
            problem,
            due_at=self.now + self.delay(job.failures + 1),
            failures=job.failures + 1,
            first_failed_at=first_failed_at,
        )

    def delay(self, failures: int) -> timedelta:
        """Say how long to wait after so many failures in a row."""
        return next_delay(self.retries, failures, self.random.random())


def _task_kind(problem: Problem) -> TaskKind:
    return TaskKind.CHOOSE_ACCOUNT if problem.code is ProblemCode.AMBIGUOUS_MATCH else TaskKind.ACT_BY_HAND
