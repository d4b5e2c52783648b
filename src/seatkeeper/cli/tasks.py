"""``seatkeeper task``: what waits for a person, and the answers."""

import shlex
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Annotated, assert_never

import typer

from seatkeeper.bootstrap.parts import Parts
from seatkeeper.cli.finding import MaybeSlug, find_by_end, find_by_slug
from seatkeeper.cli.job_details import problem_document
from seatkeeper.cli.opening import carry_out, me
from seatkeeper.cli.printing import (
    AsJSON,
    print_fields,
    print_json,
    print_table,
    say,
    short_id,
    short_time,
    tell,
)
from seatkeeper.core.tasks import TaskKind, TaskState
from seatkeeper.core.wording import explain
from seatkeeper.operations.tasks import (
    approve_removals,
    choose_account,
    complete_task,
    decline_task,
    make_new_account,
)
from seatkeeper.store.database import Reader, Transaction
from seatkeeper.store.queries.tasks import ListedTask, TaskFilter, find_tasks_ending, list_tasks

Task = Annotated[str, typer.Argument(metavar="TASK", help="Its id, or the end of it.")]
All = Annotated[bool, typer.Option("--all", "-a", help="Those that are answered or obsolete, too.")]
Uid = Annotated[str | None, typer.Argument(metavar="[UID]", help="The app's id of the right account.")]
New = Annotated[bool, typer.Option("--new", help="None of them: make a new account.")]
Limit = Annotated[int, typer.Option("--limit", "-n", min=1, max=10_000, help="The newest so many.")]


def register(app: typer.Typer) -> None:
    """Add these commands to the application."""
    group = typer.Typer(no_args_is_help=True, help="Look at what waits for a person, and answer.")
    for name, command in (
        ("list", list_all),
        ("show", show),
        ("choose", choose),
        ("approve", approve),
        ("done", done),
        ("decline", decline),
    ):
        group.command(name)(command)
    app.add_typer(group, name="task")


def list_all(
    integration: MaybeSlug = None, show_all: All = False, limit: Limit = 50, as_json: AsJSON = False
) -> None:
    """List open tasks, the newest first."""

    async def read(parts: Parts) -> tuple[list[ListedTask], datetime]:
        async with parts.database.read() as reader:
            of = None if integration is None else (await find_by_slug(reader, integration)).id
            wanted = TaskFilter(of, None if show_all else TaskState.OPEN, limit)
            return await list_tasks(reader, wanted), parts.engine.clock()

    tasks, now = carry_out(read)
    if as_json:
        print_json([_document(task) for task in tasks])
    else:
        _print_list(tasks, now)


def show(task: Task, as_json: AsJSON = False) -> None:
    """Show one task, what it asks and how to answer."""

    async def read(parts: Parts) -> tuple[ListedTask, datetime]:
        async with parts.database.read() as reader:
            return await _find(reader, task), parts.engine.clock()

    found, now = carry_out(read)
    if as_json:
        print_json(_document(found))
        return
    say(f"{_about(found)}  in {found.integration}", style="bold")
    print_fields(
        [
            ("id", str(found.id)),
            ("state", found.state.value),
            ("opened", short_time(found.opened_at, now)),
            *([("due", short_time(found.due_at, now))] if found.due_at and not found.closed_at else []),
            *([("closed", f"{short_time(found.closed_at, now)} by {found.closed_by}")] if found.closed_at else []),
            *([("job", str(found.job_id))] if found.job_id else []),
            *(("account", uid) for uid in found.choices),
        ]
    )
    tell(explain(found.problem))
    for step in found.work:
        say(f"\n{step.what}", style="bold")
        print_fields([(each.name, each.value) for each in step.values])
        if step.text:
            say(step.text)
    if found.state is TaskState.OPEN:
        say("\nAnswer with:", style="dim")
        for line in _answers(found):
            say(f"  {line}")


def choose(task: Task, uid: Uid = None, new: New = False) -> None:
    """Say which account of the app is the person's, or that none is; the job goes on with it."""
    if (uid is None) is not new:
        raise typer.BadParameter("Give the UID of one of the accounts, or --new.")
    if uid is None:
        found, _ = _answer(task, lambda tx, found: make_new_account(tx, found.id))
        say(f"{_about(found)} gets a new account.")
        return
    found, _ = _answer(task, lambda tx, found: choose_account(tx, found.id, uid))
    say(f"{_about(found)} goes on with the account {uid}.")


def approve(task: Task) -> None:
    """Let the held removals of an integration go ahead."""
    found, count = _answer(task, lambda tx, found: approve_removals(tx, found.id))
    say(f"{count} removals from {found.integration} go ahead.")


def done(task: Task) -> None:
    """Say that the work in the app is done, or confirm it: the job looks again, where the app can be read."""
    found, _ = _answer(task, lambda tx, found: complete_task(tx, found.id))
    say(f"{_about(found)} is looked at again.")


def decline(task: Task) -> None:
    """Say that it shall not happen: the job, or every held removal, is cancelled."""
    found, count = _answer(task, lambda tx, found: decline_task(tx, found.id))
    say(f"Declined: {count} {'job' if count == 1 else 'jobs'} about {_about(found)} cancelled.")


def _answer(
    typed: str, give: Callable[[Transaction, ListedTask], Awaitable[int | None]]
) -> tuple[ListedTask, int | None]:
    async def work(parts: Parts) -> tuple[ListedTask, int | None]:
        async with parts.database.transaction(me()) as tx:
            found = await _find(tx, typed)
            return found, await give(tx, found)

    return carry_out(work)


async def _find(reader: Reader, typed: str) -> ListedTask:
    return await find_by_end("task", typed, lambda end: find_tasks_ending(reader, end))


def _about(task: ListedTask) -> str:
    return task.target or task.integration


def _answers(task: ListedTask) -> Sequence[str]:
    name = short_id(task.id)
    decline_it = f"seatkeeper task decline {name}"
    match task.kind:
        case TaskKind.CHOOSE_ACCOUNT:
            chosen = [f"seatkeeper task choose {name} {shlex.quote(uid)}" for uid in task.choices]
            return [
                *chosen,
                *([] if task.is_about_group else [f"seatkeeper task choose {name} --new"]),
                decline_it,
            ]
        case TaskKind.APPROVE_REMOVALS:
            return [f"seatkeeper task approve {name}", decline_it]
        case TaskKind.ACT_BY_HAND | TaskKind.CONFIRM:
            return [f"seatkeeper task done {name}", decline_it]
        case _:
            assert_never(task.kind)


def _print_list(tasks: Sequence[ListedTask], now: datetime) -> None:
    print_table(
        ["id", "when", "integration", "about", "what"],
        [
            [
                short_id(task.id),
                short_time(task.opened_at, now),
                task.integration,
                _about(task),
                explain(task.problem).sentence if task.state is TaskState.OPEN else task.state.value,
            ]
            for task in tasks
        ],
        nothing="Nothing waits for a person.",
    )


def _document(task: ListedTask) -> dict[str, object]:
    return {
        "id": task.id,
        "integration": task.integration,
        "kind": task.kind,
        "state": task.state,
        "target": task.target,
        "job_id": task.job_id,
        "problem": problem_document(task.problem),
        "choices": task.choices,
        "work": [asdict(step) for step in task.work],
        "due_at": task.due_at,
        "opened_at": task.opened_at,
        "closed_at": task.closed_at,
        "closed_by": task.closed_by,
    }
