"""A job in full: for people, and as JSON."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from rich.table import Table
from rich.text import Text

from seatkeeper.cli.activity import document as event_document
from seatkeeper.cli.activity import sentence, style_of
from seatkeeper.cli.printing import STATE_STYLES, console, plain, print_fields, say, short_time, show, tell
from seatkeeper.core.jobs import JobState
from seatkeeper.core.problems import Problem
from seatkeeper.core.wording import describe_job, explain
from seatkeeper.store.queries.events import ListedEvent
from seatkeeper.store.queries.jobs import ListedAttempt, ListedJob

_OUTCOME_STYLES = {
    "succeeded": "green",
    "unchanged": "green",
    "failed": "red",
    "quarantined": "red",
}


def problem_document(problem: Problem | None) -> dict[str, str] | None:
    """Give a problem as it stands in JSON."""
    if problem is None:
        return None
    told = explain(problem)
    return {"code": problem.code, "detail": problem.detail, "sentence": told.sentence, "remedy": told.remedy}


def document(job: ListedJob) -> dict[str, object]:
    """Give a job as it stands in JSON."""
    return {
        "id": job.id,
        "integration": job.integration,
        "kind": job.kind,
        "state": job.state,
        "sentence": describe_job(job.kind, job.state, job.problem),
        "target": job.target,
        "account_id": job.account_id,
        "app_group_id": job.app_group_id,
        "wishes": job.wishes,
        "attempts": job.attempts,
        "held": job.held,
        "problem": problem_document(job.problem),
        "actor": job.actor,
        "request_id": job.request_id,
        "created_at": job.created_at,
        "due_at": job.due_at,
        "started_at": job.started_at,
        "ended_at": job.ended_at,
    }


def full_document(
    job: ListedJob, attempts: Sequence[ListedAttempt], events: Sequence[ListedEvent]
) -> dict[str, object]:
    """Give a job with everything that was tried, as JSON. ``tries`` are its attempts, first to last."""
    return {
        **document(job),
        "tries": [
            {
                "number": attempt.number,
                "started_at": attempt.started_at,
                "ended_at": attempt.ended_at,
                "outcome": attempt.outcome,
                "problem": problem_document(attempt.problem),
                "traceback": attempt.traceback,
                "steps": attempt.steps,
            }
            for attempt in attempts
        ],
        "events": [event_document(event) for event in events],
    }


def print_details(
    job: ListedJob, attempts: Sequence[ListedAttempt], events: Sequence[ListedEvent], now: datetime
) -> None:
    """Print a job with everything that was tried."""
    standing = (describe_job(job.kind, job.state, job.problem), f"bold {STATE_STYLES[job.state]}")
    console().print(Text.assemble(standing, "  ", (plain(job.target), "bold"), f"  in {job.integration}"))
    print_fields(_fields(job, now))
    if job.problem is not None:
        tell(explain(job.problem))
    if events:
        say("\nWhat happened", style="bold")
        _print_events(events, now)
    for attempt in attempts:
        _print_attempt(attempt, now)


def _fields(job: ListedJob, now: datetime) -> list[tuple[str, str | Text]]:
    fields: list[tuple[str, str | Text]] = [("id", str(job.id))]
    asked = f"{short_time(job.created_at, now)} by {job.actor}"
    if job.wishes > 1:
        asked += f", {job.wishes} wishes in one"
    fields.append(("asked", asked))
    if job.request_id:
        fields.append(("request", job.request_id))
    if job.state in {JobState.QUEUED, JobState.RETRYING}:
        fields.append(("due", short_time(job.due_at, now) if job.due_at > now else "now"))
    if job.ended_at is not None:
        fields.append(("ended", short_time(job.ended_at, now)))
    return fields


def _print_events(events: Sequence[ListedEvent], now: datetime) -> None:
    grid = Table.grid(padding=(0, 2, 0, 0))
    for event in events:
        told = Text(plain(sentence(event)), style=style_of(event.kind))
        grid.add_row(Text(short_time(event.at, now), style="dim"), told)
    show(grid)


def _print_attempt(attempt: ListedAttempt, now: datetime) -> None:
    took = (attempt.ended_at - attempt.started_at).total_seconds()
    outcome = (attempt.outcome, _OUTCOME_STYLES.get(attempt.outcome, "yellow"))
    when = f"  {short_time(attempt.started_at, now)}, {took:.2f} s: "
    console().print(Text.assemble("\n", (f"Attempt {attempt.number}", "bold"), (when, "dim"), outcome))
    if attempt.steps:
        _print_steps(attempt.steps)
    if attempt.problem is not None:
        tell(explain(attempt.problem), indent="  ")
    if attempt.traceback is not None:
        say(attempt.traceback.rstrip(), style="dim")


def _values(step: dict[str, Any]) -> list[str]:
    """Tell what each attribute was and became; sensitive values were never kept."""
    before, after = step.get("before"), step.get("after")
    if not (isinstance(before, dict) and isinstance(after, dict)):
        return []
    return [plain(f"  {name}: {_shown(before.get(name))} → {_shown(value)}") for name, value in after.items()]


def _shown(value: object) -> str:
    match value:
        case None | "" | []:
            return "nothing"
        case list():
            return ", ".join(map(str, value))
        case _:
            return str(value)


def _print_steps(steps: Sequence[dict[str, Any]]) -> None:
    grid = Table.grid(padding=(0, 2, 0, 0))
    for step in steps:
        error = step.get("error")
        sign = Text("  ✗", style="red") if error else Text("  ✓", style="green")
        what = plain(str(step["what"])) + (f" ({error})" if error else "")
        grid.add_row(sign, what, Text(f"{step['ms']:.0f} ms" if "ms" in step else "", style="dim"))
        for line in _values(step):
            grid.add_row("", Text(line, style="dim"))
    show(grid)
