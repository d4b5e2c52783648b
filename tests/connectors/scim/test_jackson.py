"""SAML Jackson shows no discovery, looks up addresses whatever was asked for, and hides members."""

import asyncio
from typing import Any

import httpx
import pytest

from lab.jackson import Directory
from seatkeeper.connectors.scim.settings import SCIMSettings
from seatkeeper.core.problems import ProblemCode
from seatkeeper.spi.connector import check
from seatkeeper.spi.errors import AccountExistsError, RejectedError, TransientError
from seatkeeper.spi.settings import validate_settings
from tests.connectors.scim.conftest import person
from tests.connectors.scim.opening import opened
from tests.connectors.scim.witnesses import ENTERPRISE

pytestmark = [pytest.mark.live, pytest.mark.xdist_group("jackson")]


@pytest.fixture
def settings(directory: Directory) -> SCIMSettings:
    given = {"base_url": directory.base_url, "token": directory.token, "members": "write-only"}
    return validate_settings(SCIMSettings, given)


def raw(directory: Directory, method: str, path: str, document: object = None) -> httpx.Response:
    headers = {"Authorization": f"Bearer {directory.token}", "Content-Type": "application/scim+json"}
    return httpx.request(method, directory.base_url + path, headers=headers, json=document, verify=False)


def events(directory: Directory, kind: str) -> list[dict[str, Any]]:
    return [event["data"] for event in directory.events() if event["event"] == kind]


async def test_an_app_without_discovery_can_do_everything(directory: Directory, settings: SCIMSettings) -> None:
    assert raw(directory, "GET", "/ServiceProviderConfig").status_code == 404
    async with opened(settings) as session:
        found = await check(session)
        assert (found[0], found[-1]) == (directory.base_url, "0 users")
        assert session.abilities.write_only == {"password"}
        assert session.abilities.groups
        assert not session.abilities.reads_members


async def test_a_filter_that_looks_elsewhere_does_not_hide_an_account(
    directory: Directory, settings: SCIMSettings
) -> None:
    async with opened(settings) as session:
        uid = await session.create_account({**person("ada"), "emails": "elsewhere@example.org"})
        missed = raw(directory, "GET", '/Users?filter=userName eq "ada@example.org"').json()
        assert missed["totalResults"] == 0
        assert [found.uid for found in await session.find_accounts("userName", "ADA@example.org")] == [uid]


async def test_a_taken_name_with_another_address_makes_no_double(
    directory: Directory, settings: SCIMSettings
) -> None:
    async with opened(settings) as session:
        await session.create_account(person("ada"))
        with pytest.raises(AccountExistsError):
            await session.create_account({**person("ada"), "emails": "elsewhere@example.org"})
    assert len(directory.users()) == 1


async def test_accounts_beyond_the_page_the_app_counts_are_listed(
    directory: Directory, settings: SCIMSettings
) -> None:
    documents = [
        {"userName": f"u{number}", "emails": [{"value": f"u{number}@example.org"}]} for number in range(60)
    ]
    made = {raw(directory, "POST", "/Users", document).json()["id"] for document in documents}
    assert raw(directory, "GET", "/Users?startIndex=1&count=100").json()["totalResults"] == 50
    async with opened(settings) as session:
        assert {account.uid async for account in session.list_accounts()} == made


async def test_the_extension_changes_without_leaving_rubbish(directory: Directory, settings: SCIMSettings) -> None:
    async with opened(settings) as session:
        uid = await session.create_account(person("ada"))
        await session.update_account(uid, {f"{ENTERPRISE}:department": "Design", "title": "Head"})
    (user,) = directory.users()
    assert user["raw"][ENTERPRISE] == {"department": "Design"}
    assert [name for name in user["raw"] if name.startswith("urn:")] == [ENTERPRISE]


async def test_the_address_reaches_the_app_jackson_is_embedded_in(
    directory: Directory, settings: SCIMSettings
) -> None:
    async with opened(settings) as session:
        uid = await session.create_account(person("ada"))
        await session.update_account(uid, {"emails": "ada.new@example.org"})
    assert [user["email"] for user in events(directory, "user.updated")] == ["ada.new@example.org"]


async def test_members_that_come_with_a_group_are_dropped_so_they_are_added_after(
    directory: Directory, settings: SCIMSettings
) -> None:
    async with opened(settings) as session:
        uids = [await session.create_account(person(name)) for name in ("ada", "bob")]
        members = [{"value": uid} for uid in uids]
        dropped = raw(directory, "POST", "/Groups", {"displayName": "raw", "members": members}).json()
        assert directory.members(dropped["id"]) == frozenset()
        group = await session.create_group("ours")
        await session.change_members(group, add=uids, remove=[])
    assert directory.members(group) == frozenset(uids)
    assert [data["group"]["id"] for data in events(directory, "group.user_added")] == [group, group]


async def test_an_answer_of_nothing_is_no_success(directory: Directory, settings: SCIMSettings) -> None:
    async with opened(settings) as session:
        uid = await session.create_account(person("ada"))
        directory.deactivate()
        with pytest.raises(TransientError):
            await check(session)
        with pytest.raises(TransientError):
            await session.create_account(person("bob"))
        with pytest.raises(TransientError):
            await session.create_group("devs")
        with pytest.raises(TransientError):
            await session.read_account(uid)


async def test_an_address_where_there_is_no_app_is_a_matter_of_settings(
    directory: Directory, settings: SCIMSettings
) -> None:
    elsewhere = settings.model_copy(update={"base_url": f"{directory.base_url[:-4]}0000"})
    async with opened(elsewhere) as session:
        with pytest.raises(RejectedError, match="Check the address") as raised:
            await check(session)
    assert raised.value.code is ProblemCode.SETTINGS_INVALID


async def test_tasks_that_share_a_session_make_each_account_once(
    directory: Directory, settings: SCIMSettings
) -> None:
    async with opened(settings) as session:
        people = [person(f"p{number}") for number in range(12)]
        await asyncio.gather(*(session.create_account(each) for each in people))
    assert sorted(user["raw"]["userName"] for user in directory.users()) == sorted(
        str(each["userName"]) for each in people
    )
