"""How long the pages of a large integration take to answer, against those of a small one on the same server."""

import asyncio
import statistics
import time
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
import psycopg
import yaml

from bench.population import Population, fill_without_indexes
from lab.seatkeeper import Seatkeeper
from seatkeeper.core.access import WorkspaceRole
from seatkeeper.core.events import ActorKind, Origin
from seatkeeper.operations.members import add_member
from seatkeeper.operations.sessions import Client, SessionRules, begin_session
from seatkeeper.store.database import Database

FEW, MANY, JOBS_EACH = 100, 100_000, 10
_ROUNDS = 15
_PATIENCE = 60.0

_SEEN = """
UPDATE accounts SET uid = 'app-' || id, name = user_name_key, active = true, seen_at = now(),
    attributes = jsonb_build_object('userName', user_name_key)
WHERE integration_id = %(integration)s
"""

_GRANTS = """
INSERT INTO account_grants (account_id, type, value, source, integration_id)
SELECT id, 'role', 'role-' || (abs(hashtext(id::text)) %% 40), 'user', integration_id FROM accounts
WHERE integration_id = %(integration)s
"""

_JOBS = """
WITH made AS (
    INSERT INTO jobs (id, integration_id, account_id, kind, state, priority, due_at, target, actor, problem_code,
                      problem_detail, created_at, started_at, ended_at)
    SELECT uuidv7(-age), a.integration_id, a.id, 'update',
           CASE WHEN r < 0.98 THEN 'succeeded' ELSE 'failed' END, 10, now() - age, a.user_name_key, 'bench',
           CASE WHEN r < 0.98 THEN NULL ELSE 'rejected_value' END, CASE WHEN r < 0.98 THEN NULL ELSE 'title' END,
           now() - age, now() - age, now() - age
    FROM accounts a, generate_series(1, %(each)s) AS n,
         -- What names a and n is worked out anew for each of their pairs.
         LATERAL (SELECT (n * interval '3 days' - random() * interval '3 days') AS age, random() + 0 * n AS r
                  WHERE a.id IS NOT NULL)
    WHERE a.integration_id = %(integration)s
    RETURNING id, account_id, integration_id, target, state, created_at, problem_code
)
INSERT INTO events (id, integration_id, at, kind, actor, actor_name, target, user_id, job_id, details)
SELECT uuidv7(made.created_at - now()), made.integration_id, made.created_at, 'job.' || made.state, 'seatkeeper',
       'Seatkeeper', made.target, a.user_id, made.id, jsonb_build_object('kind', 'update')
FROM made JOIN accounts a ON a.id = made.account_id
"""

_TABLES = ("users", "accounts", "account_grants", "jobs", "events", "memberships")


@dataclass(frozen=True, slots=True)
class Page:
    """The median time of a page with few people and with many, in seconds."""

    few: float
    many: float

    @property
    def ratio(self) -> float:
        """How many times longer the page of many takes."""
        return self.many / self.few


def measure_pages() -> Mapping[str, Page]:
    """Fill two integrations, each in an installation of its own, and time the same pages of both."""
    with TemporaryDirectory() as folder:
        few, many = (_measure(Path(folder, str(people)), people) for people in (FEW, MANY))
    return {name: Page(few[name], many[name]) for name in few}


def fill(database_url: str, slug: str, people: int) -> str:
    """Give an integration people, groups, and ten jobs and events for each person; return somebody's id."""
    population = Population(database_url, slug)
    population.grow_to(people)
    population.form_groups([f"Group {number}" for number in range(20)], people // 10)
    with closing(psycopg.connect(database_url, autocommit=True)) as connection:
        [[integration]] = connection.execute("SELECT id FROM integrations WHERE slug = %s", [slug]).fetchall()
        for statement in (_SEEN, _GRANTS):
            connection.execute(statement, {"integration": integration})
        values = {"integration": integration, "each": JOBS_EACH}
        fill_without_indexes(connection, ["jobs", "events"], _JOBS, values)
        for table in _TABLES:
            connection.execute(f"VACUUM ANALYZE {table}".encode())
        [[user]] = connection.execute(
            "SELECT id::text FROM users WHERE integration_id = %s LIMIT 1", [integration]
        ).fetchall()
    return str(user)


def _measure(folder: Path, people: int) -> dict[str, float]:
    seatkeeper = Seatkeeper(folder)
    try:
        seatkeeper.start_web()
        _declare(seatkeeper, folder)
        user = fill(seatkeeper.embedded_url(), "crm", people)
        secret = asyncio.run(_sign_in(seatkeeper.embedded_url()))
        pages = {
            "/": "/",
            "overview": "/integrations/crm",
            "users": "/integrations/crm/users",
            "users who failed": "/integrations/crm/users?state=failed",
            "a search": "/integrations/crm/users?q=person7",
            "a person": f"/integrations/crm/users/{user}",
            "groups": "/integrations/crm/groups",
            "activity": "/integrations/crm/activity",
            "activity of failures": "/integrations/crm/activity?state=failed",
            "activity of everything": "/activity",
            "tasks": "/tasks",
        }
        with httpx.Client(
            base_url=seatkeeper.url, cookies={"seatkeeper_session": secret}, timeout=_PATIENCE
        ) as client:
            return {name: _time(client, path) for name, path in pages.items()}
    finally:
        seatkeeper.close()


def _time(client: httpx.Client, path: str) -> float:
    seconds = []
    for _ in range(_ROUNDS):
        started = time.perf_counter()
        client.get(path).raise_for_status()
        seconds.append(time.perf_counter() - started)
    return statistics.median(seconds)


def _declare(seatkeeper: Seatkeeper, folder: Path) -> None:
    declared = {
        "slug": "crm",
        "name": "Customer database",
        "connector": "scim",
        "settings": {"base_url": "https://crm.example.com/scim/v2", "token": {"env": "CRM_TOKEN"}},
    }
    path = folder / "integration.yaml"
    path.write_text(yaml.safe_dump({"integrations": [declared]}))
    seatkeeper.env["CRM_TOKEN"] = "bench"
    seatkeeper.command("apply", "-f", str(path))
    seatkeeper.command("integration", "activate", "crm")


async def _sign_in(database_url: str) -> str:
    database = Database(database_url, size=2, clock=lambda: datetime.now(UTC))
    await database.open()
    try:
        async with database.transaction(Origin(ActorKind.PERSON, "bench")) as tx:
            member = await add_member(tx, "bench@example.com", "Bench", WorkspaceRole.ADMIN)
            session = await begin_session(tx, member.id, "password", Client("127.0.0.1", "bench"), SessionRules())
    finally:
        await database.close()
    return session.secret
