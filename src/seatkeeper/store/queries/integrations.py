"""Reading integrations, and how each one stands."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import (
    ColumnElement,
    ScalarSelect,
    Select,
    Table,
    Text,
    Uuid,
    any_,
    bindparam,
    exists,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY

from seatkeeper.core.errors import NotFoundError
from seatkeeper.core.ids import IntegrationId
from seatkeeper.core.integrations import Integration
from seatkeeper.core.jobs import GOOD, OPEN, JobState
from seatkeeper.core.problems import Problem, ProblemCode
from seatkeeper.core.tasks import TaskState
from seatkeeper.store.database import Reader
from seatkeeper.store.rows import decode_integration
from seatkeeper.store.statements import prepare
from seatkeeper.store.tables import groups, integrations, jobs, tasks, users

INTEGRATION_COLUMNS = tuple(
    integrations.c[name]
    for name in (
        *("id", "slug", "name", "connector", "settings", "schema", "mapping", "policy", "state", "quarantine"),
    )
)
"""What ``store.rows.decode_integration`` reads."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What an integration holds and what goes on in it. ``people`` are the active Users."""

    people: int
    groups: int
    open_jobs: int
    failed: int
    """Accounts and app groups whose newest job failed."""
    tasks: int
    """Tasks that wait for a person."""
    proven: bool
    """A job ended well at some time."""


@dataclass(frozen=True, slots=True)
class Hindrance:
    """What keeps an integration from running jobs now, whatever its state."""

    quarantine: Problem | None
    probe_at: datetime | None
    """When the service account is tried again."""
    throttled_until: datetime | None


def _count(table: Table, *conditions: ColumnElement[bool]) -> ScalarSelect[int]:
    counted = select(func.count()).select_from(table)
    return counted.where(table.c.integration_id == integrations.c.id, *conditions).scalar_subquery()


def _standings() -> Select[tuple[object, ...]]:
    newer = jobs.alias()
    is_followed = exists().where(
        newer.c.id > jobs.c.id,
        or_(newer.c.account_id == jobs.c.account_id, newer.c.app_group_id == jobs.c.app_group_id),
    )
    is_open = jobs.c.state == any_(literal([state.value for state in OPEN], ARRAY(Text)))
    return select(
        integrations.c.id,
        _count(users, users.c.active).label("people"),
        _count(groups).label("groups"),
        _count(jobs, is_open).label("open_jobs"),
        _count(jobs, jobs.c.state == JobState.FAILED.value, ~is_followed).label("failed"),
        _count(tasks, tasks.c.state == TaskState.OPEN.value).label("tasks"),
        exists()
        .where(
            jobs.c.integration_id == integrations.c.id,
            jobs.c.state == any_(literal([state.value for state in GOOD], ARRAY(Text))),
        )
        .label("proven"),
    )


def _selected() -> Select[tuple[object, ...]]:
    return select(*INTEGRATION_COLUMNS)


_BY_SLUG = prepare(_selected().where(integrations.c.slug == bindparam("slug")))
_BY_ID = prepare(_selected().where(integrations.c.id == bindparam("id", type_=Uuid)))
_ALL = prepare(_selected().order_by(integrations.c.slug))
_SECRETS = prepare(select(integrations.c.secrets).where(integrations.c.id == bindparam("id", type_=Uuid)))
_HINDRANCE = prepare(
    select(integrations.c.quarantine, integrations.c.probe_at, integrations.c.throttled_until).where(
        integrations.c.id == bindparam("id", type_=Uuid)
    )
)
_STANDINGS = prepare(_standings())
_STANDING = prepare(_standings().where(integrations.c.id == bindparam("id", type_=Uuid)))


async def find_integration(reader: Reader, slug: str) -> Integration | None:
    """Find an integration by the name it has in URLs."""
    row = await reader.fetch_one(_BY_SLUG, slug=slug)
    return None if row is None else decode_integration(row)


async def get_integration(reader: Reader, integration_id: IntegrationId) -> Integration:
    """Read one integration. Raises ``NotFoundError``."""
    row = await reader.fetch_one(_BY_ID, id=integration_id)
    if row is None:
        raise NotFoundError(f"There is no integration with the id {integration_id}.")
    return decode_integration(row)


async def list_integrations(reader: Reader) -> list[Integration]:
    """List every integration, by slug."""
    return [decode_integration(row) for row in await reader.fetch_all(_ALL)]


async def find_sealed_secrets(reader: Reader, integration_id: IntegrationId) -> bytes | None:
    """Read an integration's secrets as they were sealed, if it has any."""
    row = await reader.fetch_one(_SECRETS, id=integration_id)
    return None if row is None or row["secrets"] is None else bytes(row["secrets"])


async def get_hindrance(reader: Reader, integration_id: IntegrationId) -> Hindrance:
    """Read what keeps an integration from running jobs. Raises ``NotFoundError``."""
    row = await reader.fetch_one(_HINDRANCE, id=integration_id)
    if row is None:
        raise NotFoundError(f"There is no integration with the id {integration_id}.")
    document = row["quarantine"]
    problem = None if document is None else Problem(ProblemCode(document["code"]), document["detail"])
    return Hindrance(problem, row["probe_at"], row["throttled_until"])


async def list_standings(reader: Reader) -> dict[IntegrationId, Standing]:
    """Count what there is and what is going on, for every integration."""
    return {IntegrationId(row.pop("id")): Standing(**row) for row in await reader.fetch_all(_STANDINGS)}


async def get_standing(reader: Reader, integration_id: IntegrationId) -> Standing:
    """Count what there is and what is going on in one integration. Raises ``NotFoundError``."""
    row = await reader.fetch_one(_STANDING, id=integration_id)
    if row is None:
        raise NotFoundError(f"There is no integration with the id {integration_id}.")
    row.pop("id")
    return Standing(**row)
