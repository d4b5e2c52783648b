"""Tasks: what waits for a person, and the answers."""

from uuid import UUID

from fastapi import APIRouter

from seatkeeper.core.errors import NotFoundError
from seatkeeper.core.ids import TaskId
from seatkeeper.core.tasks import TaskState
from seatkeeper.operations.tasks import (
    approve_removals,
    choose_account,
    complete_task,
    decline_task,
    make_new_account,
)
from seatkeeper.store.database import Reader
from seatkeeper.store.queries.tasks import ListedTask, TaskFilter, get_task, list_tasks
from seatkeeper.web.api.calls import IntegrationCall, Operating, Seeing
from seatkeeper.web.api.paging import After, Limit
from seatkeeper.web.api.routing import Operation
from seatkeeper.web.api.shapes import CountShape, Page, Shape, TaskShape, page_of

router = APIRouter(prefix="/integrations/{integration}/tasks", tags=["Tasks"], route_class=Operation)


class ChoiceBody(Shape):
    """Which account of the app is the person's; null for none of them, which makes a new one."""

    uid: str | None


@router.get("")
async def list_some_tasks(
    call: Seeing, state: TaskState | None = TaskState.OPEN, limit: Limit = 50, after: After = None
) -> Page[TaskShape]:
    """List tasks, the newest first."""
    before = None if after is None else TaskId(after)
    wanted = TaskFilter(call.integration.id, state, limit + 1, before)
    async with call.read() as reader:
        rows, following = page_of(await list_tasks(reader, wanted), limit, lambda task: task.id)
    return Page(items=[TaskShape.of(task) for task in rows], next=following)


@router.get("/{task}")
async def read_task(call: Seeing, task: UUID) -> TaskShape:
    """Read one task."""
    async with call.read() as reader:
        return TaskShape.of(await _find(call, reader, task))


@router.post("/{task}/choose")
async def choose(call: Operating, task: UUID, body: ChoiceBody) -> TaskShape:
    """Say which account is the person's, or that none of them is."""
    async with call.transaction() as tx:
        found = await _find(call, tx, task)
        if body.uid is None:
            await make_new_account(tx, found.id)
        else:
            await choose_account(tx, found.id, body.uid)
        return TaskShape.of(await get_task(tx, found.id))


@router.post("/{task}/approve")
async def approve(call: Operating, task: UUID) -> CountShape:
    """Let the held removals go ahead."""
    async with call.transaction() as tx:
        return CountShape(jobs=await approve_removals(tx, (await _find(call, tx, task)).id))


@router.post("/{task}/complete")
async def complete(call: Operating, task: UUID) -> TaskShape:
    """Say that the work in the app is done; the job looks again."""
    async with call.transaction() as tx:
        found = await _find(call, tx, task)
        await complete_task(tx, found.id)
        return TaskShape.of(await get_task(tx, found.id))


@router.post("/{task}/decline")
async def decline(call: Operating, task: UUID) -> CountShape:
    """Say that what the task asks for shall not happen; its jobs are cancelled."""
    async with call.transaction() as tx:
        return CountShape(jobs=await decline_task(tx, (await _find(call, tx, task)).id))


async def _find(call: IntegrationCall, reader: Reader, task: UUID) -> ListedTask:
    found = await get_task(reader, TaskId(task))
    if found.integration_id != call.integration.id:
        raise NotFoundError(f"There is no task with the id {task}.")
    return found
