"""The workspace: members are invited and kept out, providers added, tokens made and revoked, each told plainly."""

import re

import httpx
import pytest

from seatkeeper.core.access import WorkspaceRole
from seatkeeper.store.database import Database
from seatkeeper.store.queries.members import find_member
from seatkeeper.store.queries.providers import list_providers
from tests.web.callers import caller_with
from tests.web.conftest import SignIn
from tests.web.people import Person

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
    assert "none is heard lately" in page.text
    assert "Run: seatkeeper worker" in page.text
