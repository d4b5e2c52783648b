"""The overview of an integration: what is under way, the last hours, and what needs somebody."""

from datetime import UTC, datetime, timedelta

import pytest

from seatkeeper.core.access import IntegrationRole, WorkspaceRole
from seatkeeper.core.integrations import Policy
from seatkeeper.core.problems import ProblemCode
from seatkeeper.operations.switches import pause_integration, resume_integration
from seatkeeper.operations.tokens import create_token
from seatkeeper.spi.errors import CredentialsRefusedError, NeedsPersonError, RejectedError
from seatkeeper.store.database import Database
from seatkeeper.store.queries.bursts import Burst, read_burst
from seatkeeper.store.queries.integrations import Hindrance
from seatkeeper.web.house import House
from seatkeeper.web.pacing import tell_pace
from tests.engine.world import Clock, World, open_world
from tests.web.conftest import SignIn
from tests.web.people import SETUP, Person
from tests.web.reading import text_of
from tests.web.worlds import BASE, Onlooker, house_of


@pytest.fixture
async def world(database: Database) -> World:
    return await open_world(database, Clock())


@pytest.fixture
def house(world: World, database: Database) -> House:
    return house_of(world, database)


@pytest.fixture
def onlooker(admin: Person) -> Onlooker:
    return Onlooker(admin)


async def _set_jobs(world: World, assignments: str, *values: object) -> None:
    async with world.database.read() as reader:
        await reader.connection.execute(f"UPDATE jobs SET {assignments}".encode(), values)


async def test_an_integration_at_rest_says_so(onlooker: Onlooker) -> None:
    told = await onlooker.reads()
    assert "Nothing is under way." in told
    assert "No job ended in the last 24 hours." in told


async def test_work_under_way_is_told_with_its_pace_and_when_it_will_be_done(
    world: World, onlooker: Onlooker
) -> None:
    await world.hire("ada", "bob", "cem", "dan")
    await _set_jobs(
        world,
        "created_at = now() - interval '30 s', due_at = now() - interval '30 s',"
        " state = CASE WHEN target IN ('ada', 'bob', 'cem') THEN 'succeeded' ELSE state END,"
        " ended_at = CASE WHEN target IN ('ada', 'bob', 'cem') THEN now() - interval '5 s' END",
    )
    told = await onlooker.reads()
    assert "3 of 4 jobs done, 6/min, done about" in told
    assert '<progress class="progress sk-progress" max="4" value="3"' in await onlooker.html()


async def test_a_burst_reaches_back_to_when_the_queue_was_empty_and_no_further(world: World) -> None:
    await world.hire("ada", "bob", "cem", "dan", "eve")
    now = datetime.now(UTC)
    spans = {"ada": (300, 250), "bob": (200, 100), "cem": (150, 50), "dan": (60, 20)}
    for name, (asked, ended) in spans.items():
        async with world.database.read() as reader:
            await reader.connection.execute(
                b"UPDATE jobs SET state = 'succeeded', created_at = %s, ended_at = %s WHERE target = %s",
                [now - timedelta(seconds=asked), now - timedelta(seconds=ended), name],
            )
    async with world.database.read() as reader:
        await reader.connection.execute(
            b"UPDATE jobs SET created_at = %s WHERE target = 'eve'", [now - timedelta(seconds=30)]
        )
        burst = await read_burst(reader, world.integration.id, now)
    assert burst.started_at == now - timedelta(seconds=200)
    assert (burst.done, burst.left, burst.ended_lately) == (3, 1, 2)


async def test_a_pace_that_nobody_can_tell_is_not_told(world: World, onlooker: Onlooker) -> None:
    await world.hire("ada", "bob")
    told = await onlooker.reads()
    assert "0 of 2 jobs done." in told
    assert "nobody can tell how long it takes" in told


async def test_a_paused_integration_says_that_its_jobs_wait(world: World, onlooker: Onlooker) -> None:
    await world.hire("ada")
    assert "Ledger is paused." in await onlooker.does("/pause")
    told = await onlooker.reads()
    assert "its jobs go on when somebody resumes it" in told
    assert "done about" not in told
    assert "Ledger goes on" in await onlooker.does("/resume")


async def test_the_limit_of_the_policy_is_named_where_it_holds_the_work_back(database: Database) -> None:
    world = await open_world(database, Clock(), policy=Policy(rate_per_minute=20))
    now = datetime.now(UTC)
    burst = Burst(now - timedelta(minutes=5), 90, 1, 40, 0, 20, timedelta(minutes=1))
    pace = tell_pace(world.integration, burst, Hindrance(None, None, None), now)
    assert (pace.rate, pace.limit) == ("20/min", "limited by the policy's 20/min")
    assert pace.done_at == now + timedelta(minutes=2)


async def test_failures_are_grouped_by_their_problem_with_what_to_do(world: World, onlooker: Onlooker) -> None:
    world.ledger.fail("create", *(RejectedError("All taken.", code=ProblemCode.NO_SEATS) for _ in range(2)))
    await world.hire("ada", "bob", "cem")
    await world.run()
    told = await onlooker.reads()
    assert "2 failed: The app has no free seat: All taken." in told
    assert "Buy seats or free one in the app" in told
    assert "1 ended well" in told


async def test_a_failure_that_was_followed_by_a_success_is_no_concern(world: World, onlooker: Onlooker) -> None:
    world.ledger.fail("create", RejectedError("All taken.", code=ProblemCode.NO_SEATS))
    await world.hire("ada")
    await world.run()
    await world.change("ada", title="Countess")
    await world.run()
    assert "no free seat" not in await onlooker.reads()


async def test_what_else_needs_somebody_is_named(world: World, onlooker: Onlooker) -> None:
    async with world.database.transaction(SETUP) as tx:
        await create_token(tx, world.integration.id, "okta", tx.now + timedelta(days=3))
    world.ledger.fail("create", NeedsPersonError("Press the button."))
    await world.hire("ada")
    await world.run()
    told = await onlooker.reads()
    assert "1 task waits for a person." in told
    assert "The SCIM token okta ends in" in told
    assert "No worker is heard." in told


async def test_the_mark_beside_the_name_follows_the_health(world: World, admin: Person) -> None:
    async def mark() -> str:
        return text_of((await admin.get(f"{BASE}/health", fragment=True)).text)

    seen = [await mark()]
    await world.hire("ada")
    await world.run()
    seen.append(await mark())
    world.ledger.fail("create", RejectedError("no"))
    await world.hire("bob")
    await world.run()
    seen.append(await mark())
    async with world.database.transaction(SETUP) as tx:
        await pause_integration(tx, "ledger")
    seen.append(await mark())
    async with world.database.transaction(SETUP) as tx:
        await resume_integration(tx, "ledger")
    world.ledger.fail("create", CredentialsRefusedError("no longer"))
    await world.hire("eve")
    await world.run()
    seen.append(await mark())
    assert seen == ["Validating", "Healthy", "Needs attention", "Paused", "Quarantined"]
    assert (await admin.get(f"{BASE}/health")).headers["location"] == BASE


async def test_a_quarantine_is_told_with_its_remedy(world: World, onlooker: Onlooker) -> None:
    await world.hire("ada")
    world.ledger.fail("find", CredentialsRefusedError("The password is wrong."))
    await world.run()
    told = await onlooker.reads()
    assert "Quarantined" in told
    assert "Renew its credentials" in told
    assert "All jobs wait until the app accepts the service account." in told


async def test_a_sync_looks_at_everybody_and_says_at_how_many(world: World, onlooker: Onlooker) -> None:
    assert "Nobody is assigned yet" in await onlooker.does("/sync")
    await world.hire("ada", "bob")
    await world.form("Staff", "ada")
    await world.run()
    assert "3 jobs look at every account and group again." in await onlooker.does("/sync")
    *_, event = await world.rows("SELECT * FROM events WHERE kind = 'integration.sync_requested' ORDER BY id")
    assert event["details"]["jobs"] == 3
    assert event["actor_name"] == onlooker.person.member.name
    await world.run()
    assert (await world.states())[-3:] == ["unchanged"] * 3


async def test_a_viewer_sees_no_button_and_may_not_press_one(world: World, signed_in: SignIn) -> None:
    viewer = await signed_in(WorkspaceRole.MEMBER, on={world.integration.id: IntegrationRole.VIEWER})
    page = (await viewer.get(BASE)).text
    assert f'action="{BASE}/sync"' not in page
    for button in ("sync", "pause", "resume"):
        assert (await viewer.post(f"{BASE}/{button}")).status_code == 403
