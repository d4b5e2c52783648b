"""Signing in with real OpenID providers: oidc-provider and Canaille, in a browser."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from lab.canaille import canaille
from lab.oidc_provider import OpenIDProvider, oidc_provider
from seatkeeper.core.access import WorkspaceRole
from seatkeeper.core.providers import RoleRule
from seatkeeper.operations.members import add_member
from seatkeeper.operations.providers import ProviderForm, create_provider
from seatkeeper.store.database import Database
from seatkeeper.store.queries.members import find_member
from tests.pages.conftest import OpenPage
from tests.pages.installations import Installation
from tests.web.people import SETUP

pytestmark = pytest.mark.live

PEOPLE = {
    "ada": {"email": "ada@corp.example", "email_verified": True, "name": "Ada Lovelace", "groups": ["idm-admins"]},
    "bob": {"email": "bob@corp.example", "email_verified": True, "name": "Bob", "groups": ["everybody"]},
    "eve": {"email": "ada@other.example", "email_verified": False, "name": "Eve", "groups": ["idm-admins"]},
}
RULES = (RoleRule("idm-auditors", WorkspaceRole.AUDITOR), RoleRule("idm-admins", WorkspaceRole.ADMIN))


@pytest.fixture(scope="module")
def callback(installation: Installation) -> str:
    return installation.url("/sign-in/callback")


@pytest.fixture(scope="module")
def provider(callback: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenIDProvider]:
    with oidc_provider(tmp_path_factory.mktemp("oidc"), callback, PEOPLE) as running:
        yield running


async def _offer(installation: Installation, form: ProviderForm) -> None:
    async with installation.store.transaction(SETUP) as tx:
        await create_provider(tx, installation.keyring, form)


async def _role_of(store: Database, email: str) -> WorkspaceRole | None:
    async with store.read() as reader:
        found = await find_member(reader, email)
    return None if found is None else found.member.role


async def _go(page: Page, provider: str, login: str) -> None:
    await page.get_by_role("link", name=f"Sign in with {provider}", exact=True).click()
    await page.locator("input[name=login]").fill(login)
    await page.locator("input[name=password]").fill("any")
    await page.get_by_role("button", name="Sign-in").click()
    await page.get_by_role("button", name="Continue").click()


async def test_a_group_makes_an_admin_and_somebody_without_one_is_refused(
    installation: Installation, provider: OpenIDProvider, open_page: OpenPage
) -> None:
    # The slash at the end is not how this provider calls itself.
    form = ProviderForm(
        "Corporate",
        provider.issuer + "/",
        provider.client_id,
        provider.client_secret,
        scopes="openid email profile groups",
        role_rules=RULES,
    )
    await _offer(installation, form)
    page = await open_page("/sign-in?next=/account", None)
    await _go(page, "Corporate", "ada")
    await expect(page.get_by_role("heading", name="Sign-in and sessions")).to_be_visible()
    await expect(page.get_by_text("Ada Lovelace · ada@corp.example")).to_be_visible()
    assert await _role_of(installation.store, "ada@corp.example") is WorkspaceRole.ADMIN

    page = await open_page("/sign-in", None)
    await _go(page, "Corporate", "bob")
    await expect(page.get_by_text("none of your groups makes you one")).to_be_visible()
    assert await _role_of(installation.store, "bob@corp.example") is None


async def test_an_unverified_address_opens_nobody_elses_account(
    installation: Installation, provider: OpenIDProvider, open_page: OpenPage
) -> None:
    async with installation.store.transaction(SETUP) as tx:
        await add_member(tx, "ada@other.example", "Ada", WorkspaceRole.MEMBER)
    form = ProviderForm("Second", provider.issuer, provider.client_id, provider.client_secret)
    await _offer(installation, form)
    page = await open_page("/sign-in", None)
    await _go(page, "Second", "eve")
    await expect(page.get_by_text("has not verified that ada@other.example is yours")).to_be_visible()
    assert await _role_of(installation.store, "ada@other.example") is WorkspaceRole.MEMBER


async def test_who_does_not_consent_is_told_so(
    installation: Installation, provider: OpenIDProvider, open_page: OpenPage
) -> None:
    form = ProviderForm("Third", provider.issuer, provider.client_id, provider.client_secret)
    await _offer(installation, form)
    page = await open_page("/sign-in", None)
    await page.get_by_role("link", name="Sign in with Third", exact=True).click()
    await page.get_by_role("link", name="Cancel").click()
    await expect(page.get_by_text("Third did not let you in, or you did not agree to it")).to_be_visible()


async def test_a_provider_that_is_away_is_told_and_the_password_still_works(
    installation: Installation, open_page: OpenPage
) -> None:
    await _offer(installation, ProviderForm("Away", "http://127.0.0.1:9", "seatkeeper", "secret"))
    page = await open_page("/sign-in", None)
    await page.get_by_role("link", name="Sign in with Away", exact=True).click()
    await expect(page.get_by_text("Away cannot be reached at the moment")).to_be_visible()
    await expect(page.get_by_label("Password")).to_be_visible()


async def test_canaille_signs_people_in_who_become_what_new_people_become(
    installation: Installation, callback: str, tmp_path: Path, open_page: OpenPage
) -> None:
    with canaille(tmp_path) as running:
        client = running.register_client(callback)
        form = ProviderForm("Canaille", running.issuer, *client, default_role=WorkspaceRole.MEMBER)
        await _offer(installation, form)
        page = await open_page("/sign-in", None)
        await page.get_by_role("link", name="Sign in with Canaille", exact=True).click()
        await page.locator("input[name=login]").fill("admin")
        await page.locator("button.primary[type=submit]").click()
        await page.locator("input[name=password]").fill("adminPass123!")
        await page.locator("button.primary[type=submit]").click()
        await expect(page.get_by_text("No app is connected yet")).to_be_visible()
    assert await _role_of(installation.store, "admin@example.org") is WorkspaceRole.MEMBER
