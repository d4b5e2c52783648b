"""The accounts of people as a list shows them: who, what they hold, and where their newest job stands."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Uuid, any_, bindparam, func, literal_column, select
from sqlalchemy.dialects.postgresql import ARRAY

from seatkeeper.core.entitlements import Entitlement
from seatkeeper.core.ids import AccountId, IntegrationId, JobId, UserId
from seatkeeper.core.jobs import JobKind, JobState
from seatkeeper.core.problems import Problem, ProblemCode
from seatkeeper.store.database import Reader, Row
from seatkeeper.store.statements import prepare
from seatkeeper.store.tables import account_grants, accounts, jobs, users


@dataclass(frozen=True, slots=True)
class NewestJob:
    """The newest job about something, and why it did not end well, where it did not."""

    id: JobId
    kind: JobKind
    state: JobState
    problem: Problem | None


@dataclass(frozen=True, slots=True)
class Seat:
    """One person's account. ``user_id`` is None for somebody the IdP removed, ``is_assigned`` false then too.

    ``name`` is what the app calls the account, ``in_app`` whether it is known to hold one, and ``active`` whether
    they can sign in there, None where the app cannot tell.
    """

    account_id: AccountId
    user_id: UserId | None
    user_name: str
    display_name: str
    is_assigned: bool
    name: str | None
    in_app: bool
    active: bool | None
    seen_at: datetime | None
    job: NewestJob | None


_IDS = bindparam("ids", type_=ARRAY(Uuid))
_newest = (
    select(
        *(jobs.c[name].label(f"job_{name}") for name in ("id", "kind", "state", "problem_code", "problem_detail"))
    )
    .where(jobs.c.account_id == accounts.c.id)
    .order_by(jobs.c.id.desc())
    .limit(1)
    .lateral("newest")
)
_SEATS = prepare(
    select(
        accounts.c.id.label("account_id"),
        accounts.c.user_id,
        func.coalesce(users.c.user_name, accounts.c.user_name_key).label("user_name"),
        func.coalesce(users.c.document["displayName"].astext, "").label("display_name"),
        func.coalesce(users.c.active, literal_column("false")).label("is_assigned"),
        accounts.c.name,
        accounts.c.uid.is_not(None).label("in_app"),
        accounts.c.active,
        accounts.c.seen_at,
        *_newest.c,
    )
    .select_from(
        accounts.outerjoin(users, users.c.id == accounts.c.user_id).outerjoin(_newest, literal_column("true"))
    )
    .where(accounts.c.id == any_(_IDS), accounts.c.integration_id == bindparam("integration_id", type_=Uuid))
)
_GRANTS = prepare(
    select(account_grants.c.account_id, account_grants.c.type, account_grants.c.value)
    .distinct()
    .where(account_grants.c.account_id == any_(_IDS))
    .order_by(account_grants.c.type, account_grants.c.value)
)


async def list_seats(reader: Reader, integration_id: IntegrationId, ids: Sequence[AccountId]) -> list[Seat]:
    """Read the accounts with these ids, in this order; those that are gone are left out."""
    rows = await reader.fetch_all(_SEATS, ids=list(ids), integration_id=integration_id)
    found = {row["account_id"]: decode_seat(row) for row in rows}
    return [found[account_id] for account_id in ids if account_id in found]


async def list_held(reader: Reader, ids: Sequence[AccountId]) -> Mapping[AccountId, list[Entitlement]]:
    """Read what each of these accounts was given. Every id is a key."""
    held: dict[AccountId, list[Entitlement]] = {account_id: [] for account_id in ids}
    for row in await reader.fetch_all(_GRANTS, ids=list(ids)):
        held[AccountId(row["account_id"])].append(Entitlement(row["type"], row["value"]))
    return held


def decode_seat(row: Row) -> Seat:
    """Read a row with the columns of a seat and of its newest job."""
    plain = {name: row[name] for name in Seat.__slots__ if name != "job"}
    return Seat(**plain, job=decode_newest(row))


def decode_newest(row: Row) -> NewestJob | None:
    """Read the newest job's columns, ``job_id`` and so on; None where there is no job."""
    if row["job_id"] is None:
        return None
    code = row["job_problem_code"]
    problem = None if code is None else Problem(ProblemCode(code), row["job_problem_detail"] or "")
    return NewestJob(JobId(row["job_id"]), JobKind(row["job_kind"]), JobState(row["job_state"]), problem)
