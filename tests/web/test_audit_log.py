"""The audit log tells what people did, sign-ins and refusals too, and nothing of what they do not want known."""

import csv
import re
from io import StringIO

import httpx
import pytest

from seatkeeper.core.access import WorkspaceRole
from seatkeeper.core.events import ActorKind, EventKind, Origin
from seatkeeper.store.database import Database
from seatkeeper.store.records.events import Happening, record_event
from seatkeeper.store.records.integrations import insert_integration
from seatkeeper.web.security import CSRF_FIELD, csrf_token
from seatkeeper.web.visits import VISIT_COOKIE
from tests.scim.conftest import an_integration
from tests.web.conftest import SignIn
from tests.web.people import SETUP, Person
from tests.web.reading import link_named, text_of

PATH = "/workspace/audit"
PASSWORD = "nine tall herons walking"


async def _reads(person: Person, path: str = PATH) -> str:
    answer = await person.get(path)
    assert answer.status_code == 200, answer.text
    return text_of(answer.text)


async def _sign_in(stranger: httpx.AsyncClient, email: str, password: str) -> httpx.Response:
    await stranger.get("/sign-in")
    proof = csrf_token(stranger.cookies[VISIT_COOKIE])
    return await stranger.post("/sign-in", data={CSRF_FIELD: proof, "email": email, "password": password})


async def test_from_the_invitation_to_being_kept_out_everything_is_told(
    admin: Person, stranger: httpx.AsyncClient
) -> None:
    invited = await admin.post("/workspace", {"email": "eve@example.org", "name": "Eve <i>", "role": "member"})
    [path] = set(re.findall(r"/join/[\w-]+", invited.text))
    page = await stranger.get(path)
    form = {"name": "Eve", "password": PASSWORD, "repeated": PASSWORD}
    proof = csrf_token(stranger.cookies[VISIT_COOKIE])
    joined = await stranger.post(path, data={**form, CSRF_FIELD: proof})
    assert (page.status_code, joined.status_code) == (200, 303)
    [member] = re.findall(r'/members/([\w-]+)"><strong>Eve<', (await admin.get("/workspace")).text)
    await admin.post(f"/workspace/members/{member}", {"role": "auditor"})
    await admin.post(f"/workspace/members/{member}/link", {"forgets_totp": "yes"})
    await admin.post(f"/workspace/members/{member}", {"do": "disable"})
    told = await _reads(admin)
    for sentence in (
        "Ada Lovelace added the member Eve <i>: Member.",
        "Eve chose a password with a one-time link.",
        "Eve signed in: by password; from 127.0.0.1.",
        "Ada Lovelace changed the role of Eve: Auditor.",
        "Ada Lovelace made a one-time link for Eve: second step.",
        "Ada Lovelace disabled the member Eve.",
    ):
        assert sentence in told
    assert PASSWORD not in told


async def test_a_refused_sign_in_is_told_with_who_was_claimed(admin: Person, stranger: httpx.AsyncClient) -> None:
    assert (await _sign_in(stranger, "=mallory@example.org", "a wrong password")).status_code == 422
    sentence = "Somebody tried to sign in as =mallory@example.org and was refused: by password; from 127.0.0.1."
    assert sentence in await _reads(admin)
    assert sentence in await _reads(admin, f"{PATH}?topic=sign_ins")
    assert sentence not in await _reads(admin, f"{PATH}?topic=members")
    rows = list(csv.DictReader(StringIO((await admin.get(f"{PATH}.csv?topic=sign_ins")).text)))
    assert [row["target"] for row in rows] == ["'=mallory@example.org"]
    assert "a wrong password" not in str(rows)


async def test_activity_tells_of_integrations_only(admin: Person, stranger: httpx.AsyncClient) -> None:
    await _sign_in(stranger, "mallory@example.org", "a wrong password")
    assert "mallory" not in await _reads(admin, "/activity?every=1")
    assert "mallory" not in (await admin.get("/activity.csv")).text


async def test_what_people_did_in_integrations_is_told_and_what_others_did_is_not(
    admin: Person, database: Database
) -> None:
    integration = an_integration()
    async with database.transaction(SETUP) as tx:
        await insert_integration(tx, integration, None)
        await record_event(tx, Happening(integration.id, EventKind.INTEGRATION_PAUSED, integration.name))
    async with database.transaction(Origin(ActorKind.IDP, "Okta")) as tx:
        await record_event(tx, Happening(integration.id, EventKind.USER_ASSIGNED, "alan"))
    told = await _reads(admin)
    assert f"grace paused the integration {integration.name}." in told
    assert "alan" not in told


async def test_the_log_is_paged_from_the_newest_to_the_oldest_and_back(admin: Person, database: Database) -> None:
    for number in range(120):
        async with database.transaction(SETUP) as tx:
            await record_event(tx, Happening(None, EventKind.MEMBER_ADDED, f"person-{number:03}"))
    page, seen = (await admin.get(f"{PATH}?person=person-")).text, []
    while True:
        seen += [number for number in range(120) if f"member person-{number:03}." in page]
        older = link_named(page, "next")
        if older is None:
            break
        page = (await admin.get(older)).text
    assert len(seen) == len(set(seen)) == 120
    newer = link_named(page, "prev")
    assert newer is not None
    assert "person-069" in (await admin.get(newer)).text


@pytest.mark.parametrize("query", ["topic=nonsense", "before=nonsense", "from=yesterday", "person=%00"])
async def test_what_cannot_have_come_from_the_page_is_refused(admin: Person, query: str) -> None:
    assert (await admin.get(f"{PATH}?{query}")).status_code == 422


async def test_only_admins_and_auditors_read_it(signed_in: SignIn) -> None:
    assert (await (await signed_in(WorkspaceRole.AUDITOR)).get(PATH)).status_code == 200
    for path in (PATH, f"{PATH}.csv"):
        assert (await (await signed_in(WorkspaceRole.MEMBER)).get(path)).status_code == 403
