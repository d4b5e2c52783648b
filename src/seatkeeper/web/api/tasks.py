"""Tasks: what waits for a person, and the answers."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from seatkeeper.core.access import Permission, allows
from seatkeeper.core.errors import NotFoundError
from seatkeeper.core.ids import MemberId, TaskId
from seatkeeper.core.tasks import TaskKind, TaskState
from seatkeeper.operations.tasks import (
    approve_removals,
    assign_task,
    choose_account,
    complete_task,
    decline_task,
    make_new_account,
)
from seatkeeper.store.database import Reader
from seatkeeper.store.queries.open_tasks import list_held_removals
from seatkeeper.store.queries.tasks import ListedTask, TaskFilter, get_task, list_tasks
from seatkeeper.web.api.calls import Entering, IntegrationCall, Operating, Seeing
from seatkeeper.web.api.job_shapes import TaskShape
from seatkeeper.web.api.paging import PRINTABLE, After, Limit
from seatkeeper.web.api.routing import Operation
from seatkeeper.web.api.shapes import CountShape, Page, Shape, page_of

router = APIRouter(tags=["Tasks"], route_class=Operation)

_HERE = "/integrations/{integration}/tasks"
_MOST_HELD = 500

Whose = Annotated[Literal["all", "mine", "unassigned"], Query(description="Those given to you, or to nobody yet.")]
State = Annotated[TaskState | Literal["all"], Query(description="Only those that stand so.")]
Note = Annotated[str, Field(max_length=1000, json_schema_extra=PRINTABLE)]


class ChoiceBody(Shape):
    """Which account of the app is the person's; null for none of them, which makes a new one."""

    uid: str | None


class NoteBody(Shape):
    """What is said about an answer; it is kept with the task."""

    note: Note = ""


class AssigneeBody(Shape):
    """Who shall see to a task; null for nobody in particular."""

    member_id: UUID | None


class HeldRemovalShape(BaseModel):
    """A job that would take an account away, and is held."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    target: str
    created_at: datetime
    actor: str


@router.get("/tasks")
async def list_all_tasks(
    call: Entering, whose: Whose = "all", state: State = TaskState.OPEN, limit: Limit = 50, after: After = None
) -> Page[TaskShape]:
    """List the tasks of every integration you may see, the newest first."""
    me = call.guest.member.id
    wanted = TaskFilter(
        state=_narrowed(state),
        limit=limit + 1,
        before=None if after is None else TaskId(after),
        visible_to=None if allows(call.guest, Permission.SEE) else me,
        assignee_id=me if whose == "mine" else None,
        unassigned=whose == "unassigned",
    )
    async with call.read() as reader:
        rows, following = page_of(await list_tasks(reader, wanted), limit, lambda task: task.id)
    return Page(items=[TaskShape.of(task) for task in rows], next=following)


@router.get(_HERE)
async def list_some_tasks(
    call: Seeing, state: State = TaskState.OPEN, limit: Limit = 50, after: After = None
) -> Page[TaskShape]:
    """List tasks, the newest first."""
    before = None if after is None else TaskId(after)
    wanted = TaskFilter(call.integration.id, _narrowed(state), limit + 1, before)
    async with call.read() as reader:
        rows, following = page_of(await list_tasks(reader, wanted), limit, lambda task: task.id)
    return Page(items=[TaskShape.of(task) for task in rows], next=following)


@router.get(f"{_HERE}/{{task}}")
async def read_task(call: Seeing, task: UUID) -> TaskShape:
    """Read one task."""
    async with call.read() as reader:
        return TaskShape.of(await _find(call, reader, task))


@router.get(f"{_HERE}/{{task}}/held-removals")
async def list_removals_held(call: Seeing, task: UUID) -> list[HeldRemovalShape]:
    """List the removals a task asks about, those asked for first first; five hundred at most."""
    async with call.read() as reader:
        found = await _find(call, reader, task)
        if found.kind is not TaskKind.APPROVE_REMOVALS or found.state is not TaskState.OPEN:
            return []
        held = await list_held_removals(reader, found.integration_id, _MOST_HELD)
    return [HeldRemovalShape.model_validate(one) for one in held]


@router.post(f"{_HERE}/{{task}}/assign")
async def assign(call: Operating, task: UUID, body: AssigneeBody) -> TaskShape:
    """Give a task to a member who may answer it, or to nobody in particular."""
    async with call.transaction() as tx:
        found = await _find(call, tx, task)
        await assign_task(tx, found.id, None if body.member_id is None else MemberId(body.member_id))
        return TaskShape.of(await get_task(tx, found.id))


@router.post(f"{_HERE}/{{task}}/choose")
async def choose(call: Operating, task: UUID, body: ChoiceBody) -> TaskShape:
    """Say which account is the person's, or that none of them is."""
    async with call.transaction() as tx:
        found = await _find(call, tx, task)
        if body.uid is None:
            await make_new_account(tx, found.id)
        else:
            await choose_account(tx, found.id, body.uid)
        return TaskShape.of(await get_task(tx, found.id))


@router.post(f"{_HERE}/{{task}}/approve")
async def approve(call: Operating, task: UUID) -> CountShape:
    """Let the held removals go ahead."""
    async with call.transaction() as tx:
        return CountShape(jobs=await approve_removals(tx, (await _find(call, tx, task)).id))


@router.post(f"{_HERE}/{{task}}/complete")
async def complete(call: Operating, task: UUID, body: NoteBody | None = None) -> TaskShape:
    """Say that the work in the app is done; the job looks again."""
    async with call.transaction() as tx:
        found = await _find(call, tx, task)
        await complete_task(tx, found.id, "" if body is None else body.note)
        return TaskShape.of(await get_task(tx, found.id))


@router.post(f"{_HERE}/{{task}}/decline")
async def decline(call: Operating, task: UUID, body: NoteBody | None = None) -> CountShape:
    """Say that what the task asks for shall not happen; its jobs are cancelled."""
    async with call.transaction() as tx:
        found = await _find(call, tx, task)
        return CountShape(jobs=await decline_task(tx, found.id, "" if body is None else body.note))


def _narrowed(state: State) -> TaskState | None:
    return state if isinstance(state, TaskState) else None


async def _find(call: IntegrationCall, reader: Reader, task: UUID) -> ListedTask:
    found = await get_task(reader, TaskId(task))
    if found.integration_id != call.integration.id:
        raise NotFoundError(f"There is no task with the id {task}.")
    return found
