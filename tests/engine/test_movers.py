"""A person who changes is changed in the app: just what differs, and access is taken before it is given."""

from collections.abc import Awaitable, Callable

from seatkeeper.core.entitlements import Entitlement
from seatkeeper.core.ids import Uid
from tests.engine.ledger import Ledger, without
from tests.engine.world import World, with_roles


async def test_only_what_differs_is_sent(world: World) -> None:
    await world.hire("ada", title="Analyst")
    await world.run()
    world.ledger.calls.clear()
    await world.change("ada", title="Countess")
    await world.run()
    assert world.ledger.calls == ["read 1", "update 1 title", "read 1"]
    assert world.ledger.named("ada").attributes["title"] == "Countess"
    [attempt] = await world.attempts("ada")
    [line] = attempt["steps"]
    assert (line["before"], line["after"]) == ({"title": "Analyst"}, {"title": "Countess"})


async def test_a_value_that_goes_away_is_emptied(world: World) -> None:
    await world.hire("ada", title="Analyst")
    await world.run()
    await world.change("ada", title=None)
    await world.run()
    assert "title" not in world.ledger.named("ada").attributes


async def test_a_rename_keeps_the_account(world: World) -> None:
    await world.hire("ada")
    await world.run()
    await world.change("ada", now_called="ada.king")
    await world.run()
    assert world.ledger.names() == ["ada.king"]
    account = await world.account("ada.king")
    assert (account["uid"], account["name"]) == ("1", "ada.king")


async def test_two_people_may_take_over_one_anothers_names(world: World) -> None:
    await world.hire("ada")
    await world.run()
    await world.change("ada", now_called="ada.king", emails=[{"value": "king@example.org"}])
    await world.hire("ada")
    await world.run()
    world.clock.advance(minutes=1)
    await world.run()
    assert world.ledger.names() == ["ada", "ada.king"]
    assert (await world.account("ada.king"))["uid"] == "1"
    assert (await world.job("ada"))["state"] in {"succeeded", "unchanged"}


async def test_roles_follow_the_person_and_access_is_taken_before_it_is_given(
    make_world: Callable[..., Awaitable[World]],
) -> None:
    world = await make_world(mapping=with_roles())
    await world.hire("ada", roles=[{"value": "editor"}, {"value": "author"}])
    await world.run()
    world.ledger.calls.clear()
    await world.change("ada", roles=[{"value": "admin"}, {"value": "author"}], title="Countess")
    await world.run()
    assert world.ledger.writes() == ["revoke 1 editor", "update 1 title", "grant 1 admin"]
    assert _roles(world.ledger, "ada") == {"admin", "author"}


async def test_a_role_somebody_gave_by_hand_stays(make_world: Callable[..., Awaitable[World]]) -> None:
    world = await make_world(mapping=with_roles())
    await world.hire("ada", roles=[{"value": "editor"}])
    await world.run()
    world.ledger.named("ada").entitlements.add(Entitlement("role", "owner"))
    await world.change("ada", roles=None)
    await world.run()
    assert _roles(world.ledger, "ada") == {"owner"}


async def test_a_role_is_kept_until_its_last_source_leaves(make_world: Callable[..., Awaitable[World]]) -> None:
    world = await make_world(mapping=with_roles(per_group=True))
    await world.hire("ada")
    await world.form("admin", "ada")
    await world.form("ops", "ada")
    await world.run()
    assert _roles(world.ledger, "ada") == {"admin", "ops"}
    sources = await world.rows("SELECT value, source FROM account_grants ORDER BY value")
    assert [row["source"] for row in sources] == [f"group:{world.groups[name]}" for name in ("admin", "ops")]
    await world.regroup("ops", remove=["ada"])
    await world.run()
    assert _roles(world.ledger, "ada") == {"admin"}


async def test_a_role_is_taken_away_although_the_answer_to_its_grant_was_lost(
    make_world: Callable[..., Awaitable[World]],
) -> None:
    world = await make_world(mapping=with_roles())
    await world.hire("ada", roles=[{"value": "editor"}])
    world.ledger.fail("grant", RuntimeError("killed"), late=True)
    await world.run()
    assert (await world.job("ada"))["state"] == "failed"
    await world.change("ada", roles=None)
    await world.run()
    assert _roles(world.ledger, "ada") == set()


async def test_sensitive_values_are_written_and_kept_nowhere(world: World) -> None:
    world.ledger.abilities = without(world.ledger.abilities, write_only=frozenset({"title"}))
    await world.hire("ada", title="swordfish")
    await world.run()
    assert world.ledger.named("ada").attributes["title"] == "swordfish"
    job = await world.job("ada")
    assert job["state"] == "unverified"
    kept = await world.rows("SELECT steps::text AS kept FROM attempts UNION SELECT attributes::text FROM accounts")
    kept += await world.rows("SELECT details::text AS kept FROM events WHERE job_id IS NOT NULL")
    assert all("swordfish" not in row["kept"] for row in kept)
    assert any('"title": "changed"' in row["kept"] for row in kept)


async def test_a_change_while_a_job_runs_is_followed_by_another_job(world: World) -> None:
    await world.hire("ada")

    async def change_meanwhile(call: str) -> None:
        if call == "create":
            world.ledger.before_call = None
            await world.change("ada", title="Countess")

    world.ledger.before_call = change_meanwhile
    await world.run()
    assert await world.states() == ["succeeded", "succeeded"]
    assert world.ledger.accounts[Uid("1")].attributes["title"] == "Countess"


def _roles(ledger: Ledger, name: str) -> set[str]:
    return {each.value for each in ledger.named(name).entitlements}


async def test_what_one_account_can_hold_moves_on_only_once_it_is_free(
    make_world: Callable[..., Awaitable[World]],
) -> None:
    world = await make_world(mapping=with_roles())
    world.ledger.abilities = without(world.ledger.abilities, exclusive=frozenset({"role"}))
    await world.hire("ada", roles=[{"value": "owner"}])
    await world.run()
    await world.hire("bob", roles=[{"value": "owner"}])
    await world.run()
    assert ((await world.job("bob"))["state"], (await world.job("bob"))["problem_detail"]) == (
        "waiting",
        "ada has role owner",
    )
    await world.change("ada", roles=[])
    await world.run()
    await world.done(await world.task())
    await world.run()
    assert (await world.job("bob"))["state"] == "succeeded"
    assert [len(world.ledger.named(name).entitlements) for name in ("ada", "bob")] == [0, 1]
