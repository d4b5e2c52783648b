"""An integration that is deleted leaves one event behind, and everything in the app as it was."""

import copy

import pytest

from seatkeeper.core.errors import InvalidValueError, NotFoundError, NotPossibleNowError
from seatkeeper.core.integrations import IntegrationState
from seatkeeper.operations.deletions import delete_integration, survey_deletion
from seatkeeper.store.queries.events import EventFilter, list_events
from seatkeeper.store.queries.holdings import Holdings
from tests.engine.world import OWNER, World

_OWNER = "integration_id"


async def _with_a_past(world: World, state: IntegrationState) -> None:
    """Everything an integration can have: people, a group, jobs, attempts, events, grants, a task."""
    world.ledger.add("one", mail="bob@example.org")
    world.ledger.add("two", mail="bob@example.org")
    await world.hire("ada", "bob")
    await world.form("ops", "ada")
    await world.run()
    await world.set_integration("state = %s", state)


@pytest.mark.parametrize("state", [IntegrationState.DRAFT, IntegrationState.PAUSED])
async def test_everything_is_forgotten_but_the_event(world: World, state: IntegrationState) -> None:
    await _with_a_past(world, state)
    in_the_app = copy.deepcopy((world.ledger.accounts, world.ledger.groups))
    async with world.database.transaction(OWNER) as tx:
        surveyed = await survey_deletion(tx, "ledger")
        forgotten = await delete_integration(tx, "ledger", confirm="ledger")
        [event] = await list_events(tx, EventFilter())
    assert forgotten == surveyed
    assert (forgotten.users, forgotten.groups, forgotten.jobs) == (2, 1, 3)
    columns = await world.rows("SELECT table_name FROM information_schema.columns WHERE column_name = %s", _OWNER)
    tables = {row["table_name"] for row in columns} | {"attempts", "memberships", "account_grants"}
    assert {name for name in tables if await world.rows(f"SELECT * FROM {name}")} == {"events"}
    assert (event.kind, event.integration, event.target) == ("integration.deleted", "ledger", "Ledger")
    assert Holdings(**event.details["forgotten"]) == forgotten  # type: ignore[arg-type]
    assert (world.ledger.accounts, world.ledger.groups) == in_the_app


async def test_another_integration_keeps_all_it_has(world: World) -> None:
    await _with_a_past(world, IntegrationState.PAUSED)
    async with world.database.transaction(OWNER) as tx:
        await tx.connection.execute("UPDATE integrations SET slug = 'other'")
        with pytest.raises(NotFoundError):
            await delete_integration(tx, "ledger", confirm="ledger")
        assert (await survey_deletion(tx, "other")).users == 2


async def test_a_live_integration_is_not_deleted(world: World) -> None:
    async with world.database.transaction(OWNER) as tx:
        with pytest.raises(NotPossibleNowError, match="Pause it first"):
            await delete_integration(tx, "ledger", confirm="ledger")


async def test_it_is_not_deleted_by_mistake(world: World) -> None:
    await _with_a_past(world, IntegrationState.PAUSED)
    async with world.database.transaction(OWNER) as tx:
        with pytest.raises(InvalidValueError):
            await delete_integration(tx, "ledger", confirm="Ledger")
        assert (await survey_deletion(tx, "ledger")).users == 2


async def test_a_run_of_an_integration_that_is_gone_does_nothing(world: World) -> None:
    await _with_a_past(world, IntegrationState.PAUSED)
    async with world.database.transaction(OWNER) as tx:
        await delete_integration(tx, "ledger", confirm="ledger")
    world.ledger.calls.clear()
    assert (await world.run()).again is False
    assert world.ledger.calls == []
