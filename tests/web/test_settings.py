"""The settings of an integration: saved by those who may, in order, with what follows from it told before."""

import re
from datetime import timedelta

import pytest

from seatkeeper.core.access import IntegrationRole, WorkspaceRole
from seatkeeper.core.dialects import Dialect
from seatkeeper.core.integrations import Integration, IntegrationState, LeaverRule
from seatkeeper.operations.checks import IntegrationDraft
from seatkeeper.operations.integrations import create_integration, read_secrets
from seatkeeper.operations.switches import activate_integration
from seatkeeper.operations.tokens import create_token, note_use
from seatkeeper.store.database import Database
from seatkeeper.store.queries.integrations import find_integration, get_integration
from seatkeeper.store.queries.members import list_roles
from seatkeeper.store.queries.networks import list_networks
from seatkeeper.store.queries.tokens import list_tokens
from seatkeeper.web.forms.policies import LEAVERS
from seatkeeper.web.house import House
from tests.operations.integrations_at_hand import user_with_account_in
from tests.web.conftest import SignIn
from tests.web.people import SETUP, Person
from tests.web.test_wizard import POLICY, rows_of

SECRET = "s3cret-that-nobody-may-see"
BASE = "/integrations/crm/settings"


@pytest.fixture
async def crm(database: Database, house: House) -> Integration:
    settings = {"base_url": "https://crm.example.com/scim/v2", "token": SECRET}
    draft = IntegrationDraft(slug="crm", name="CRM", connector="scim", settings=settings)
    async with database.transaction(SETUP) as tx:
        return await create_integration(tx, draft, house.connectors, house.keyring)


@pytest.fixture
async def owner(crm: Integration, signed_in: SignIn) -> Person:
    return await signed_in(WorkspaceRole.MEMBER, on={crm.id: IntegrationRole.OWNER})


def version_on(page: str) -> str:
    return str(re.findall(r'name="version" value="(\d+)"', page)[0])


def connection(version: str, **changes: str) -> dict[str, str]:
    fields = {"name": "CRM", "settings.base_url": "https://crm.example.com/scim/v2", "version": version}
    return {**fields, "settings.authentication": "bearer", "settings.token": "", **changes}


def test_every_rule_for_leavers_has_words() -> None:
    assert LEAVERS.keys() == set(LeaverRule)


async def test_those_who_may_only_look_see_no_secret_and_no_button(crm: Integration, signed_in: SignIn) -> None:
    for role in (IntegrationRole.MANAGER, IntegrationRole.VIEWER):
        person = await signed_in(WorkspaceRole.MEMBER, on={crm.id: role})
        for part in ("", "/scim", "/mapping", "/policy", "/owners", "/history"):
            page = await person.get(BASE + part)
            assert page.status_code == 200, part
            assert SECRET not in page.text
            assert "Only Owners change it" in page.text
            assert 'type="submit">Save' not in page.text
        assert (await person.post(BASE, connection("1"))).status_code == 403
        assert (await person.get(f"{BASE}/delete")).status_code == 403


async def test_a_secret_left_empty_stays_and_another_replaces_it(
    crm: Integration, owner: Person, database: Database, house: House
) -> None:
    version = version_on((await owner.get(BASE)).text)
    assert (await owner.post(BASE, connection(version, name="Customers"))).status_code == 303
    async with database.read() as reader:
        assert (await get_integration(reader, crm.id)).name == "Customers"
        assert await read_secrets(reader, crm, house.keyring) == {"token": SECRET}
    version = version_on((await owner.get(BASE)).text)
    await owner.post(BASE, connection(version, **{"settings.token": "another"}))
    async with database.read() as reader:
        assert await read_secrets(reader, crm, house.keyring) == {"token": "another"}


async def test_the_second_of_two_owners_is_told_and_loses_nothing(
    crm: Integration, owner: Person, signed_in: SignIn
) -> None:
    second = await signed_in(WorkspaceRole.MEMBER, on={crm.id: IntegrationRole.OWNER})
    version = version_on((await second.get(BASE)).text)
    await owner.post(BASE, connection(version, name="First"))
    answer = await second.post(BASE, connection(version, name="Second"))
    assert answer.status_code == 409
    assert "changed this integration while you were at it" in answer.text
    assert 'value="Second"' in answer.text
    again = await second.post(BASE, connection(version_on(answer.text), name="Second"))
    assert again.status_code == 303
    stale = await owner.post(f"{BASE}/policy", {**POLICY, "version": version})
    assert stale.status_code == 409
    rows = rows_of((await owner.get(f"{BASE}/mapping")).text)
    late = await owner.post(f"{BASE}/mapping", {**rows, "version": version, "attribute.1.expression": "'x'"})
    assert late.status_code == 409
    assert ">&#39;x&#39;</textarea>" in late.text


async def test_a_policy_is_saved(crm: Integration, owner: Person, database: Database) -> None:
    version = version_on((await owner.get(f"{BASE}/policy")).text)
    form = {**POLICY, "leavers": "delete", "rate_per_minute": "20", "wait_for_proof": "2m", "version": version}
    refused = await owner.post(f"{BASE}/policy", form)
    assert refused.status_code == 422
    assert "Write 1s to 50s" in refused.text
    assert (
        await owner.post(f"{BASE}/policy", {**form, "wait_for_proof": "20s", "dialect": "okta"})
    ).status_code == 303
    async with database.read() as reader:
        policy = (await get_integration(reader, crm.id)).policy
    assert policy.leavers is LeaverRule.DELETE
    assert policy.rate_per_minute == 20
    assert policy.wait_for_proof == timedelta(seconds=20)
    assert policy.dialect is Dialect.OKTA
    assert policy.retries.first == timedelta(seconds=2)


async def test_a_mapping_is_saved_once_its_blast_radius_was_seen(
    crm: Integration, owner: Person, database: Database
) -> None:
    async with database.transaction(SETUP) as tx:
        for _ in range(3):
            await user_with_account_in(tx, crm.id)
        await user_with_account_in(tx, crm.id, active=False)
    page = (await owner.get(f"{BASE}/mapping")).text
    form = {**rows_of(page), "version": version_on(page)}
    form |= {"attribute.70.name": "nickName", "attribute.70.expression": "'Ace'"}
    confirm = await owner.post(f"{BASE}/mapping", {**form, "do": "check"})
    assert confirm.status_code == 200
    assert "This changes 3 people." in confirm.text
    assert "Worked out for all 3 active people" in confirm.text
    assert "from <em>nothing</em> to <em>Ace</em>" in confirm.text
    async with database.read() as reader:
        assert (await get_integration(reader, crm.id)).mapping == crm.mapping
    back = await owner.post(f"{BASE}/mapping", {**form, "do": "edit"})
    assert ">&#39;Ace&#39;</textarea>" in back.text
    saved = await owner.post(f"{BASE}/mapping", {**form, "do": "apply"})
    assert saved.status_code == 303, saved.text
    async with database.read() as reader:
        assert (await get_integration(reader, crm.id)).mapping.attributes["nickName"] == "'Ace'"


async def test_a_mapping_that_is_as_before_changes_nothing(owner: Person) -> None:
    page = (await owner.get(f"{BASE}/mapping")).text
    form = {**rows_of(page), "version": version_on(page), "do": "check"}
    answer = await owner.post(f"{BASE}/mapping", form)
    assert answer.status_code == 303
    assert "Nothing was changed" in (await owner.get(f"{BASE}/mapping")).text


async def test_a_bad_expression_is_refused_beside_its_row(owner: Person) -> None:
    page = (await owner.get(f"{BASE}/mapping")).text
    form = {
        **rows_of(page),
        "version": version_on(page),
        "attribute.2.expression": "user.userName +",
        "do": "check",
    }
    answer = await owner.post(f"{BASE}/mapping", form)
    assert answer.status_code == 422
    assert "ends too early" in answer.text


async def test_a_preview_looks_at_a_real_person_and_at_nobody_elses(
    crm: Integration, owner: Person, database: Database
) -> None:
    async with database.transaction(SETUP) as tx:
        user_id = await user_with_account_in(tx, crm.id)
    rows = {"attribute.0.name": "userName", "attribute.0.expression": "user.userName"}
    real = await owner.post(f"{BASE}/mapping/preview", {**rows, "person": str(user_id)})
    assert f"person-{user_id}" in real.text
    nobody = await owner.post(f"{BASE}/mapping/preview", {**rows, "person": "grace"})
    assert "Nobody assigned is called grace" in nobody.text


async def test_history_tells_what_changed_and_leads_back(
    crm: Integration, owner: Person, database: Database
) -> None:
    version = version_on((await owner.get(f"{BASE}/policy")).text)
    await owner.post(f"{BASE}/policy", {**POLICY, "leavers": "delete", "version": version})
    page = (await owner.get(f"{BASE}/history?from=1&to=2")).text
    assert "policy.leavers" in page
    assert "Ada Lovelace" in page
    assert SECRET not in page
    restore = {"version": "2"}
    confirm = await owner.post(f"{BASE}/history/1/restore", restore)
    assert "This changes nobody" in confirm.text
    assert (await owner.post(f"{BASE}/history/1/restore", {**restore, "do": "apply"})).status_code == 303
    async with database.read() as reader:
        assert (await get_integration(reader, crm.id)).policy == crm.policy
    assert "Version 3" in (await owner.get(f"{BASE}/history")).text
    assert (await owner.get(f"{BASE}/history?from=1&to=99")).status_code == 404


async def test_a_token_is_shown_once_and_can_be_replaced_with_an_overlap(
    crm: Integration, owner: Person, database: Database
) -> None:
    made = await owner.post(f"{BASE}/scim", {"name": "okta", "days": "365"})
    [secret] = set(re.findall(r"skt_[\w-]{20,}", made.text))
    again = (await owner.get(f"{BASE}/scim")).text
    assert secret not in again
    assert "okta" in again
    async with database.read() as reader:
        [old] = await list_tokens(reader, crm.id)
    replaced = await owner.post(f"{BASE}/scim/tokens/{old.id}/replace", {"overlap": "7"})
    assert set(re.findall(r"skt_[\w-]{20,}", replaced.text)) != {secret}
    async with database.read() as reader:
        before, after = await list_tokens(reader, crm.id)
    assert before.revoked_at is None
    assert before.expires_at is not None
    assert before.expires_at - after.created_at == timedelta(days=7)
    assert after.expires_at is not None
    assert after.expires_at - after.created_at == timedelta(days=365)
    assert (await owner.post(f"{BASE}/scim/tokens/{before.id}/revoke")).status_code == 303
    assert (await owner.post(f"{BASE}/scim/tokens/{before.id}/replace", {"overlap": "7"})).status_code == 404
    assert (await owner.post(f"{BASE}/scim", {"name": "", "days": "365"})).status_code == 422


async def test_tokens_of_another_integration_are_out_of_reach(
    owner: Person, database: Database, house: House
) -> None:
    draft = IntegrationDraft(
        slug="other", name="Other", connector="scim", settings={"base_url": "https://a.example", "token": "x"}
    )
    async with database.transaction(SETUP) as tx:
        other = await create_integration(tx, draft, house.connectors, house.keyring)
        token = await create_token(tx, other.id, "entra")
    assert (await owner.post(f"{BASE}/scim/tokens/{token.id}/revoke")).status_code == 404
    assert (await owner.post(f"{BASE}/scim/tokens/{token.id}/replace", {"overlap": "0"})).status_code == 404
    async with database.read() as reader:
        [kept] = await list_tokens(reader, other.id)
    assert kept.revoked_at is None
    assert kept.expires_at is None


async def test_roles_are_given_by_e_mail_and_an_owner_stays(
    crm: Integration, owner: Person, signed_in: SignIn, database: Database
) -> None:
    grace = await signed_in(WorkspaceRole.MEMBER)
    last = await owner.post(f"{BASE}/owners/{owner.member.id}", {"do": "remove"})
    assert last.status_code == 409
    assert "Somebody must stay Owner" in last.text
    nobody = await owner.post(f"{BASE}/owners", {"email": "nobody@example.org", "role": "viewer"})
    assert nobody.status_code == 422
    added = await owner.post(f"{BASE}/owners", {"email": grace.member.email.upper(), "role": "viewer"})
    assert added.status_code == 303
    assert (await grace.get(BASE)).status_code == 200
    await owner.post(f"{BASE}/owners/{grace.member.id}", {"role": "owner"})
    assert (await owner.post(f"{BASE}/owners/{owner.member.id}", {"do": "remove"})).status_code == 303
    async with database.read() as reader:
        assert [(one.member.id, one.role) for one in await list_roles(reader, crm.id)] == [
            (grace.member.id, IntegrationRole.OWNER)
        ]
    assert (await owner.get(BASE)).status_code == 404


async def test_deleting_asks_for_the_short_name(crm: Integration, owner: Person, database: Database) -> None:
    assert (await owner.post(f"{BASE}/delete", {"confirm": "crn"})).status_code == 422
    async with database.transaction(SETUP) as tx:
        await activate_integration(tx, "crm")
    assert (await owner.post(f"{BASE}/delete", {"confirm": "crm"})).status_code == 409
    assert "Pause it first" in (await owner.get(f"{BASE}/delete")).text
    async with database.transaction(SETUP) as tx:
        await tx.connection.execute("UPDATE integrations SET state = %s", [IntegrationState.PAUSED.value])
    assert (await owner.post(f"{BASE}/delete", {"confirm": "crm"})).status_code == 303
    async with database.read() as reader:
        assert await find_integration(reader, "crm") is None


async def test_credentials_of_every_kind_are_shown_once_and_the_page_tells_them_apart(
    crm: Integration, owner: Person, database: Database
) -> None:
    secrets = set()
    for kind, start in (("basic", "skb_"), ("oauth", "sko_")):
        made = await owner.post(f"{BASE}/scim", {"name": f"{kind} <b>", "days": "365", "kind": kind})
        [secret] = set(re.findall(rf"{start}[\w-]{{20,}}", made.text))
        assert ("/scim/v2/crm/oauth/token" in made.text) == (kind == "oauth")
        secrets.add(secret)
    async with database.read() as reader:
        listed = await list_tokens(reader, crm.id)
    again = (await owner.get(f"{BASE}/scim")).text
    assert not [secret for secret in secrets if secret in again]
    for one in listed:
        assert one.client_id is not None
        assert one.client_id in again
    assert (await owner.post(f"{BASE}/scim", {"name": "x", "days": "365", "kind": "magic"})).status_code == 422


async def test_a_list_that_would_shut_the_identity_provider_out_is_warned_of_first(
    crm: Integration, owner: Person, database: Database
) -> None:
    async with database.transaction(SETUP) as tx:
        await note_use(tx, (await create_token(tx, crm.id, "okta")).id, "GET /Users", "198.51.100.4")
    wrong = await owner.post(f"{BASE}/scim/networks", {"networks": "192.0.2.0/24\noffice<b>"})
    assert (wrong.status_code, "office&lt;b&gt;" in wrong.text) == (422, True)
    warned = await owner.post(f"{BASE}/scim/networks", {"networks": "192.0.2.0/24"})
    assert (warned.status_code, "198.51.100.4, which is not on this list" in warned.text) == (422, True)
    assert 'name="knowing"' in warned.text
    async with database.read() as reader:
        assert await list_networks(reader, crm.id) == []
    known = await owner.post(f"{BASE}/scim/networks", {"networks": "192.0.2.0/24\n198.51.100.9", "knowing": "yes"})
    assert known.status_code == 303
    assert "192.0.2.0/24\n198.51.100.9/32</textarea>" in (await owner.get(f"{BASE}/scim")).text
    assert (await owner.post(f"{BASE}/scim/networks", {"networks": ""})).status_code == 303
    told = (await owner.get("/integrations/crm/activity")).text
    assert "changed from where CRM may be called: 192.0.2.0/24, 198.51.100.9/32" in told
    assert "changed from where CRM may be called: everywhere" in told
