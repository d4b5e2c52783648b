"""Where an integration waits for proof, an answer tells what became of the change; nothing is lost meanwhile."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest

from seatkeeper.core.integrations import Integration, IntegrationState, Policy
from seatkeeper.core.jobs import JobState
from seatkeeper.core.problems import ProblemCode
from seatkeeper.scim.proof import ANSWERS
from seatkeeper.store.changes import Changes
from seatkeeper.store.database import Database
from seatkeeper.store.queries.jobs import JobFilter, ListedJob, list_jobs
from seatkeeper.store.wakeups import notify_changed
from tests.operations.integrations_at_hand import set_job
from tests.scim.conftest import ADMIN, an_integration, client_of, opened
from tests.scim.idp import USER, IdP, Json
from tests.waiting import until

ADA: Json = {"schemas": [USER], "userName": "ada@example.com", "externalId": "00u1"}
PROBLEM = "state = 'failed', problem_code = 'no_seats', problem_detail = '25 of 25 are in use', ended_at = now()"


def an_integration_that_waits(state: IntegrationState = IntegrationState.LIVE) -> Integration:
    return replace(an_integration(state), policy=Policy(wait_for_proof=timedelta(seconds=50)))


@pytest.fixture
async def changes(database_url: str) -> AsyncIterator[Changes]:
    changes = Changes(database_url)
    listening = asyncio.create_task(changes.listen())
    yield changes
    changes.close()
    await listening


async def connected(database: Database, integration: Integration, changes: Changes) -> IdP:
    token = await opened(database, integration)
    return IdP(client_of(database, integration.slug, token, changes=changes))


async def newest(database: Database, integration: Integration, state: JobState) -> ListedJob:
    """Wait until the newest job is in that state."""
    found: list[ListedJob] = []

    async def is_so() -> bool:
        async with database.read() as reader:
            found[:] = await list_jobs(reader, JobFilter(integration.id, limit=1))
        return bool(found) and found[0].state is state

    await until(is_so)
    return found[0]


async def ends(database: Database, job: ListedJob, how: str) -> None:
    async with database.transaction(ADMIN) as tx:
        await set_job(tx, job.id, how)
    async with database.read() as reader:
        await notify_changed(reader, [job.integration_id])


def test_every_problem_is_told_in_a_way_no_identity_provider_takes_for_another() -> None:
    assert ANSWERS.keys() == set(ProblemCode)
    assert {told[0] for told in ANSWERS.values() if told} == {400, 500, 503}


async def test_a_refused_create_tells_why_and_goes_on_when_it_is_repeated(
    database: Database, changes: Changes
) -> None:
    integration = an_integration_that_waits()
    idp = await connected(database, integration, changes)
    first = asyncio.create_task(idp.send("POST", "/Users", ADA))
    await ends(database, await newest(database, integration, JobState.QUEUED), PROBLEM)
    refused = await first
    assert refused.status_code == 400
    assert refused.json()["detail"] == "The app has no free seat: 25 of 25 are in use."

    again = asyncio.create_task(idp.send("POST", "/Users", ADA))
    job = await newest(database, integration, JobState.QUEUED)
    await ends(database, job, "state = 'succeeded', problem_code = NULL, ended_at = now()")
    created = await again
    assert created.status_code == 201
    assert [user["id"] for user in await idp.find("Users", 'userName eq "ada@example.com"')] == [
        created.json()["id"]
    ]
    assert (await idp.send("PUT", f"/Users/{created.json()['id']}", ADA)).status_code == 200  # nothing to wait for


async def test_an_answer_is_the_ordinary_one_when_nobody_works_or_the_process_ends(
    database: Database, changes: Changes
) -> None:
    draft = await connected(database, an_integration_that_waits(IntegrationState.DRAFT), changes)
    assert (await draft.send("POST", "/Users", ADA)).status_code == 201

    integration = an_integration_that_waits()
    idp = await connected(database, integration, changes)
    held = [asyncio.create_task(idp.send("POST", "/Users", {**ADA, "userName": name})) for name in "abc"]

    async def all_wait() -> bool:
        async with database.read() as reader:
            return len(await list_jobs(reader, JobFilter(integration.id))) == len(held)

    await until(all_wait)
    assert not any(task.done() for task in held)
    changes.close()
    answers: list[httpx.Response] = await asyncio.gather(*held)
    assert [answer.status_code for answer in answers] == [201, 201, 201]


async def test_each_operation_of_a_bulk_request_tells_what_became_of_it(
    database: Database, changes: Changes
) -> None:
    integration = replace(an_integration_that_waits(), policy=Policy(wait_for_proof=timedelta(seconds=20)))
    idp = await connected(database, integration, changes)
    people = {name: {"schemas": [USER], "userName": name, "externalId": name} for name in ("ada", "bob")}
    create = [
        {"method": "POST", "path": "/Users", "bulkId": each, "data": person} for each, person in people.items()
    ]
    body = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"], "Operations": create}
    asked = asyncio.create_task(idp.send("POST", "/Bulk", body))
    both = await queued(database, integration, "ada", "bob")
    assert not asked.done()
    await ends(database, both["ada"], PROBLEM)
    await ends(database, both["bob"], "state = 'succeeded', ended_at = now()")
    refused, created = (await asked).json()["Operations"]
    assert (refused["status"], created["status"]) == ("400", "201")
    assert refused["response"]["detail"] == "The app has no free seat: 25 of 25 are in use."
    assert "response" not in created
    gone = [{"method": "DELETE", "path": created["location"].removeprefix(idp.base_url)}]
    asked = asyncio.create_task(idp.send("POST", "/Bulk", {**body, "Operations": gone}))
    await ends(database, (await queued(database, integration, "bob"))["bob"], PROBLEM)
    assert [each["status"] for each in (await asked).json()["Operations"]] == ["400"]
    # What was created all the same is joined by the same create.
    again = asyncio.create_task(idp.send("POST", "/Bulk", {**body, "Operations": create[:1]}))
    await ends(
        database, (await queued(database, integration, "ada"))["ada"], "state = 'succeeded', ended_at = now()"
    )
    [joined] = (await again).json()["Operations"]
    assert (joined["status"], joined["location"]) == ("201", refused["location"])


async def queued(database: Database, integration: Integration, *targets: str) -> dict[str, ListedJob]:
    """Wait until there is a queued job for each of these, and give them."""
    found: dict[str, ListedJob] = {}

    async def are_so() -> bool:
        async with database.read() as reader:
            jobs = await list_jobs(reader, JobFilter(integration.id, limit=20))
        found.update({job.target: job for job in jobs if job.state is JobState.QUEUED})
        return found.keys() >= set(targets)

    await until(are_so)
    return found
