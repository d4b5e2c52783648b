"""What every request leaves behind: an id everywhere, one line in the log; and what happens without a database."""

import uuid
from collections.abc import Iterator
from datetime import UTC, datetime

import psycopg
import pytest
import structlog
from psycopg.conninfo import conninfo_to_dict
from structlog.testing import LogCapture

from seatkeeper.core.errors import RequestError
from seatkeeper.core.integrations import Integration, IntegrationState
from seatkeeper.scim.errors import STATUSES
from seatkeeper.store.database import Database, Row
from tests.scim.conftest import an_integration, client_of, opened
from tests.scim.idp import IdP


@pytest.fixture
def log() -> Iterator[LogCapture]:
    """What is logged, with the context it is logged in."""
    capture = LogCapture()
    structlog.configure(processors=[structlog.contextvars.merge_contextvars, capture])
    yield capture
    structlog.reset_defaults()


async def rows(database: Database, integration: Integration, columns: str) -> list[Row]:
    async with database.read() as reader:
        query = f"SELECT {columns} WHERE integration_id = %s".encode()
        return await (await reader.connection.execute(query, [integration.id])).fetchall()


async def test_every_answer_has_a_request_id_of_our_own(idp: IdP) -> None:
    mine = str(uuid.uuid4())
    answers = [
        await idp.get("/Users", X_Request_Id=mine),
        await idp.get("/Users/nobody"),
        await idp.get("/Users", Authorization="wrong"),
        await idp.send("POST", "/Users", b"{"),
    ]
    ids = [each.headers["x-request-id"] for each in answers]
    assert mine not in ids
    assert [uuid.UUID(each).version for each in ids] == [7] * 4
    assert len(set(ids)) == 4


async def test_the_request_id_is_in_the_event_the_job_and_the_log(
    idp: IdP, database: Database, integration: Integration, log: LogCapture
) -> None:
    body = {"userName": "ada"}
    answer = await idp.send("POST", "/Users", body, User_Agent="Okta SCIM Client 1.0.0")
    request_id = answer.headers["x-request-id"]
    events = await rows(database, integration, "kind, actor, actor_name, request_id FROM events")
    jobs = await rows(database, integration, "actor, request_id FROM jobs")
    assert [each for each in events if each["actor"] == "idp"] == [
        {"kind": "user.assigned", "actor": "idp", "actor_name": "Okta", "request_id": request_id}
    ]
    assert jobs == [{"actor": "Okta", "request_id": request_id}]
    [line] = [each for each in log.entries if each["event"] == "scim.request"]
    assert line.pop("ms") >= 0
    assert line == {
        "event": "scim.request",
        "log_level": "info",
        "method": "POST",
        "path": "/{integration}/Users",
        "status": 201,
        "integration": integration.slug,
        "request_id": request_id,
    }


@pytest.mark.proves("RFC 7644 §7.5", "nothing of a person, and no address that was asked for, is in the log")
async def test_the_log_names_nobody(idp: IdP, log: LogCapture, token: str) -> None:
    user = await idp.user("ada@example.com", displayName="Ada Lovelace", password="1mz050nq")
    await idp.find("Users", 'userName eq "ada@example.com"')
    await idp.send("POST", "/Users", {"userName": "ada@example.com"})
    await idp.patch(user, {"op": "replace", "path": "displayName", "value": "Countess"})
    await idp.send("DELETE", f"/Users/{user['id']}")
    lines = str(log.entries)
    assert not [word for word in ("ada@", "Lovelace", "Countess", "1mz050nq", token, user["id"]) if word in lines]


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        ("Okta SCIM Client 1.0.0", "Okta"),
        ("Microsoft-SCIM/2.0", "Microsoft Entra ID"),
        ("JumpCloud", "JumpCloud"),
        ("goauthentik.io/outpost authentik/2026.2", "authentik"),
        ("curl/8", "identity provider"),
        ("", "identity provider"),
    ],
)
async def test_the_event_names_the_identity_provider(
    idp: IdP, database: Database, integration: Integration, agent: str, name: str
) -> None:
    await idp.send("POST", "/Groups", {"displayName": "Sales"}, User_Agent=agent)
    events = await rows(database, integration, "kind, actor_name FROM events")
    assert {"kind": "group.assigned", "actor_name": name} in events


@pytest.mark.parametrize("state", IntegrationState)
async def test_every_integration_takes_scim_whether_it_runs_or_not(
    database: Database, state: IntegrationState
) -> None:
    resting = an_integration(state)
    token = await opened(database, resting)
    async with client_of(database, resting.slug, token) as client:
        await IdP(client).user()


@pytest.mark.proves("RFC 7644 §3.12", "every error an operation may raise has a status")
def test_every_error_of_an_operation_has_a_status() -> None:
    assert set(STATUSES) == set(RequestError.__subclasses__())


@pytest.mark.slow
async def test_without_a_database_the_identity_provider_is_asked_to_come_back(
    database_url: str, postgres: str, integration: Integration
) -> None:
    database = Database(database_url, size=2, clock=lambda: datetime.now(UTC), patience=0.3)
    await database.open()
    token = await opened(database, integration)
    name = conninfo_to_dict(database_url)["dbname"]
    async with client_of(database, integration.slug, token) as client:
        idp = IdP(client)
        user = await idp.user()
        with psycopg.connect(postgres, autocommit=True) as admin:
            admin.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
            admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
            answers = [
                await idp.send("POST", "/Users", {"userName": "grace"}),
                await idp.get("/Users"),
                await idp.patch(user, {"op": "replace", "path": "active", "value": False}),
                await idp.get("/Users", Authorization="Bearer unheard-of"),
            ]
            admin.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
        for answer in answers:
            assert (answer.status_code, answer.json()["status"]) == (503, "503")
            assert answer.json()["detail"]
            assert int(answer.headers["retry-after"]) > 0
        await database.close()
