"""Each error a connector may raise, and those it may not: what becomes of the job, and of everybody else's."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from seatkeeper.core.integrations import Policy, RetryRule
from seatkeeper.core.outcomes import Quarantined, Retrying
from seatkeeper.core.problems import Problem, ProblemCode
from seatkeeper.engine.attempt import interpret
from seatkeeper.engine.sweep import sweep
from seatkeeper.operations.tasks import complete_task
from seatkeeper.spi.errors import (
    AccountNotFoundError,
    AppChangedError,
    ConnectorError,
    CredentialsRefusedError,
    NeedsPersonError,
    RejectedError,
    ThrottledError,
    TransientError,
    UnsupportedError,
)
from tests.engine.ledger import without
from tests.engine.world import OWNER, World

MakeWorld = Callable[..., Awaitable[World]]

AWAY = TransientError("The app does not answer.")


async def test_a_passing_problem_is_tried_again_with_growing_pauses(world: World) -> None:
    world.ledger.fail("create", AWAY, AWAY, AWAY)
    await world.hire("ada")
    pauses = []
    for _ in range(3):
        ended = await world.run()
        job = await world.job("ada")
        assert (job["state"], job["problem_code"]) == ("retrying", "app_unreachable")
        assert ended.next_due_at == job["due_at"]
        pauses.append((job["due_at"] - job["started_at"]).total_seconds())
        world.clock.advance(seconds=pauses[-1] + 1)
    await world.run()
    assert (await world.job("ada"))["state"] == "succeeded"
    assert [1 <= pauses[0] < 3, 2 <= pauses[1] < 5, 4 <= pauses[2] < 9] == [True] * 3
    assert [row["outcome"] for row in await world.attempts("ada")] == ["retrying"] * 3 + ["succeeded"]
    assert await world.events() == ["job.retrying", "job.succeeded"]


async def test_a_problem_that_does_not_pass_is_given_up_and_blocks_nobody(make_world: MakeWorld) -> None:
    world = await make_world(policy=Policy(retries=RetryRule(give_up_after=timedelta(hours=1))))
    world.ledger.fail("create", AWAY)
    await world.hire("ada")
    await world.run()
    world.clock.advance(hours=2)
    world.ledger.fail("create", AWAY)
    await world.run()
    job = await world.job("ada")
    assert (job["state"], job["problem_code"]) == ("failed", "attempts_spent")
    assert job["problem_detail"] == "The app does not answer."
    await world.hire("grace")
    await world.run()
    assert world.ledger.names() == ["grace"]


async def test_an_app_that_is_away_is_asked_by_a_few_jobs_only(world: World) -> None:
    names = [f"person{number}" for number in range(40)]
    world.ledger.fail("find", *[AWAY] * 40)
    await world.hire(*names)
    ended = await world.run()
    states = await world.states()
    assert states.count("retrying") <= 3 * world.integration.policy.concurrency
    assert states.count("queued") == 40 - states.count("retrying")
    assert not ended.again
    assert ended.next_due_at == (await world.standing())["throttled_until"]
    world.ledger.heal()
    world.clock.advance(minutes=2)
    await world.run()
    assert set(await world.states()) == {"succeeded"}


async def test_an_app_that_cannot_be_opened_is_tried_again(world: World) -> None:
    world.ledger.opening = AWAY
    await world.hire("ada")
    await world.run()
    job = await world.job("ada")
    assert (job["state"], job["problem_detail"]) == ("retrying", "The app does not answer.")
    world.ledger.opening = None
    world.clock.advance(minutes=1)
    await world.run()
    assert (await world.job("ada"))["state"] == "succeeded"


async def test_throttling_makes_the_whole_integration_wait_and_counts_against_no_job(world: World) -> None:
    names = [f"person{number}" for number in range(12)]
    world.ledger.fail("create", ThrottledError("Too many requests.", timedelta(minutes=7)))
    await world.hire(*names)
    ended = await world.run()
    assert ended.next_due_at == (await world.standing())["throttled_until"]
    assert ended.next_due_at is not None
    assert ended.next_due_at - world.clock() > timedelta(minutes=6)
    calls = len(world.ledger.calls)
    assert (await world.run()).next_due_at == ended.next_due_at
    assert len(world.ledger.calls) == calls
    throttled = [job for job in await world.jobs() if job["problem_code"] == "app_throttled"]
    assert [(job["state"], job["failures"], job["first_failed_at"]) for job in throttled] == [("queued", 0, None)]
    world.clock.advance(minutes=8)
    await world.run()
    assert set(await world.states()) == {"succeeded"}
    assert world.ledger.names() == sorted(names)


async def test_an_app_that_changed_its_face_stops_the_integration_like_one_that_lets_nobody_in() -> None:
    async def look() -> None:
        raise AppChangedError("No button Save.")

    assert await interpret(look()) == Quarantined(Problem(ProblemCode.APP_CHANGED, "No button Save."))


async def test_refused_credentials_stop_the_integration_and_harm_no_job(world: World) -> None:
    world.ledger.fail("create", CredentialsRefusedError("The token has expired."))
    await world.hire("ada", "bob")
    ended = await world.run()
    standing = await world.standing()
    assert standing["quarantine"]["code"] == "credentials_refused"
    assert ended.next_due_at == standing["probe_at"]
    assert "failed" not in await world.states()
    assert all(job["failures"] == 0 for job in await world.jobs())
    assert (await world.events()).count("integration.quarantined") == 1
    calls = len(world.ledger.calls)
    await world.run()
    assert len(world.ledger.calls) == calls


async def test_a_probe_that_succeeds_lifts_the_quarantine(world: World) -> None:
    world.ledger.opening = CredentialsRefusedError("The token has expired.")
    await world.hire("ada")
    await world.run()
    world.clock.advance(minutes=1)
    assert await sweep(world.engine) == [world.integration.id]
    await world.run()
    assert (await world.standing())["quarantine"]["probes"] == 1
    assert await world.states() == ["queued"]
    world.ledger.opening = None
    world.clock.advance(minutes=1)
    await world.run()
    assert (await world.standing())["quarantine"] is None
    assert await world.states() == ["succeeded"]
    assert await world.events() == ["integration.quarantined", "integration.released", "job.succeeded"]


async def test_settings_that_do_not_work_stop_the_integration(world: World) -> None:
    await world.set_integration('settings = \'{"shelf": "B", "colour": "red"}\'')
    await world.hire("ada")
    await world.run()
    quarantine = (await world.standing())["quarantine"]
    assert quarantine["code"] == "settings_invalid"
    assert "colour" in quarantine["detail"]
    await world.set_integration("settings = '{}'")
    world.clock.advance(minutes=1)
    await world.run()
    assert await world.states() == ["succeeded"]


async def test_a_connector_that_cannot_be_opened_for_a_bug_stops_the_integration(world: World) -> None:
    world.ledger.opening = ZeroDivisionError("division by zero")
    await world.hire("ada")
    await world.run()
    assert (await world.standing())["quarantine"]["code"] == "connector_bug"
    assert await world.states() == ["queued"]


async def test_a_bug_of_the_connector_fails_the_job_and_keeps_the_traceback(world: World) -> None:
    world.ledger.fail("create", ZeroDivisionError("secret"))
    await world.hire("ada", "bob")
    await world.run()
    [failed] = [job for job in await world.jobs() if job["state"] == "failed"]
    assert failed["problem_code"] == "connector_bug"
    assert failed["problem_detail"] == "The connector failed with ZeroDivisionError."
    [attempt] = await world.rows("SELECT * FROM attempts WHERE job_id = %s", failed["id"])
    assert "ledger.py" in attempt["traceback"]
    assert "ZeroDivisionError" in attempt["traceback"]
    assert len(world.ledger.names()) == 1


@pytest.mark.parametrize(
    ("error", "state", "code"),
    [
        (RejectedError("No free seat.", ProblemCode.NO_SEATS), "failed", "no_seats"),
        (RejectedError("mail: not a mail address."), "failed", "rejected_value"),
        (UnsupportedError("Accounts are made elsewhere."), "waiting", "not_supported"),
        (NeedsPersonError("Somebody must accept the terms."), "waiting", "person_needed"),
        (ConnectorError("What is this?"), "failed", "connector_bug"),
    ],
)
async def test_what_only_a_person_can_put_right_is_told(
    world: World, error: ConnectorError, state: str, code: str
) -> None:
    world.ledger.fail("create", error)
    await world.hire("ada")
    await world.run()
    job = await world.job("ada")
    assert (job["state"], job["problem_code"]) == (state, code)
    assert len(await world.tasks()) == (state == "waiting")


async def test_a_job_goes_on_when_a_person_did_their_part(world: World) -> None:
    world.ledger.fail("create", NeedsPersonError("Somebody must accept the terms."))
    await world.hire("ada")
    await world.run()
    async with world.database.transaction(OWNER) as tx:
        await complete_task(tx, await world.task())
    await world.run()
    assert (await world.job("ada"))["state"] == "succeeded"


async def test_an_account_that_goes_away_under_an_update_is_looked_for_again(world: World) -> None:
    await world.hire("ada")
    await world.run()
    world.ledger.fail("update", AccountNotFoundError("Who?"))
    await world.change("ada", title="Countess")
    await world.run()
    assert world.ledger.named("ada").attributes["title"] == "Countess"
    assert (await world.job("ada"))["state"] == "succeeded"


async def test_an_account_that_goes_away_under_a_removal_is_gone(world: World) -> None:
    await world.hire("ada")
    await world.run()
    world.ledger.fail("disable", AccountNotFoundError("Who?"))

    async def vanish(call: str) -> None:
        if call == "disable":
            world.ledger.accounts.clear()

    world.ledger.before_call = vanish
    await world.leave("ada")
    await world.run()
    assert (await world.job("ada"))["state"] == "unchanged"
    assert (await world.account("ada"))["uid"] is None


async def test_what_was_done_before_an_error_is_kept(world: World) -> None:
    world.ledger.fail("read", AWAY)
    await world.hire("ada")
    await world.run()
    assert (await world.job("ada"))["state"] == "retrying"
    assert (await world.account("ada"))["uid"] == "1"
    [attempt] = await world.attempts("ada")
    assert [line["kind"] for line in attempt["steps"]] == ["create"]


async def test_an_app_that_cannot_disable_leaves_it_to_a_person(world: World) -> None:
    world.ledger.abilities = without(world.ledger.abilities, disables=False)
    await world.hire("ada")
    await world.run()
    await world.leave("ada")
    await world.run()
    job = await world.job("ada")
    assert (job["state"], job["problem_detail"]) == ("waiting", "The app cannot disable accounts.")


async def test_text_the_database_cannot_hold_keeps_no_outcome_from_being_recorded(world: World) -> None:
    world.ledger.fail("create", RejectedError("bad \x00 value \ud800"))
    await world.hire("ada")
    await world.run()
    job = await world.job("ada")
    assert (job["state"], job["problem_code"]) == ("failed", "rejected_value")
    assert job["problem_detail"].startswith("bad \N{REPLACEMENT CHARACTER} value ")


async def test_an_app_that_never_answers_is_given_up() -> None:
    outcome = await interpret(asyncio.Event().wait(), at_most=0.01)
    assert isinstance(outcome, Retrying)
    assert outcome.problem.code == "app_unreachable"


async def test_a_probe_that_succeeds_and_proves_nothing_is_made_less_and_less_often(world: World) -> None:
    await world.hire("ada")
    pauses = []
    for _ in range(4):
        world.ledger.fail("create", CredentialsRefusedError("The token may not write."))
        await world.run()
        pauses.append(((await world.standing())["probe_at"] - world.clock()).total_seconds())
        world.clock.advance(seconds=pauses[-1] + 1)
    assert pauses[3] > 2 * pauses[0]
    assert (await world.job("ada"))["failures"] == 0
