"""One person of an integration, assigned or gone: their account, how it came to be, their place in the queue."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Integer, Uuid, bindparam, func, literal_column, or_, select, tuple_

from seatkeeper.core.events import EventKind
from seatkeeper.core.ids import AccountId, EventId, IntegrationId, JobId, UserId
from seatkeeper.core.values import Document
from seatkeeper.store.database import Reader
from seatkeeper.store.queries.due_jobs import IS_CLAIMABLE
from seatkeeper.store.statements import prepare
from seatkeeper.store.tables import accounts, events, jobs

MOST_AHEAD = 10_000
"""A place in the queue behind more jobs than that is not counted out."""


@dataclass(frozen=True, slots=True)
class FoundPerson:
    """Where a person is found: by what they were as a User, by their account, or by what is told of them."""

    user_id: UserId | None
    account_id: AccountId | None
    name: str


@dataclass(frozen=True, slots=True)
class Occurrence:
    """An event about one person."""

    id: EventId
    at: datetime
    kind: EventKind
    actor_name: str
    target: str
    job_id: JobId | None
    request_id: str | None
    details: Document


_ID = bindparam("id", type_=Uuid)
_MINE = bindparam("integration_id", type_=Uuid)
_ACCOUNT = prepare(
    select(
        accounts.c.id, accounts.c.user_id, func.coalesce(accounts.c.name, accounts.c.user_name_key).label("name")
    )
    .where(or_(accounts.c.id == _ID, accounts.c.user_id == _ID), accounts.c.integration_id == _MINE)
    .order_by(accounts.c.user_id.is_(None))
    .limit(1)
)
_of_user = (events.c.user_id == _ID, events.c.integration_id == _MINE)
_GONE = prepare(
    select(events.c.target, events.c.user_id, jobs.c.account_id)
    .outerjoin(jobs, jobs.c.id == events.c.job_id)
    .where(*_of_user)
    .order_by(jobs.c.account_id.is_(None), events.c.id.desc())
    .limit(1)
)
_LAST_USER = prepare(
    select(events.c.user_id)
    .join(jobs, jobs.c.id == events.c.job_id)
    .where(jobs.c.account_id == _ID, events.c.integration_id == _MINE, events.c.user_id.is_not(None))
    .order_by(jobs.c.id.desc(), events.c.id.desc())
    .limit(1)
)
_PLAIN = ("id", "at", "kind", "actor_name", "target", "job_id", "request_id", "details")
_told = select(*(events.c[name] for name in _PLAIN)).where(*_of_user)
_HISTORY = prepare(
    _told.where(events.c.id < bindparam("before", type_=Uuid))
    .order_by(events.c.id.desc())
    .limit(bindparam("most", type_=Integer))
)
_ARRIVAL = prepare(
    _told.where(events.c.kind == literal_column(f"'{EventKind.USER_ASSIGNED}'")).order_by(events.c.id).limit(1)
)
_one = jobs.alias("one")
_ahead = (
    select(literal_column("1"))
    .select_from(jobs.join(_one, _one.c.integration_id == jobs.c.integration_id))
    .where(
        _one.c.id == _ID,
        IS_CLAIMABLE,
        tuple_(jobs.c.priority, jobs.c.due_at, jobs.c.id) < tuple_(_one.c.priority, _one.c.due_at, _one.c.id),
    )
    .limit(MOST_AHEAD)
    .subquery("ahead")
)
_AHEAD = prepare(select(func.count().label("count")).select_from(_ahead))


async def find_person(reader: Reader, integration_id: IntegrationId, called: UUID) -> FoundPerson | None:
    """Find a person by the id of their User, which may be gone, or by that of their account."""
    row = await reader.fetch_one(_ACCOUNT, id=called, integration_id=integration_id)
    if row is not None:
        user_id = row["user_id"] or await _last_user(reader, integration_id, row["id"])
        return FoundPerson(user_id, AccountId(row["id"]), row["name"])
    row = await reader.fetch_one(_GONE, id=called, integration_id=integration_id)
    if row is None:
        return None
    account_id = await _left_behind(reader, integration_id, row["account_id"])
    return FoundPerson(UserId(called), account_id, row["target"])


async def list_occurrences(
    reader: Reader, integration_id: IntegrationId, user_id: UserId, *, most: int, before: EventId | None = None
) -> list[Occurrence]:
    """List the newest events about a person, newest first, before one of them where it is given."""
    values = {"id": user_id, "integration_id": integration_id, "most": most}
    rows = await reader.fetch_all(_HISTORY, **values, before=before or UUID(int=2**128 - 1))
    return [Occurrence(**{**row, "kind": EventKind(row["kind"])}) for row in rows]


async def find_arrival(reader: Reader, integration_id: IntegrationId, user_id: UserId) -> Occurrence | None:
    """Find the event that tells of a person's first assignment."""
    row = await reader.fetch_one(_ARRIVAL, id=user_id, integration_id=integration_id)
    return None if row is None else Occurrence(**{**row, "kind": EventKind(row["kind"])})


async def count_ahead(reader: Reader, job_id: JobId) -> int:
    """Count the jobs whose turn comes before that of a queued one, up to ``MOST_AHEAD``."""
    [row] = await reader.fetch_all(_AHEAD, id=job_id)
    return int(row["count"])


async def _last_user(reader: Reader, integration_id: IntegrationId, account_id: AccountId) -> UserId | None:
    row = await reader.fetch_one(_LAST_USER, id=account_id, integration_id=integration_id)
    return None if row is None else UserId(row["user_id"])


async def _left_behind(
    reader: Reader, integration_id: IntegrationId, account_id: AccountId | None
) -> AccountId | None:
    """Give the account back unless somebody else has taken it over since."""
    if account_id is None:
        return None
    row = await reader.fetch_one(_ACCOUNT, id=account_id, integration_id=integration_id)
    return account_id if row is not None and row["user_id"] is None else None
