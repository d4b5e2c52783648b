"""Operations of a bulk request that wait for proof, all at the same time and no longer than one alone would."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from seatkeeper.core.errors import RequestError
from seatkeeper.core.ids import JobId
from seatkeeper.core.integrations import LONGEST_WAIT_FOR_PROOF
from seatkeeper.scim.calls import Call
from seatkeeper.scim.errors import Refusal
from seatkeeper.scim.proof import ACCOUNT, APP_GROUP, Subject, find_job, hang_up, has_jobs, refusal_about, remember
from seatkeeper.store.queries.newest_jobs import NewestJob

SUBJECTS: Mapping[str, Subject] = {"Users": ACCOUNT, "Groups": APP_GROUP}
"""What the jobs of each collection are about."""


@dataclass(frozen=True, slots=True)
class Done:
    """An operation that was carried out, and what tells which job proves it."""

    number: int
    collection: str
    is_new: bool
    resource_id: UUID | None
    doomed: UUID | None = None


async def prove_all(call: Call, done: Sequence[Done]) -> dict[int, Refusal]:
    """Wait for the jobs of operations, and give what went wrong, by their numbers.

    The whole request, counted from its beginning, is held no longer than the longest wait there is.
    """
    within = call.integration.policy.wait_for_proof
    if within is None:
        return {}
    refused: dict[int, Refusal] = {}
    with suppress(RequestError):  # the changes are kept: who asked is not told otherwise
        proofs = [(each, await _find(call, each)) for each in done]
        settled = await _settle(call, [job for _, job in proofs if job is not None], within)
        for each, job in proofs:
            ended = None if job is None else settled.get(job.id)
            refusal = None if ended is None else refusal_about(ended)
            if refusal is not None:
                refused[each.number] = refusal
                if each.is_new:
                    await remember(call, SUBJECTS[each.collection], each.resource_id)
    return refused


async def _find(call: Call, each: Done) -> NewestJob | None:
    subject = SUBJECTS[each.collection]
    return await find_job(call, subject, each.resource_id, each.doomed) if has_jobs(call, subject) else None


async def _settle(call: Call, jobs: Sequence[NewestJob], within: timedelta) -> dict[JobId, NewestJob]:
    left = LONGEST_WAIT_FOR_PROOF - timedelta(seconds=time.perf_counter() - call.started)
    within = max(min(within, left), timedelta())

    async def settle(job: NewestJob) -> NewestJob | None:
        return await call.awaiting.settle(call.integration.id, job.id, within)

    waiting = {job.id: asyncio.create_task(settle(job)) for job in jobs}
    if not waiting:
        return {}
    leaving = asyncio.create_task(hang_up(call))
    everything = asyncio.gather(*waiting.values())
    either: set[asyncio.Future[Any]] = {everything, leaving}
    try:
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        ended = {job_id: task.result() for job_id, task in waiting.items() if task.done()}
    finally:
        leaving.cancel()
        everything.cancel()
    return {job_id: job for job_id, job in ended.items() if job is not None}
