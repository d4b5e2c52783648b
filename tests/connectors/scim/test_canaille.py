"""Canaille ignores filters, answers duplicates with a page of HTML, and calls members by their names."""

import httpx
import pytest

from lab.canaille import CLIENT_ID, CLIENT_SECRET, Canaille
from seatkeeper.connectors.scim import connector
from seatkeeper.connectors.scim.groups import Grouping
from seatkeeper.connectors.scim.settings import SCIMSettings
from seatkeeper.core.ids import Uid
from seatkeeper.core.values import Attributes
from seatkeeper.spi.connector import check
from seatkeeper.spi.errors import AccountExistsError, CredentialsRefusedError, RejectedError
from seatkeeper.spi.settings import validate_settings
from tests.connectors.scim.conftest import SMALL, person
from tests.connectors.scim.opening import opened

pytestmark = [pytest.mark.live, pytest.mark.xdist_group("canaille")]


@pytest.fixture
def settings(canaille_app: Canaille) -> SCIMSettings:
    given = {"base_url": canaille_app.base_url, "token": canaille_app.token, **SMALL}
    return validate_settings(SCIMSettings, given)


def raw(app: Canaille, method: str, path: str, document: object = None) -> httpx.Response:
    headers = {"Authorization": f"Bearer {app.token}", "Content-Type": "application/scim+json"}
    return httpx.request(method, app.base_url + path, headers=headers, json=document, verify=False, timeout=30)


def user_document(attributes: Attributes) -> dict[str, object]:
    return {
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
        "userName": attributes["userName"],
        "name": {"formatted": attributes["name.formatted"], "familyName": attributes["name.familyName"]},
        "active": True,
    }


def admin(app: Canaille) -> tuple[object, ...]:
    (row,) = app.rows("SELECT * FROM user WHERE user_name = 'admin'")
    return tuple(row)


async def test_a_filter_that_is_ignored_finds_only_the_one_asked_for(
    canaille_app: Canaille, settings: SCIMSettings, tenant: str
) -> None:
    ignored = raw(canaille_app, "GET", f'/Users?filter=userName eq "{tenant}"').json()
    assert "admin" in [user["userName"] for user in ignored["Resources"]]
    before = admin(canaille_app)
    async with opened(settings) as session:
        assert await session.find_accounts("userName", tenant) == []
        uid = await session.create_account(person(tenant))
        assert [found.uid for found in await session.find_accounts("userName", f"{tenant}@example.org")] == [uid]
        await session.update_account(uid, {"title": "Nobody else"})
    assert admin(canaille_app) == before


async def test_a_duplicate_answered_with_html_is_an_account_that_exists(
    canaille_app: Canaille, settings: SCIMSettings, tenant: str
) -> None:
    async with opened(settings) as session:
        await session.create_account(person(tenant))
        answer = raw(canaille_app, "POST", "/Users", user_document(person(tenant)))
        assert (answer.status_code, "<html" in answer.text) == (500, True)
        with pytest.raises(AccountExistsError) as raised:
            await session.create_account(person(tenant))
    assert "<" not in str(raised.value)
    assert len(canaille_app.rows("SELECT id FROM user WHERE user_name = ?", f"{tenant}@example.org")) == 1


async def test_what_the_app_drops_is_declared_and_not_looked_for(settings: SCIMSettings, tenant: str) -> None:
    async with opened(settings) as session:
        assert {"externalId", "nickName", "password"} <= session.abilities.write_only
        assert "title" not in session.abilities.write_only
        assert not session.abilities.renames
        assert not session.abilities.renames_groups
        uid = await session.create_account(person(tenant))
        seen = await session.read_account(uid)
        assert seen is not None
        assert "externalId" not in seen.attributes
        assert not await session.find_accounts("externalId", f"hr-{tenant}")


async def test_an_attribute_the_schema_lacks_is_refused_by_name(settings: SCIMSettings, tenant: str) -> None:
    async with opened(settings) as session:
        with pytest.raises(RejectedError, match="no attribute favouriteColour"):
            await session.create_account({**person(tenant), "favouriteColour": "red"})


async def test_what_the_app_demands_is_said_in_its_own_words(settings: SCIMSettings, tenant: str) -> None:
    attributes = {name: value for name, value in person(tenant).items() if name != "name.formatted"}
    async with opened(settings) as session:
        with pytest.raises(RejectedError, match=r"answered 400: .*required"):
            await session.create_account(attributes)


async def test_another_address_stays_when_the_first_changes(
    canaille_app: Canaille, settings: SCIMSettings, tenant: str
) -> None:
    async with opened(settings) as session:
        uid = await session.create_account(person(tenant))
        both = [{"value": f"{tenant}@example.org"}, {"value": "second@example.org"}]
        operation = {"op": "replace", "path": "emails", "value": both}
        patch = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": [operation]}
        assert raw(canaille_app, "PATCH", f"/Users/{uid}", patch).is_success
        await session.update_account(uid, {"emails": "first@example.org"})
    emails = raw(canaille_app, "GET", f"/Users/{uid}").json()["emails"]
    assert emails == [{"value": "first@example.org"}, {"value": "second@example.org"}]


async def test_a_part_the_app_will_not_empty_by_patch_is_emptied_and_groups_stay(
    canaille_app: Canaille, settings: SCIMSettings, tenant: str
) -> None:
    async with opened(settings) as session:
        uid = await session.create_account(person(tenant))
        group = await session.create_group(tenant)
        await session.change_members(group, add=[uid], remove=[])
        await session.update_account(uid, {"name.givenName": None})
        seen = await session.read_group(group)
    (row,) = canaille_app.rows("SELECT given_name, family_name FROM user WHERE id = ?", uid)
    assert (row["given_name"], row["family_name"]) == (None, person(tenant)["name.familyName"])
    assert seen is not None
    assert seen.members == {uid}


async def test_members_called_by_name_are_read_as_uids_and_the_others_stay(
    canaille_app: Canaille, settings: SCIMSettings, tenant: str
) -> None:
    stranger = Uid(raw(canaille_app, "GET", "/Users/admin").json()["id"])
    async with opened(settings) as session:
        uids = [await session.create_account(person(f"{tenant}{letter}")) for letter in "abc"]
        group = await session.create_group(tenant)
        await session.change_members(group, add=[stranger, *uids], remove=[])
        members = raw(canaille_app, "GET", f"/Groups/{group}").json()["members"]
        assert f"{tenant}a@example.org" in [member["value"] for member in members]
    async with opened(settings) as session:
        await session.change_members(group, add=uids[:1], remove=uids[1:])
        seen = await session.read_group(group)
        assert seen is not None
        assert seen.members == {stranger, uids[0]}


async def test_client_credentials_fetch_one_token_for_many_calls(
    canaille_app: Canaille, settings: SCIMSettings, tenant: str
) -> None:
    given = {"token_url": canaille_app.token_url, "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
    oauth = validate_settings(
        SCIMSettings,
        {"base_url": canaille_app.base_url, "authentication": "oauth2", "scope": "openid", **given, **SMALL},
    )
    before = canaille_app.rows("SELECT count(*) FROM token")[0][0]
    async with opened(oauth) as session:
        await check(session)
        await session.create_account(person(tenant))
    assert canaille_app.rows("SELECT count(*) FROM token")[0][0] == before + 1


async def test_a_wrong_client_secret_is_refused_and_not_repeated(canaille_app: Canaille) -> None:
    given = {"token_url": canaille_app.token_url, "client_id": CLIENT_ID, "client_secret": "a-wrong-secret"}
    oauth = validate_settings(
        SCIMSettings, {"base_url": canaille_app.base_url, "authentication": "oauth2", **given, **SMALL}
    )
    with pytest.raises(CredentialsRefusedError) as raised:
        async with connector.connect(oauth) as session:
            await check(session)
    assert "a-wrong-secret" not in str(raised.value)


async def test_a_session_offers_what_its_app_has(settings: SCIMSettings) -> None:
    async with opened(settings) as session:
        assert isinstance(session, Grouping)
        assert session.abilities.grants == frozenset()
