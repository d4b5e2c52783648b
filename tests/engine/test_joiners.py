"""A person who is assigned gets an account, once, and it is proven by reading it back."""

from tests.engine.world import World


async def test_a_joiner_gets_an_account_that_was_read_back(world: World) -> None:
    await world.hire("ada", title="Countess")
    ended = await world.run()
    account = world.ledger.named("ada")
    assert account.attributes == {
        "login": "ada",
        "mail": "ada@example.org",
        "display": "Ada",
        "title": "Countess",
    }
    job = await world.job("ada")
    assert (job["state"], job["kind"], job["attempts"], job["problem_code"]) == ("succeeded", "provision", 1, None)
    assert world.ledger.calls[-1] == "read 1"
    assert await world.events() == ["job.succeeded"]
    assert (ended.again, ended.next_due_at) == (False, None)


async def test_what_the_app_showed_is_kept(world: World) -> None:
    await world.hire("ada")
    await world.run()
    account = await world.account("ada")
    assert (account["uid"], account["name"], account["active"]) == ("1", "ada", True)
    assert account["attributes"] == {"login": "ada", "mail": "ada@example.org", "display": "Ada"}
    [attempt] = await world.attempts("ada")
    [line] = attempt["steps"]
    assert (attempt["outcome"], attempt["number"]) == ("succeeded", 1)
    assert (line["kind"], line["after"]["mail"]) == ("create", "ada@example.org")
