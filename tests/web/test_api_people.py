"""What a script learns of people, groups and what happened, and what it may do about them, on a working app."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from seatkeeper.core.problems import ProblemCode
from seatkeeper.spi.errors import RejectedError, TransientError
from seatkeeper.store.database import Database
from seatkeeper.web.app import web_app
from tests.engine.world import Clock, World, open_world, with_roles
from tests.web.callers import caller_with, token_of
from tests.web.worlds import BASE, house_of

_REFUSED = RejectedError("No such title.", code=ProblemCode.REJECTED_VALUE)


@pytest.fixture
async def world(database: Database) -> World:
    return await open_world(database, Clock(), mapping=with_roles(per_group=True))


@pytest.fixture
async def script(world: World, database: Database) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(web_app(house_of(world, database)))
    async with caller_with(transport, await token_of(database)) as caller:
        yield caller


async def _read(script: httpx.AsyncClient, path: str, **query: str | int) -> Any:
    answer = await script.get(BASE + path, params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def _settle(world: World) -> None:
    for _ in range(2):
        await world.run()


async def test_a_script_learns_why_somebody_has_an_account_and_tries_again(
    world: World, script: httpx.AsyncClient
) -> None:
    await world.hire("ada", title="Countess")
    await world.form("admin", "ada")
    await _settle(world)
    world.ledger.fail("update", _REFUSED)
    await world.change("ada", title="Duchess")
    await world.run()
    path = f"/people/{world.users['ada']}"
    told = await _read(script, path)
    assert told["assignment"]["groups"][0]["display_name"] == "admin"
    assert told["arrival"]["sentence"] == "Okta assigned ada."
    assert told["presence"] == "active"
    [title] = [one for one in told["attributes"] if one["name"] == "title"]
    assert (title["wanted"], title["seen"], title["likeness"]) == ("Duchess", "Countess", "different")
    [role] = told["entitlements"]
    assert (role["value"], role["group"], role["is_given"], role["is_wanted"]) == ("admin", "admin", True, True)
    assert told["job"]["problem"]["code"] == "rejected_value"
    assert told["account"]["name"] == "ada"

    previewed = (await script.post(f"{BASE}{path}/preview")).json()
    assert previewed["steps"] == ["Change title from Countess to Duchess"]
    retried = await script.post(f"{BASE}{path}/retry")
    assert retried.json()["state"] == "queued"
    assert (await _read(script, path))["ahead"] == 0
    assert (await script.post(f"{BASE}{path}/retry")).status_code == 409
    await world.run()
    assert world.ledger.named("ada").attributes["title"] == "Duchess"
    provisioned = (await script.post(f"{BASE}{path}/provision")).json()
    assert provisioned["kind"] == "update"
    history = await _read(script, f"{path}/events", limit=1)
    assert history["items"][0]["job_id"] == provisioned["id"]
    older = await _read(script, f"{path}/events", after=history["next"])
    assert older["items"][-1]["kind"] == "user.assigned"


async def test_people_are_listed_by_state_and_name_part_by_part(world: World, script: httpx.AsyncClient) -> None:
    await world.hire(*(f"p{number}" for number in range(5)))
    await world.run()
    await world.hire("ødipus")
    seen, after = [], ""
    while True:
        part = await _read(script, "/people", limit=2, after=after)
        seen += [one["user_name"] for one in part["items"]]
        after = part["next"]
        if after is None:
            break
    assert seen == ["p0", "p1", "p2", "p3", "p4", "ødipus"]
    waiting = await _read(script, "/people", state="awaiting")
    assert [one["job"]["sentence"] for one in waiting["items"]] == ["Provisioning awaiting"]
    assert [one["user_name"] for one in (await _read(script, "/people", search="ØD"))["items"]] == ["ødipus"]


async def test_a_sensitive_value_is_in_no_answer(world: World, script: httpx.AsyncClient) -> None:
    await world.set_integration("""schema = '[{"name": "title", "sensitive": true}]'::jsonb""")
    await world.hire("ada", title="topsecret")
    path = f"/people/{world.users['ada']}"
    answers = [await script.post(f"{BASE}{path}/preview")]
    await world.run()
    [job] = await world.jobs()
    answers += [await script.get(BASE + each) for each in (path, f"/jobs/{job['id']}", "/people", "/events")]
    for answer in answers:
        assert answer.status_code == 200, answer.text
        assert "topsecret" not in answer.text


async def test_a_script_learns_what_is_offered_and_who_holds_it(world: World, script: httpx.AsyncClient) -> None:
    await world.hire("ada", "bob")
    await world.form("admin", "ada", "bob")
    await _settle(world)
    [group] = (await _read(script, "/groups"))["items"]
    assert (group["display_name"], group["members"], group["app_name"]) == ("admin", 2, "admin")
    members = await _read(script, f"/groups/{group['id']}/members", limit=1)
    assert [one["user_name"] for one in members["items"]] == ["ada"]
    rest = await _read(script, f"/groups/{group['id']}/members", after=members["next"])
    assert [one["user_name"] for one in rest["items"]] == ["bob"]

    assert (await _read(script, "/entitlements"))["read_at"] is None
    assert (await script.post(f"{BASE}/entitlements/read")).json()["problem"] is None
    first = await _read(script, "/entitlements", limit=1)
    assert first["read_at"] is not None
    assert first["items"] == [{"type": "role", "value": "admin", "holders": 2}]
    others = await _read(script, "/entitlements", after=first["next"] or "")
    assert first["items"][0] not in others["items"] or first["next"] is None
    holders = await _read(script, "/entitlements/holders", type="role", value="admin", limit=1)
    assert [(one["user_name"], one["group"]) for one in holders["items"]] == [("ada", "admin")]
    last = await _read(script, "/entitlements/holders", type="role", value="admin", after=holders["next"])
    assert [one["user_name"] for one in last["items"]] == ["bob"]

    world.ledger.fail("list_entitlements", *(TransientError("It is away.") for _ in range(9)))
    refused = (await script.post(f"{BASE}/entitlements/read")).json()
    assert refused["problem"]["code"] == "app_unreachable"
    assert refused["read_at"] is not None


async def test_what_happened_is_narrowed_as_on_the_page(world: World, script: httpx.AsyncClient) -> None:
    await world.hire("ada", "bob")
    await world.run()
    everything = await _read(script, "/events")
    folded = await _read(script, "/events", fold="true")
    assert {one["kind"] for one in folded["items"]} < {one["kind"] for one in everything["items"]}
    [row] = [one for one in folded["items"] if one["target"] == "ada"]
    assert row["job"]["state"] == "succeeded"
    assert {one["kind"] for one in (await _read(script, "/events", topic="done"))["items"]} == {"job.succeeded"}
    adas = await _read(script, "/events", target="AD", kind="user.assigned")
    assert [one["sentence"] for one in adas["items"]] == ["Okta assigned ada."]
    assert (await _read(script, "/events", actor="person"))["items"] == []
    assert (await _read(script, "/events", until="2001-01-01T00:00:00Z"))["items"] == []
    everywhere = (await script.get("/events", params={"state": "succeeded", "fold": "true"})).json()
    assert {one["integration"] for one in everywhere["items"]} == {"ledger"}
    assert (await script.get(f"{BASE}/events", params={"topic": "nothing"})).status_code == 422


async def test_events_are_followed_from_the_oldest_on_and_told_once_they_are_settled(
    world: World, script: httpx.AsyncClient
) -> None:
    await world.hire("ada", "bob", "eve")
    early = await _read(script, "/events", order="oldest")
    assert early["items"] == [], "another process may yet tell of something older"
    ago = "overlay(id::text PLACING substr(uuidv7(interval '-1 hour')::text, 1, 13) FROM 1 FOR 13)::uuid"
    async with world.database.read() as reader:
        await reader.connection.execute(f"UPDATE events SET id = {ago}".encode())
    seen, place = [], early["next"]
    for _ in range(3):
        part = await _read(script, "/events", order="oldest", limit=2, after=place)
        seen += [one["target"] for one in part["items"]]
        place = part["next"]
    assert sorted(seen) == ["ada", "bob", "eve"]


async def test_a_failed_job_is_handed_to_somebody_who_closes_it_with_a_note(
    world: World, script: httpx.AsyncClient
) -> None:
    world.ledger.fail("create", _REFUSED)
    await world.hire("ada")
    await world.run()
    job = (await world.job("ada"))["id"]
    task = (await script.post(f"{BASE}/jobs/{job}/by-hand")).json()
    assert (await _read(script, f"/jobs/{job}"))["task_id"] == task["id"]
    me = (await script.get("/me")).json()
    path = f"{BASE}/tasks/{task['id']}"
    given = (await script.post(f"{path}/assign", json={"member_id": me["id"]})).json()
    assert given["assignee"] == me["name"]
    assert [one["id"] for one in (await script.get("/tasks", params={"whose": "mine"})).json()["items"]] == [
        task["id"]
    ]
    assert (await script.get("/tasks", params={"whose": "unassigned"})).json()["items"] == []
    assert (await script.get(f"{path}/held-removals")).json() == []
    world.ledger.add("ada", mail="ada@example.org", display="Ada")
    done = (await script.post(f"{path}/complete", json={"note": "made by hand"})).json()
    assert (done["state"], done["note"]) == ("done", "made by hand")
    told = await _read(script, f"/jobs/{job}/events")
    assert any("made by hand" in one["sentence"] for one in told["items"])
    overview = await _read(script, "/overview")
    assert (overview["pace"]["total"], len(overview["hours"])) == (1, 24)
