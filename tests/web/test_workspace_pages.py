"""The workspace: members are invited and kept out, providers added, tokens made and revoked, each told plainly."""

import re

import httpx
import pytest

from seatkeeper.core.access import IntegrationRole, WorkspaceRole
from seatkeeper.store.database import Database
from seatkeeper.store.queries.members import find_member
from seatkeeper.store.queries.providers import list_providers
from seatkeeper.store.records.integrations import insert_integration
from tests.receiver import receiving
from tests.scim.conftest import an_integration
from tests.web.callers import caller_with
from tests.web.conftest import SignIn
from tests.web.people import SETUP, Person
from tests.web.reading import text_of

PROVIDER: dict[str, str | list[str]] = {
    "name": "Okta",
    "issuer": "https://example.okta.com",
    "client_id": "seatkeeper",
    "client_secret": "s3cret-of-okta",
    "scopes": "openid email",
    "groups_claim": "groups",
    "default_role": "",
    "rule_value": ["admins", "", "auditors"],
    "rule_role": ["admin", "member", "auditor"],
}


async def test_an_invited_member_joins_by_the_link_that_was_shown_once(
    admin: Person, stranger: httpx.AsyncClient
) -> None:
    form = {"email": "grace@example.org", "name": "Grace <b>Hopper</b>", "role": "auditor"}
    shown = await admin.post("/workspace", form)
    [path] = set(re.findall(r"/join/[\w-]+", shown.text))
    assert (await stranger.get(path)).status_code == 200
    listed = await admin.get("/workspace")
    assert "/join/" not in listed.text
    assert "Grace &lt;b&gt;Hopper&lt;/b&gt;" in listed.text


async def test_a_refused_invitation_keeps_what_was_entered(admin: Person) -> None:
    refused = await admin.post("/workspace", {"email": "no address", "name": "Grace", "role": "member"})
    assert refused.status_code == 422
    assert 'value="no address"' in refused.text
    assert 'value="Grace"' in refused.text


async def test_the_last_admin_stays_one(admin: Person) -> None:
    path = f"/workspace/members/{admin.member.id}"
    for form in ({"role": "member"}, {"do": "disable"}):
        refused = await admin.post(path, form)
        assert refused.status_code == 409
        assert "last Admin" in refused.text


async def test_a_member_who_is_kept_out_is_signed_out_at_once(admin: Person, signed_in: SignIn) -> None:
    other = await signed_in(WorkspaceRole.MEMBER)
    path = f"/workspace/members/{other.member.id}"
    assert (await other.get("/")).status_code == 200
    assert (await admin.post(path, {"do": "disable"})).status_code == 303
    assert (await other.get("/")).status_code == 303
    assert (await admin.post(path, {"do": "enable"})).status_code == 303


async def test_a_role_changes_what_a_member_may(admin: Person, signed_in: SignIn, database: Database) -> None:
    other = await signed_in(WorkspaceRole.MEMBER)
    assert (await other.get("/workspace")).status_code == 403
    await admin.post(f"/workspace/members/{other.member.id}", {"role": "auditor"})
    assert (await other.get("/workspace")).status_code == 200
    async with database.read() as reader:
        found = await find_member(reader, other.member.email)
    assert found is not None
    assert found.member.role is WorkspaceRole.AUDITOR


async def test_an_auditor_sees_members_and_no_forms(signed_in: SignIn) -> None:
    auditor = await signed_in(WorkspaceRole.AUDITOR)
    page = await auditor.get("/workspace")
    assert page.status_code == 200
    assert 'action="/workspace' not in page.text


async def test_a_provider_keeps_its_rules_and_never_shows_its_secret(admin: Person, database: Database) -> None:
    assert (await admin.post("/workspace/providers", PROVIDER)).status_code == 303
    async with database.read() as reader:
        [provider] = await list_providers(reader)
    assert [(rule.value, rule.role.value) for rule in provider.role_rules] == [
        ("admins", "admin"),
        ("auditors", "auditor"),
    ]
    form = await admin.get(f"/workspace/providers/{provider.id}")
    assert "s3cret-of-okta" not in form.text
    changed = PROVIDER | {"name": "Okta of us", "client_secret": ""}
    assert (await admin.post(f"/workspace/providers/{provider.id}", changed)).status_code == 303
    assert "Okta of us" in (await admin.get("/workspace/providers")).text
    await admin.post(f"/workspace/providers/{provider.id}", {"do": "remove"})
    assert "Okta of us" not in (await admin.get("/workspace/providers")).text


@pytest.mark.parametrize(
    ("field", "value"), [("issuer", "http://example.com"), ("client_secret", ""), ("name", " ")]
)
async def test_a_refused_provider_keeps_what_was_entered_but_its_secret(
    field: str, value: str, admin: Person
) -> None:
    refused = await admin.post("/workspace/providers", PROVIDER | {field: value})
    assert refused.status_code == 422
    assert 'value="seatkeeper"' in refused.text
    assert "s3cret-of-okta" not in refused.text


async def test_a_token_is_shown_once_and_opens_the_api_until_it_is_revoked(
    admin: Person, transport: httpx.ASGITransport
) -> None:
    made = await admin.post("/account/tokens", {"name": "report", "days": "30", "scope": ["read"]})
    [secret] = set(re.findall(r"ska_[\w-]{20,}", made.text))
    page = await admin.get("/account/tokens")
    assert secret not in page.text
    async with caller_with(transport, secret) as caller:
        assert (await caller.get("/integrations")).status_code == 200
        assert (await caller.post("/members", json={})).status_code == 403
        [revoke] = set(re.findall(r"/account/tokens/[\w-]+/revoke", page.text))
        await admin.post(revoke)
        assert (await caller.get("/integrations")).status_code == 401


async def test_a_token_for_nothing_is_refused(admin: Person) -> None:
    refused = await admin.post("/account/tokens", {"name": "report", "days": "30"})
    assert refused.status_code == 422
    assert "Choose what the token may be used for" in refused.text


async def test_health_says_what_to_do_where_no_worker_is_heard(admin: Person) -> None:
    page = await admin.get("/workspace/health")
    assert "None is heard lately" in page.text
    assert "Run: seatkeeper worker" in page.text


async def test_a_members_page_tells_what_they_may_do_where(
    admin: Person, signed_in: SignIn, database: Database
) -> None:
    integration = an_integration()
    async with database.transaction(SETUP) as tx:
        await insert_integration(tx, integration, None)
    manager = await signed_in(WorkspaceRole.MEMBER, on={integration.id: IntegrationRole.MANAGER})
    page = text_of((await admin.get(f"/workspace/members/{manager.member.id}")).text)
    assert f"{integration.name} Manager" in page
    assert manager.member.email in page
    own = text_of((await admin.get(f"/workspace/members/{admin.member.id}")).text)
    assert "As an Admin they are Owner of every integration" in own
    assert (await admin.get("/workspace/members/nobody")).status_code == 404


async def test_an_admin_sees_and_revokes_everybodys_tokens(
    admin: Person, signed_in: SignIn, transport: httpx.ASGITransport
) -> None:
    other = await signed_in(WorkspaceRole.MEMBER)
    made = await other.post("/account/tokens", {"name": "nightly <i>", "days": "30", "scope": ["read"]})
    [secret] = set(re.findall(r"ska_[\w-]{20,}", made.text))
    page = (await admin.get("/workspace/tokens")).text
    assert "nightly &lt;i&gt;" in page
    assert secret not in page
    [revoke] = set(re.findall(r"/workspace/tokens/[\w-]+/revoke", page))
    auditor = await signed_in(WorkspaceRole.AUDITOR)
    assert "/revoke" not in (await auditor.get("/workspace/tokens")).text
    assert (await admin.post(revoke)).status_code == 303
    async with caller_with(transport, secret) as caller:
        assert (await caller.get("/integrations")).status_code == 401
    assert "nightly" not in (await admin.get("/workspace/tokens")).text
    assert "Revoked" in (await admin.get("/workspace/tokens?every=1")).text
    assert (await admin.post(revoke)).status_code == 404


async def test_discovery_tells_what_is_wrong_with_an_issuer(admin: Person) -> None:
    async with receiving() as receiver:
        receiver.statuses = [404]
        for issuer, told in (
            (receiver.url, "status 404"),
            (receiver.url, "no OpenID provider"),
            ("http://example.org", "must be reached on https"),
            ("http://127.0.0.1:9", "cannot be reached"),
        ):
            tried = await admin.post("/workspace/providers/try", PROVIDER | {"issuer": issuer})
            assert told in text_of(tried.text), issuer
            assert 'value="seatkeeper"' in tried.text
            assert "s3cret-of-okta" not in tried.text
        assert {each.path for each in receiver.received} == {"/.well-known/openid-configuration"}


async def test_health_names_workers_jobs_and_versions(admin: Person, database: Database) -> None:
    async with database.read() as reader:
        await reader.connection.execute("INSERT INTO procrastinate_workers DEFAULT VALUES")
        await reader.connection.execute(
            "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '5 minutes')"
        )
    page = text_of((await admin.get("/workspace/health")).text)
    for words in (
        "1 heard lately",
        "taken for dead",
        "PostgreSQL 18",
        "connectors",
        "migrated to",
        "the database lets in",
    ):
        assert words in page or words.capitalize() in page, words
    part = await admin.get("/workspace/health", fragment=True)
    assert "<html" not in part.text
    assert 'id="health"' in part.text
