"""Answers that wait for proof: an identity provider is told what became of its change in the app.

The change is committed before anything is waited for, so whatever is answered, it is carried out all the same.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, assert_never
from uuid import UUID

from starlette.responses import Response

from seatkeeper.core.errors import NotPossibleNowError, RequestError
from seatkeeper.core.ids import IntegrationId
from seatkeeper.core.jobs import JobState
from seatkeeper.core.problems import Problem, ProblemCode
from seatkeeper.core.wording import explain
from seatkeeper.operations import groups, users
from seatkeeper.operations.jobs import retry_job
from seatkeeper.scim.answers import answer
from seatkeeper.scim.calls import Call, Handler
from seatkeeper.scim.errors import Refusal
from seatkeeper.scim.members import parsed_id
from seatkeeper.store.database import Reader, Transaction
from seatkeeper.store.queries.newest_jobs import (
    NewestJob,
    find_account_of,
    find_app_group_of,
    find_newest_job_of_account,
    find_newest_job_of_app_group,
)

_RETRY_AFTER = 300
"""Seconds an identity provider is asked to wait for what passes by itself. An integer: Okta reads nothing else."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What the jobs of a resource are about, and how the newest of them is found."""

    find: Callable[[Reader, IntegrationId, UUID], Awaitable[UUID | None]]
    find_newest_job: Callable[[Reader, UUID], Awaitable[NewestJob | None]]
    mark_unanswered: Callable[[Transaction, Any], Awaitable[None]]


ACCOUNT = Subject(find_account_of, find_newest_job_of_account, users.mark_unanswered)
APP_GROUP = Subject(find_app_group_of, find_newest_job_of_app_group, groups.mark_unanswered)


ANSWERS: Mapping[ProblemCode, tuple[int, str | None] | None] = {
    ProblemCode.ACCOUNT_EXISTS: (400, "invalidValue"),
    ProblemCode.ACCOUNT_TAKEN: (400, "invalidValue"),
    ProblemCode.AMBIGUOUS_MATCH: (400, "invalidValue"),
    ProblemCode.REJECTED_VALUE: (400, "invalidValue"),
    ProblemCode.MAPPING_FAILED: (400, "invalidValue"),
    ProblemCode.REQUIRED_MISSING: (400, "invalidValue"),
    ProblemCode.NO_SEATS: (400, None),
    ProblemCode.ENTITLEMENT_TAKEN: (400, None),
    ProblemCode.PERMISSION_MISSING: (400, None),
    ProblemCode.NOT_SUPPORTED: (400, None),
    ProblemCode.NOT_AS_WANTED: (400, None),
    ProblemCode.SETTINGS_INVALID: (400, None),
    ProblemCode.REMOVALS_HELD: (400, None),
    ProblemCode.APP_UNREACHABLE: (503, None),
    ProblemCode.APP_THROTTLED: (503, None),
    ProblemCode.CREDENTIALS_REFUSED: (503, None),
    ProblemCode.APP_CHANGED: (503, None),
    ProblemCode.ACCOUNT_VANISHED: (503, None),
    ProblemCode.ATTEMPTS_SPENT: (503, None),
    ProblemCode.CONNECTOR_BUG: (500, None),
    ProblemCode.PERSON_NEEDED: None,
    ProblemCode.NOT_DONE: None,
    ProblemCode.TO_BE_CONFIRMED: None,
    ProblemCode.NOT_SHOWN: None,
    ProblemCode.INVITED: None,
    ProblemCode.PREPARED: None,
}
"""The status and keyword an identity provider is told each problem with; None is no error. Complete: a test holds
it against ``ProblemCode``.

Only 400, 500 and 503, for others mean something else to a client: 401 and 403 make Entra quarantine its whole job,
404 makes authentik forget a user and create it anew, 409 with ``uniqueness`` makes it adopt one and be content.
What a person has to put right is 400 and not sent again at once; what passes by itself is 503 and ``Retry-After``.
"""


def proven(handler: Handler, subject: Subject) -> Handler:
    """Let a change of a resource be answered with what became of it, where the integration waits for proof.

    When time runs out the answer is the ordinary one, as it is when nobody works on the integration's jobs.
    """

    async def prove(call: Call) -> Response:
        within = call.integration.policy.wait_for_proof
        if within is None or not has_jobs(call, subject):
            return await handler(call)
        # Before a deletion cuts the way to it.
        doomed = await find_subject(call, subject, parsed_id(call.name)) if _deletes(call) else None
        response = await handler(call)
        if response.status_code >= 300:
            return response
        refusal = None
        with suppress(RequestError):  # the change is kept: who asked is not told otherwise
            job = await find_job(call, subject, _named(call, response), doomed)
            refusal = None if job is None else await _settle(call, job, within)
            if response.status_code == 201 and (refusal is not None or await call.request.is_disconnected()):
                await remember(call, subject, _named(call, response))
        return response if refusal is None else answer(call.request, refusal.body, refusal.status, refusal.headers)

    return prove


def refusal_about(job: NewestJob) -> Refusal | None:
    """Say what an identity provider is told of a job that needs no waiting any more; None is no error."""
    problem = job.problem
    if problem is None:
        return None
    match job.state:
        case JobState.FAILED | JobState.WAITING:
            return _refusal(problem)
        case JobState.QUEUED | JobState.RETRYING:
            stops = {ProblemCode.CREDENTIALS_REFUSED, ProblemCode.APP_CHANGED}
            is_refused = problem.code in stops and not job.is_worked_on
            return _refusal(problem) if is_refused else None
        case (
            JobState.RUNNING
            | JobState.SUCCEEDED
            | JobState.UNVERIFIED
            | JobState.UNCHANGED
            | JobState.CANCELLED
            | JobState.SUPERSEDED
        ):
            return None
        case _:
            assert_never(job.state)


def _refusal(problem: Problem) -> Refusal | None:
    told = ANSWERS[problem.code]
    if told is None:
        return None
    status, keyword = told
    headers = {"Retry-After": str(_RETRY_AFTER)} if status == 503 else {}
    return Refusal(status, explain(problem).sentence, keyword, headers)


def has_jobs(call: Call, subject: Subject) -> bool:
    """Say whether changes of such a resource cause jobs of their own."""
    return subject is ACCOUNT or call.integration.policy.push_groups


async def find_subject(call: Call, subject: Subject, resource_id: UUID | None) -> UUID | None:
    """Find what the jobs of a resource are about."""
    if resource_id is None:
        return None
    async with call.read() as reader:
        return await subject.find(reader, call.integration.id, resource_id)


async def find_job(
    call: Call, subject: Subject, resource_id: UUID | None, subject_id: UUID | None
) -> NewestJob | None:
    """Find the job that carries a change out, by what it is about, or else by the resource.

    One that failed before is tried again for whoever repeats the change.
    """
    async with call.read() as reader:
        if subject_id is None and resource_id is not None:
            subject_id = await subject.find(reader, call.integration.id, resource_id)
        job = None if subject_id is None else await subject.find_newest_job(reader, subject_id)
    if job is None or job.state is not JobState.FAILED or job.request_id == call.asked_by.request_id:
        return job
    with suppress(NotPossibleNowError):
        async with call.transaction() as tx:
            await retry_job(tx, job.id)
    return replace(job, state=JobState.QUEUED, problem=None)


async def remember(call: Call, subject: Subject, resource_id: UUID | None) -> None:
    """Let the same create come again and join this one: its answer does not tell of what was created."""
    async with call.transaction() as tx:
        await subject.mark_unanswered(tx, resource_id)


def _deletes(call: Call) -> bool:
    return call.request.method == "DELETE"


def _named(call: Call, response: Response) -> UUID | None:
    name: str = call.request.path_params.get("name", "")
    return parsed_id(response.headers.get("Location", "").rpartition("/")[2] or name)


async def _settle(call: Call, job: NewestJob, within: timedelta) -> Refusal | None:
    """Wait for the job while the client does, and say what went wrong, if anything did."""
    waiting = asyncio.create_task(call.awaiting.settle(call.integration.id, job.id, within))
    leaving = asyncio.create_task(hang_up(call))
    try:
        await asyncio.wait({waiting, leaving}, return_when=asyncio.FIRST_COMPLETED)
        settled = waiting.result() if waiting.done() else None
    finally:
        waiting.cancel()
        leaving.cancel()
    return None if settled is None else refusal_about(settled)


async def hang_up(call: Call) -> None:
    """Wait until the client is gone."""
    while (await call.request.receive())["type"] != "http.disconnect":
        pass
