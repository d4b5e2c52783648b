"""The workspace in a browser: who is invited sees only what they were given, and others are told of it."""

import json

import pytest
from playwright.async_api import Page, expect

from seatkeeper.core.access import IntegrationRole, Scope, WorkspaceRole
from seatkeeper.core.events import EventKind
from seatkeeper.core.integrations import Integration
from seatkeeper.core.notifications import Channel
from seatkeeper.core.providers import RoleRule
from seatkeeper.operations.api_tokens import create_api_token
from seatkeeper.operations.invitations import invite_member
from seatkeeper.operations.notifications import RuleForm, create_rule
from seatkeeper.operations.providers import ProviderForm, create_provider
from seatkeeper.store.database import Database
from seatkeeper.store.records.integrations import insert_integration
from seatkeeper.store.records.members import put_role
from tests.pages.conftest import OpenPage
from tests.pages.installations import Installation
from tests.pages.seeing import accessibility_faults, faults_of_pages
from tests.receiver import Receiver, receiving
from tests.scim.conftest import an_integration
from tests.waiting import until
from tests.web.people import SETUP

pytestmark = pytest.mark.live

PASSWORD = "nine tall herons walking"
_HEARD = "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() + interval '1 minute')"
LONG = "Wolfeschlegelsteinhausenbergerdorff" * 3


async def _integration(database: Database) -> Integration:
    made = an_integration()
    async with database.transaction(SETUP) as tx:
        await insert_integration(tx, made, None)
    return made


async def _fill(installation: Installation) -> list[str]:
    """Make one of everything, with names of every sort; give the pages about them."""
    keyring = installation.keyring
    integration = await _integration(installation.store)
    async with installation.store.transaction(SETUP) as tx:
        member = (
            await invite_member(tx, f"{LONG.lower()}@example.org", f"{LONG} <b>", WorkspaceRole.MEMBER)
        ).member
        await put_role(tx, integration.id, member.id, IntegrationRole.MANAGER)
        await invite_member(tx, "layla@example.org", "ليلى 🦩", WorkspaceRole.AUDITOR)
        await create_api_token(tx, member.id, LONG, frozenset(Scope), None)
        rules = (RoleRule(LONG, WorkspaceRole.ADMIN), RoleRule("staff", WorkspaceRole.MEMBER))
        provider = await create_provider(
            tx,
            keyring,
            ProviderForm("Okta <i>", "https://example.okta.com", LONG, "secret", role_rules=rules),
        )
        form = RuleForm(LONG, Channel.WEBHOOK, {EventKind.JOB_FAILED}, f"https://{'hooks.' * 20}example.org/x")
        one = (await create_rule(tx, keyring, form, None)).rule
        other = (await create_rule(tx, keyring, form, integration.id)).rule
    settings = f"/integrations/{integration.slug}/settings/notifications"
    return [
        "/workspace",
        f"/workspace/members/{member.id}",
        "/workspace/providers",
        f"/workspace/providers/{provider.id}",
        "/workspace/tokens",
        "/workspace/notifications",
        "/workspace/notifications/new",
        f"/workspace/notifications/{one.id}",
        "/workspace/audit",
        "/workspace/health",
        settings,
        f"{settings}/new",
        f"{settings}/{other.id}",
    ]


async def test_no_page_of_the_workspace_has_an_accessibility_fault_with_data_of_every_sort(
    open_page: OpenPage, installation: Installation
) -> None:
    addresses = [installation.url(path) for path in await _fill(installation)]
    assert await faults_of_pages(await open_page("/workspace"), addresses) == []


async def test_an_invited_member_sees_what_they_were_given_and_a_program_is_told_of_it(
    open_page: OpenPage, installation: Installation
) -> None:
    given, hidden = await _integration(installation.store), await _integration(installation.store)
    admin, guest = await open_page("/workspace/notifications/new"), await open_page("/sign-in", None)
    async with receiving() as receiver:
        await _have_members_told(admin, receiver)
        await admin.goto(installation.url("/workspace"))
        await _join(guest, await _invite(admin))
        await expect(guest.get_by_role("link", name=given.name)).to_have_count(0)
        await _give_role(admin, installation.url(f"/integrations/{given.slug}/settings/owners"))
        await guest.reload()
        await expect(guest.get_by_role("link", name=given.name)).to_be_visible()
        await expect(guest.get_by_role("link", name=hidden.name)).to_have_count(0)
        await expect(guest.get_by_role("link", name="Workspace")).to_have_count(0)
        await guest.goto(installation.url(f"/integrations/{hidden.slug}"))
        await expect(guest.get_by_role("heading", level=1)).to_have_text("Not found")

        async def told() -> bool:
            return {"member.added", "member.link_used"} <= {
                json.loads(one.body)["type"] for one in receiver.received
            }

        await until(told, patience=30)
    await admin.goto(installation.url("/workspace/audit"))
    await expect(admin.get_by_text("Grace Hopper signed in: by password")).to_be_visible()
    await expect(admin.get_by_text("gave Grace Hopper a role on the integration: Viewer")).to_be_visible()


async def _have_members_told(page: Page, receiver: Receiver) -> None:
    await page.get_by_label("Name", exact=True).fill("Directory of members")
    await page.get_by_label("Address", exact=True).fill(receiver.url)
    await page.get_by_label("A member is added, changed or kept out").check()
    await page.get_by_role("button", name="Add it").click()
    await expect(page.get_by_text("Copy the secret of Directory of members now")).to_be_visible()
    await page.get_by_role("button", name="Send a test to Directory of members").click()
    await expect(page.get_by_text("Directory of members took the test")).to_be_visible()
    assert await accessibility_faults(page) == []


async def _invite(page: Page) -> str:
    await page.get_by_label("E-mail address").fill("grace@example.org")
    await page.get_by_label("Name", exact=True).fill("Grace")
    await page.get_by_role("button", name="Make the link").click()
    shown = page.get_by_role("status").get_by_role("code")
    assert await accessibility_faults(page) == []
    return await shown.inner_text()


async def _join(page: Page, link: str) -> None:
    await page.goto(link)
    await page.get_by_label("Your name").fill("Grace Hopper")
    await page.get_by_label("New password").fill(PASSWORD)
    await page.get_by_label("The same again").fill(PASSWORD)
    await page.get_by_role("button").last.click()
    await expect(page.get_by_role("link", name="Integrations")).to_be_visible()


async def _give_role(page: Page, owners: str) -> None:
    await page.goto(owners)
    await page.get_by_label("E-mail address").fill("grace@example.org")
    await page.get_by_label("Role", exact=True).select_option("viewer")
    await page.get_by_role("button", name="Add", exact=True).click()
    await expect(page.get_by_text("Grace Hopper is viewer now.")).to_be_visible()


async def test_the_page_of_health_is_looked_at_again_by_itself(open_page: OpenPage, store: Database) -> None:
    page = await open_page("/workspace/health")
    await expect(page.get_by_text("1 heard lately")).to_be_visible()
    async with store.read() as reader:
        await reader.connection.execute(_HEARD)
    await expect(page.get_by_text("2 heard lately")).to_be_visible(timeout=25_000)


async def test_what_an_issuer_answers_is_told_beside_the_form(open_page: OpenPage) -> None:
    page = await open_page("/workspace/providers/new")
    async with receiving() as receiver:
        await page.get_by_label("Client id").fill("kept while it is tried")
        await page.get_by_label("Issuer").fill(receiver.url)
        await page.get_by_role("button", name="Try discovery").click()
        await expect(page.get_by_role("alert")).to_contain_text("no OpenID provider's description")
    await expect(page.get_by_label("Client id")).to_have_value("kept while it is tried")
    assert page.url.endswith("/workspace/providers/new")
    assert await accessibility_faults(page) == []
