"""A company, its identity provider and its ledger: what tests of the engine are told in terms of."""

import asyncio
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from seatkeeper.core.events import ActorKind, Origin
from seatkeeper.core.ids import GroupId, IntegrationId, TaskId, UserId
from seatkeeper.core.integrations import EntitlementRule, Integration, IntegrationState, MappingRules, Policy
from seatkeeper.engine.context import Engine
from seatkeeper.engine.run import RunEnded, run_integration
from seatkeeper.operations.groups import (
    GroupChange,
    GroupDraft,
    MembersChange,
    change_group,
    create_group,
    delete_group,
)
from seatkeeper.operations.tasks import complete_task
from seatkeeper.operations.users import UserDraft, change_user, create_user, delete_user
from seatkeeper.store.database import Database, Row
from seatkeeper.store.identifiers import new_id
from seatkeeper.store.queries.events import EventFilter, list_events
from seatkeeper.store.queries.tasks import ListedTask, TaskFilter, list_tasks
from seatkeeper.store.records.integrations import insert_integration
from seatkeeper.store.sealing import Keyring, make_key
from tests.engine.ledger import MAPPING, Ledger

IDP = Origin(ActorKind.IDP, "Okta", "req-1")
OWNER = Origin(ActorKind.PERSON, "olga", "req-2")


class Clock:
    """Real time, which a test may advance."""

    def __init__(self) -> None:
        self._ahead = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self._ahead

    def advance(self, **by: float) -> None:
        self._ahead += timedelta(**by)


@dataclass
class World:
    """One integration with a ledger. People are known by their userName."""

    database: Database
    clock: Clock
    ledger: Ledger
    engine: Engine
    integration: Integration
    users: dict[str, UserId] = field(default_factory=dict)
    groups: dict[str, GroupId] = field(default_factory=dict)

    async def hire(self, *names: str, **values: Any) -> None:
        """Assign people, in one transaction each."""
        for name in names:
            async with self.database.transaction(IDP) as tx:
                user = await create_user(tx, self.integration, _draft(name, values))
            self.users[name] = user.id

    async def change(self, name: str, *, now_called: str | None = None, **values: Any) -> None:
        """Change a person; values that are not given stay."""
        async with self.database.transaction(IDP) as tx:

            def changed(user: Any) -> UserDraft:
                return _draft(now_called or name, {**user.document, "active": user.active, **values})

            await change_user(tx, self.integration, self.users[name], changed)
        self.users[now_called or name] = self.users.pop(name)

    async def leave(self, *names: str) -> None:
        """Deactivate people."""
        for name in names:
            await self.change(name, active=False)

    async def come_back(self, name: str) -> None:
        await self.change(name, active=True)

    async def remove(self, *names: str) -> None:
        """Remove people from the integration."""
        for name in names:
            async with self.database.transaction(IDP) as tx:
                await delete_user(tx, self.integration, self.users.pop(name))

    async def form(self, group: str, *members: str) -> None:
        """Push a group."""
        async with self.database.transaction(IDP) as tx:
            ids = frozenset(self.users[name] for name in members)
            made = await create_group(tx, self.integration, _group(group), ids)
        self.groups[group] = made.id

    async def regroup(
        self, group: str, *, add: Sequence[str] = (), remove: Sequence[str] = (), now_called: str | None = None
    ) -> None:
        """Change a group's members or its name."""
        change = MembersChange(
            frozenset(self.users[name] for name in add), frozenset(self.users[name] for name in remove)
        )
        async with self.database.transaction(IDP) as tx:
            wish = GroupChange(_group(now_called or group), change)
            await change_group(tx, self.integration, self.groups[group], lambda _: wish)
        self.groups[now_called or group] = self.groups.pop(group)

    async def disband(self, group: str) -> None:
        async with self.database.transaction(IDP) as tx:
            await delete_group(tx, self.integration, self.groups.pop(group))

    async def run(self, *, time_slice: float = 60, stop: asyncio.Event | None = None) -> RunEnded:
        """Take one turn."""
        return await run_integration(
            self.engine,
            self.integration.id,
            time_slice=timedelta(seconds=time_slice),
            stop=stop or asyncio.Event(),
        )

    async def rows(self, query: str, *values: object) -> list[Row]:
        async with self.database.read() as reader:
            cursor = await reader.connection.execute(query.encode(), values)
            return await cursor.fetchall()

    async def jobs(self, name: str | None = None) -> list[Row]:
        """The jobs about a person, or all, in the order in which they were asked for."""
        jobs = await self.rows(
            "SELECT jobs.*, users.user_name FROM jobs LEFT JOIN accounts ON accounts.id = account_id"
            " LEFT JOIN users ON users.id = accounts.user_id ORDER BY jobs.id"
        )
        return [job for job in jobs if name in {None, job["user_name"], job["target"]}]

    async def job(self, name: str) -> Row:
        """The newest job about a person or a group."""
        return (await self.jobs(name))[-1]

    async def states(self) -> list[str]:
        return [job["state"] for job in await self.jobs()]

    async def account(self, name: str) -> Row:
        [row] = await self.rows(
            "SELECT accounts.* FROM accounts JOIN users ON users.id = user_id WHERE user_name = %s", name
        )
        return row

    async def attempts(self, name: str) -> list[Row]:
        """The attempts at the newest job about somebody."""
        return await self.rows(
            "SELECT * FROM attempts WHERE job_id = %s ORDER BY number", (await self.job(name))["id"]
        )

    async def events(self) -> list[str]:
        """What happened, as far as the engine told, oldest first."""
        async with self.database.read() as reader:
            events = await list_events(reader, EventFilter(limit=1000))
        return [event.kind.value for event in reversed(events) if event.actor == ActorKind.SEATKEEPER]

    async def tasks(self) -> list[ListedTask]:
        async with self.database.read() as reader:
            return await list_tasks(reader, TaskFilter())

    async def task(self) -> TaskId:
        [task] = await self.tasks()
        return task.id

    async def done(self, task_id: TaskId) -> None:
        """Say that the work a task asks for is done."""
        async with self.database.transaction(OWNER) as tx:
            await complete_task(tx, task_id)

    async def set_integration(self, assignments: str, *values: object) -> None:
        """Change the integration's row directly."""
        async with self.database.read() as reader:
            query = f"UPDATE integrations SET {assignments} WHERE id = %s"
            await reader.connection.execute(query.encode(), [*values, self.integration.id])

    async def standing(self) -> Row:
        [row] = await self.rows("SELECT * FROM integrations WHERE id = %s", self.integration.id)
        return row


async def open_world(
    database: Database, clock: Clock, *, policy: Policy | None = None, mapping: MappingRules | None = None
) -> World:
    """Make an integration, live, with an empty ledger."""
    ledger = Ledger()
    integration = Integration(
        id=IntegrationId(new_id()),
        slug="ledger",
        name="Ledger",
        connector="ledger",
        settings={"shelf": "B"},
        schema=(),
        mapping=mapping or MAPPING,
        policy=policy or Policy(),
        state=IntegrationState.LIVE,
    )
    async with database.transaction(OWNER) as tx:
        await insert_integration(tx, integration, None)
    engine = Engine(database, {"ledger": ledger.connector()}, Keyring.parse(make_key()), clock, random.Random(7))
    return World(database, clock, ledger, engine, integration)


def with_roles(per_group: bool = False) -> MappingRules:
    """The standard mapping, and roles from the user's own or from the groups' names."""
    values = "[group.displayName]" if per_group else "user.roles.map(role, role.value)"
    return replace(MAPPING, entitlements=(EntitlementRule("role", values, per_group=per_group),))


def _draft(name: str, values: Mapping[str, Any]) -> UserDraft:
    active = bool(values.get("active", True))
    document: dict[str, Any] = {
        "emails": [{"value": f"{name}@example.org", "primary": True}],
        "displayName": name.title(),
    }
    document |= {key: value for key, value in values.items() if key not in {"userName", "active"}}
    document |= {"userName": name, "active": active}
    return UserDraft(name, None, active, {key: value for key, value in document.items() if value is not None})


def _group(name: str) -> GroupDraft:
    return GroupDraft(name, None, {"displayName": name})
