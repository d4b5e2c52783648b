"""``seatkeeper job``: what is being done, was done, and failed."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

import typer
from rich.text import Text

from seatkeeper.bootstrap.parts import Parts
from seatkeeper.cli.finding import MaybeSlug, find_by_end, find_by_slug
from seatkeeper.cli.job_details import document, full_document, print_details
from seatkeeper.cli.opening import carry_out, fail, me
from seatkeeper.cli.printing import STATE_STYLES, AsJSON, print_json, print_table, say, short_id, short_time
from seatkeeper.core.jobs import JobState
from seatkeeper.core.wording import describe_job
from seatkeeper.operations.jobs import cancel_job, retry_failed_jobs, retry_job
from seatkeeper.store.database import Reader
from seatkeeper.store.queries.events import EventFilter, ListedEvent, list_events
from seatkeeper.store.queries.jobs import (
    JobFilter,
    ListedAttempt,
    ListedJob,
    find_jobs_ending,
    list_attempts,
    list_jobs,
)

Job = Annotated[str, typer.Argument(metavar="JOB", help="Its id, or the end of it.")]
States = Annotated[list[JobState], typer.Option("--state", "-s", help="Only in this state. Repeatable.")]
Limit = Annotated[int, typer.Option("--limit", "-n", min=1, max=10_000, help="The newest so many.")]

_EVENTS_SHOWN = 100


def register(app: typer.Typer) -> None:
    """Add these commands to the application."""
    group = typer.Typer(no_args_is_help=True, help="Look at jobs, try failed ones again, cancel those that wait.")
    group.command("list")(list_all)
    group.command("show")(show)
    group.command("retry")(retry)
    group.command("cancel")(cancel)
    app.add_typer(group, name="job")


def list_all(
    integration: MaybeSlug = None,
    state: States = [],  # noqa: B006 - how Typer spells "none given"
    limit: Limit = 50,
    as_json: AsJSON = False,
) -> None:
    """List jobs, the newest first."""

    async def read(parts: Parts) -> tuple[list[ListedJob], datetime]:
        async with parts.database.read() as reader:
            of = None if integration is None else (await find_by_slug(reader, integration)).id
            return await list_jobs(reader, JobFilter(of, state, limit)), parts.engine.clock()

    jobs, now = carry_out(read)
    if as_json:
        print_json([document(job) for job in jobs])
    else:
        _print_list(jobs, now)


def show(job: Job, as_json: AsJSON = False) -> None:
    """Show one job: how it stands, what was tried, and each call to the app."""

    async def read(parts: Parts) -> tuple[ListedJob, list[ListedAttempt], list[ListedEvent], datetime]:
        async with parts.database.read() as reader:
            found = await _find(reader, job)
            attempts = await list_attempts(reader, found.id)
            events = await list_events(reader, EventFilter(job_id=found.id, limit=_EVENTS_SHOWN))
            return found, attempts, events[::-1], parts.engine.clock()

    found, attempts, events, now = carry_out(read)
    if as_json:
        print_json(full_document(found, attempts, events))
    else:
        print_details(found, attempts, events, now)


def retry(
    job: Annotated[str | None, typer.Argument(metavar="JOB", help="Its id, or the end of it.")] = None,
    all_failed: Annotated[bool, typer.Option("--all-failed", help="Every failed one of an integration.")] = False,
    integration: MaybeSlug = None,
) -> None:
    """Try a failed job again, or with --all-failed --integration X all of them."""
    if job is not None and not all_failed:
        say(f"{_retry_one(job).target} is tried again.")
    elif all_failed and integration is not None and job is None:
        say(f"{_retry_all(integration)} failed jobs are tried again.")
    else:
        fail("Give a job, or --all-failed with --integration.", status=2)


def cancel(job: Job) -> None:
    """End a job that nobody works on right now. The account stays as it is until something changes again."""

    async def work(parts: Parts) -> ListedJob:
        async with parts.database.transaction(me()) as tx:
            found = await _find(tx, job)
            await cancel_job(tx, found.id)
            return found

    say(f"Cancelled: {carry_out(work).target} stays as it is until something changes again.")


def _retry_one(job: str) -> ListedJob:
    async def work(parts: Parts) -> ListedJob:
        async with parts.database.transaction(me()) as tx:
            found = await _find(tx, job)
            await retry_job(tx, found.id)
            return found

    return carry_out(work)


def _retry_all(slug: str) -> int:
    async def work(parts: Parts) -> int:
        async with parts.database.transaction(me()) as tx:
            return await retry_failed_jobs(tx, (await find_by_slug(tx, slug)).id)

    return carry_out(work)


async def _find(reader: Reader, typed: str) -> ListedJob:
    return await find_by_end("job", typed, lambda end: find_jobs_ending(reader, end))


def _print_list(jobs: Sequence[ListedJob], now: datetime) -> None:
    print_table(
        ["id", "when", "integration", "who", "stands"],
        [
            [
                short_id(job.id),
                short_time(job.ended_at or job.started_at or job.created_at, now),
                job.integration,
                job.target,
                _standing(job),
            ]
            for job in jobs
        ],
        nothing="There is no such job.",
    )


def _standing(job: ListedJob) -> Text:
    told = Text(describe_job(job.kind, job.state, job.problem), style=STATE_STYLES[job.state])
    if job.problem is not None:
        told.append(f": {job.problem.code}")
    return told
