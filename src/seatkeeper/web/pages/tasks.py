"""What waits for people: matches to choose from, removals to approve, work to do in the app."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeAlias
from urllib.parse import quote
from uuid import UUID

from starlette.datastructures import UploadFile
from starlette.responses import Response

from seatkeeper.core.access import IntegrationRole, Permission
from seatkeeper.core.errors import InvalidValueError, NotFoundError
from seatkeeper.core.ids import MemberId, TaskId
from seatkeeper.core.tasks import TaskKind, TaskState
from seatkeeper.operations.task_files import MEDIA_TYPES, EvidenceFile
from seatkeeper.operations.tasks import (
    approve_removals,
    assign_task,
    choose_account,
    complete_task,
    decline_task,
    keep_file,
    make_new_account,
)
from seatkeeper.store.database import Reader, Transaction
from seatkeeper.store.queries.members import list_roles
from seatkeeper.store.queries.open_tasks import list_held_removals
from seatkeeper.store.queries.task_files import get_file, list_files
from seatkeeper.store.queries.tasks import ListedTask, TaskFilter, get_task, list_tasks
from seatkeeper.web.doors import Door
from seatkeeper.web.frames import integration_frame
from seatkeeper.web.security import SAFE_HEADERS
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
        files = await list_files(reader, task.id)
        frame = await integration_frame(visit, reader)
    if visit.may(Permission.OPERATE):
        able[visit.member.id] = visit.member.name
    if task.assignee_id is not None:
        able[task.assignee_id] = task.assignee or ""
    return visit.page(
        "task.html",
        status,
        task=task,
        files=files,
        accepted=",".join(MEDIA_TYPES),
        is_own=task.kind is TaskKind.CONFIRM and task.problem.detail == visit.member.name,
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
    told = "Thank you. The job goes on with that, and looks at the app where it can."
    return await _answer(visit, lambda tx, task: complete_task(tx, task, note), told)


async def decline(visit: Visit) -> Response:
    """Say that it shall not, or cannot, be done."""
    reason = visit.given("reason")
    told = "Thank you. What you said is kept with the task."
    return await _answer(visit, lambda tx, task: decline_task(tx, task, reason), told)


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


async def add_file(visit: Visit) -> Response:
    """Keep a file with the task, as evidence."""
    sent = visit.sent.get("file")
    if not isinstance(sent, UploadFile):
        return await show_task(visit, 422, InvalidValueError("Choose a file."))
    file = EvidenceFile(sent.filename or "", sent.content_type or "", await sent.read())
    return await _answer(visit, lambda tx, task: keep_file(tx, task, file), "The file is kept with the task.")


async def give_file(visit: Visit) -> Response:
    """Give a file back, to be saved and not to be shown as a page of ours."""
    async with visit.read() as reader:
        task = await _task(visit, reader)
        file, content = await get_file(reader, task.id, _file_id(visit))
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(file.name, safe='')}",
        "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
        "Cache-Control": "no-store",
        "X-Request-Id": visit.request_id,
        **SAFE_HEADERS,
    }
    return Response(content, media_type=file.media_type, headers=headers)


def _file_id(visit: Visit) -> UUID:
    try:
        return UUID(visit.param("file"))
    except ValueError:
        raise NotFoundError("The task has no such file.") from None


_PATH = "/integrations/{integration}/tasks/{task}"
DOORS: Sequence[Door] = (
    Door("GET", "/tasks", show_tasks, Permission.ENTER),
    Door("GET", _PATH, show_task, Permission.SEE),
    Door("POST", f"{_PATH}/choose", choose, Permission.OPERATE),
    Door("POST", f"{_PATH}/approve", approve, Permission.OPERATE),
    Door("POST", f"{_PATH}/done", complete, Permission.OPERATE),
    Door("POST", f"{_PATH}/decline", decline, Permission.OPERATE),
    Door("POST", f"{_PATH}/files", add_file, Permission.OPERATE, files=1),
    Door("GET", f"{_PATH}/files/{{file}}", give_file, Permission.SEE),
    Door("POST", f"{_PATH}/assign", assign, Permission.OPERATE),
)
