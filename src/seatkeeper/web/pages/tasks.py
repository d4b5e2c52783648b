"""What waits for people: matches to choose from, removals to approve, work to do in the app."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeAlias
from uuid import UUID

from starlette.responses import Response

from seatkeeper.core.access import IntegrationRole, Permission
from seatkeeper.core.errors import InvalidValueError, NotFoundError
from seatkeeper.core.ids import MemberId, TaskId
from seatkeeper.core.tasks import TaskState
from seatkeeper.operations.tasks import (
    approve_removals,
    assign_task,
    choose_account,
    complete_task,
    decline_task,
    make_new_account,
)
from seatkeeper.store.database import Reader, Transaction
from seatkeeper.store.queries.members import list_roles
from seatkeeper.store.queries.open_tasks import list_held_removals
from seatkeeper.store.queries.tasks import ListedTask, TaskFilter, get_task, list_tasks
from seatkeeper.web.doors import Door
from seatkeeper.web.frames import integration_frame
from seatkeeper.web.visits import Visit

_PAGE = 50
_MOST_HELD = 200
_WHOSE = {"all": "All", "mine": "Mine", "unassigned": "Nobody's yet"}

Answer: TypeAlias = Callable[[Transaction, TaskId], Awaitable[object]]


async def show_tasks(visit: Visit) -> Response:
    """Show the tasks of every integration the guest may see: the open ones, or all of them."""
    whose, closed, before = visit.query("whose", "all"), visit.query("closed") == "1", visit.query("before")
    if whose not in _WHOSE:
        raise InvalidValueError(f"There is nobody called {whose} here.")
    wanted = TaskFilter(
        state=None if closed else TaskState.OPEN,
        limit=_PAGE + 1,
        before=TaskId(_uuid(before)) if before else None,
        visible_to=None if visit.may(Permission.SEE) else visit.member.id,
        assignee_id=visit.member.id if whose == "mine" else None,
        unassigned=whose == "unassigned",
    )
    async with visit.read() as reader:
        tasks = await list_tasks(reader, wanted)
    context: dict[str, Any] = {
        "tasks": tasks[:_PAGE],
        "has_more": len(tasks) > _PAGE,
        "whose": whose,
        "closed": closed,
    }
    template = "parts/task_list.html" if visit.is_fragment else "tasks.html"
    return visit.page(template, **context, choices=_WHOSE, before=before)


async def show_task(visit: Visit, status: int = 200, refused: InvalidValueError | None = None) -> Response:
    """Show a task with all that is needed to answer it; ``refused`` is what was wrong with an answer."""
    async with visit.read() as reader:
        task = await _task(visit, reader)
        held = [] if task.job_id else await list_held_removals(reader, task.integration_id, _MOST_HELD + 1)
        roles = await list_roles(reader, task.integration_id)
        able = {each.member.id: each.member.name for each in roles if each.role is not IntegrationRole.VIEWER}
        frame = await integration_frame(visit, reader)
    if visit.may(Permission.OPERATE):
        able[visit.member.id] = visit.member.name
    if task.assignee_id is not None:
        able[task.assignee_id] = task.assignee or ""
    return visit.page(
        "task.html",
        status,
        task=task,
        held=held[:_MOST_HELD],
        has_more_held=len(held) > _MOST_HELD,
        able=sorted(able.items(), key=lambda each: each[1].casefold()),
        refused=None if refused is None else str(refused),
        **frame,
    )


async def choose(visit: Visit) -> Response:
    """Say which account it is, or that a new one is to be made."""
    uid = visit.given("uid")
    if visit.given("new"):
        return await _answer(visit, make_new_account, "The job goes on with a new account.")
    return await _answer(
        visit, lambda tx, task: choose_account(tx, task, uid), "The job goes on with that account."
    )


async def approve(visit: Visit) -> Response:
    """Let the held removals go ahead."""
    return await _answer(visit, approve_removals, "The removals go ahead.")


async def complete(visit: Visit) -> Response:
    """Say that the work in the app is done."""
    note = visit.given("note")
    told = "Thank you. The job looks at the app again, to prove it."
    return await _answer(visit, lambda tx, task: complete_task(tx, task, note), told)


async def decline(visit: Visit) -> Response:
    """Say that it shall not, or cannot, be done."""
    reason = visit.given("reason")
    return await _answer(visit, lambda tx, task: decline_task(tx, task, reason), "Declined: nothing is changed.")


async def assign(visit: Visit) -> Response:
    """Give the task to somebody, or to nobody in particular."""
    given = visit.given("member")
    member_id = MemberId(_uuid(given)) if given else None
    return await _answer(visit, lambda tx, task: assign_task(tx, task, member_id), "The task was handed over.")


async def _answer(visit: Visit, answer: Answer, told: str) -> Response:
    try:
        async with visit.transaction() as tx:
            task = await _task(visit, tx)
            await answer(tx, task.id)
    except InvalidValueError as error:
        return await show_task(visit, 422, error)
    return visit.go(f"/integrations/{visit.integration.slug}/tasks/{task.id}", told)


async def _task(visit: Visit, reader: Reader) -> ListedTask:
    """Read the task of the path. Raises ``NotFoundError``, for one of another integration as well."""
    unknown = NotFoundError(f"{visit.integration.name} has no such task.")
    try:
        task = await get_task(reader, TaskId(UUID(visit.param("task"))))
    except ValueError:
        raise unknown from None
    if task.integration_id != visit.integration.id:
        raise unknown
    return task


def _uuid(given: str) -> UUID:
    try:
        return UUID(given)
    except ValueError:
        raise InvalidValueError(f"{given} is not an id.") from None


_PATH = "/integrations/{integration}/tasks/{task}"
DOORS: Sequence[Door] = (
    Door("GET", "/tasks", show_tasks, Permission.ENTER),
    Door("GET", _PATH, show_task, Permission.SEE),
    Door("POST", f"{_PATH}/choose", choose, Permission.OPERATE),
    Door("POST", f"{_PATH}/approve", approve, Permission.OPERATE),
    Door("POST", f"{_PATH}/done", complete, Permission.OPERATE),
    Door("POST", f"{_PATH}/decline", decline, Permission.OPERATE),
    Door("POST", f"{_PATH}/assign", assign, Permission.OPERATE),
)
