"""Integrations, jobs and tasks to test with, written straight to the store."""

from collections.abc import Sequence

from psycopg.types.json import Jsonb

from seatkeeper.core.events import ActorKind, Origin
from seatkeeper.core.ids import AccountId, GroupId, IntegrationId, JobId, TaskId, UserId
from seatkeeper.core.integrations import (
    Integration,
    IntegrationState,
    MappingRules,
    Policy,
    SchemaAttribute,
)
from seatkeeper.core.tasks import TaskKind
from seatkeeper.store.database import Transaction
from seatkeeper.store.identifiers import new_id
from seatkeeper.store.records.integrations import insert_integration

ADMIN = Origin(ActorKind.PERSON, "ada", "req-1")


def an_integration(slug: str = "crm", state: IntegrationState = IntegrationState.LIVE) -> Integration:
    return Integration(
        id=IntegrationId(new_id()),
        slug=slug,
        name=slug.upper(),
        connector="scim",
        settings={"url": "https://crm.example.com/scim/v2"},
        schema=(SchemaAttribute("userName", required=True, unique=True),),
        mapping=MappingRules({"userName": "user.userName"}, join=("userName",), required=("userName",)),
        policy=Policy(),
        state=state,
    )


async def stored(tx: Transaction, integration: Integration | None = None, *, slug: str = "crm") -> Integration:
    integration = integration or an_integration(slug)
    await insert_integration(tx, integration, None)
    return integration


async def account_in(tx: Transaction, integration_id: IntegrationId) -> AccountId:
    account = AccountId(new_id())
    await tx.connection.execute(
        "INSERT INTO accounts (id, integration_id, user_name_key, created_at) VALUES (%s, %s, %s, %s)",
        [account, integration_id, f"person-{account}", tx.now],
    )
    return account


async def user_with_account_in(tx: Transaction, integration_id: IntegrationId, *, active: bool = True) -> UserId:
    user_id = UserId(new_id())
    name = f"person-{user_id}"
    await tx.connection.execute(
        "INSERT INTO users (id, integration_id, user_name, user_name_key, active, document, created_at,"
        " updated_at) VALUES (%s, %s, %s, %s, %s, '{}', %s, %s)",
        [user_id, integration_id, name, name, active, tx.now, tx.now],
    )
    await tx.connection.execute(
        "INSERT INTO accounts (id, integration_id, user_id, user_name_key, created_at)"
        " VALUES (%s, %s, %s, %s, %s)",
        [new_id(), integration_id, user_id, name, tx.now],
    )
    return user_id


async def group_in(tx: Transaction, integration_id: IntegrationId) -> GroupId:
    group_id = GroupId(new_id())
    name = f"group-{group_id}"
    await tx.connection.execute(
        "INSERT INTO groups (id, integration_id, display_name, display_name_key, document, created_at,"
        " updated_at) VALUES (%s, %s, %s, %s, '{}', %s, %s)",
        [group_id, integration_id, name, name, tx.now, tx.now],
    )
    return group_id


async def set_job(tx: Transaction, job_id: JobId, assignments: str) -> None:
    await tx.connection.execute(f"UPDATE jobs SET {assignments} WHERE id = %s".encode(), [job_id])


async def open_task(
    tx: Transaction,
    integration_id: IntegrationId,
    kind: TaskKind,
    *,
    job_id: JobId | None = None,
    choices: Sequence[str] = (),
) -> TaskId:
    task_id = TaskId(new_id())
    await tx.connection.execute(
        "INSERT INTO tasks (id, integration_id, job_id, kind, state, problem_code, problem_detail, choices,"
        " opened_at) VALUES (%s, %s, %s, %s, 'open', 'person_needed', 'Look.', %s, %s)",
        [task_id, integration_id, job_id, kind.value, Jsonb(list(choices)), tx.now],
    )
    return task_id
