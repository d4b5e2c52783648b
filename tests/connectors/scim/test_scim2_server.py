"""scim2-server does what the RFCs say, so what is sent to it is what the RFCs mean."""

import asyncio
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from lab.scim2_server import SCIM2Server, scim2_server
from seatkeeper.connectors.scim import connector
from seatkeeper.connectors.scim.roles import Granting
from seatkeeper.connectors.scim.settings import SCIMSettings
from seatkeeper.core.entitlements import Entitlement
from seatkeeper.core.ids import Uid
from seatkeeper.spi.errors import RejectedError
from seatkeeper.spi.settings import validate_settings
from tests.connectors.scim.conftest import person
from tests.connectors.scim.opening import opened
from tests.connectors.scim.witnesses import ENTERPRISE
from tests.waiting import eventually

pytestmark = [pytest.mark.live, pytest.mark.xdist_group("scim2-server")]


@pytest.fixture
def settings(scim2_server_app: SCIM2Server, tenant: str) -> SCIMSettings:
    given = {"base_url": scim2_server_app.base_url(tenant), "token": scim2_server_app.token}
    return validate_settings(SCIMSettings, given)


def user(app: SCIM2Server, tenant: str, uid: str) -> dict[str, Any]:
    return next(each for each in app.resources(tenant, "Users") if each["id"] == uid)


def count_calls(app: SCIM2Server, tenant: str, method: str) -> int:
    """Count the calls in the server's log, which it writes after it has answered: so once a later one is there."""
    log, later = app.server.command.log, f"later-{uuid4().hex}"
    app.resources(later, "Users")
    eventually(lambda: later in log.read_text())
    return log.read_text().count(f'"{method} /{tenant}/v2/')


def write(app: SCIM2Server, tenant: str, uid: str, changed: dict[str, Any]) -> None:
    """Change a user by hand."""
    headers = {"Authorization": f"Bearer {app.token}", "Content-Type": "application/scim+json"}
    document = {**user(app, tenant, uid), **changed}
    httpx.put(
        f"{app.base_url(tenant)}/Users/{uid}", json=document, headers=headers, verify=False
    ).raise_for_status()


async def test_a_change_is_one_call(scim2_server_app: SCIM2Server, tenant: str, settings: SCIMSettings) -> None:
    async with opened(settings) as session:
        uid = await session.create_account(person("ada"))
        reads = count_calls(scim2_server_app, tenant, "GET")
        await session.update_account(uid, {"title": "Head", f"{ENTERPRISE}:department": "Design"})
    eventually(lambda: count_calls(scim2_server_app, tenant, "PATCH") == 1)
    assert count_calls(scim2_server_app, tenant, "PUT") == 0
    assert count_calls(scim2_server_app, tenant, "GET") == reads


async def test_members_change_in_batches(
    scim2_server_app: SCIM2Server, tenant: str, settings: SCIMSettings
) -> None:
    batches = settings.model_copy(update={"batch_size": 4})
    async with opened(batches) as session:
        uids = [await session.create_account(person(f"p{number}")) for number in range(10)]
        group = await session.create_group("devs")
        await session.change_members(group, add=uids, remove=[])
        eventually(lambda: count_calls(scim2_server_app, tenant, "PATCH") == 3)
        await session.change_members(group, add=[], remove=uids[:4])
        eventually(lambda: count_calls(scim2_server_app, tenant, "PATCH") == 4)
        seen = await session.read_group(group)
    assert seen is not None
    assert seen.members == set(uids[4:])


async def test_other_elements_of_a_list_stay(
    scim2_server_app: SCIM2Server, tenant: str, settings: SCIMSettings
) -> None:
    home = {"value": "ada@home.example", "type": "home"}
    async with opened(settings) as session:
        uid = await session.create_account(person("ada"))
        emails = user(scim2_server_app, tenant, uid)["emails"]
        write(scim2_server_app, tenant, uid, {"emails": [*emails, home]})
        await session.update_account(uid, {"emails": "new@example.org"})
        assert home in user(scim2_server_app, tenant, uid)["emails"]
        await session.update_account(uid, {"emails": None})
        assert user(scim2_server_app, tenant, uid)["emails"] == [home]
        await session.update_account(uid, {"emails": "again@example.org", 'emails[type eq "home"].value': None})
        seen = await session.read_account(uid)
    assert [email["value"] for email in user(scim2_server_app, tenant, uid)["emails"]] == ["again@example.org"]
    assert seen is not None
    assert seen.attributes["emails"] == "again@example.org"


async def test_addresses_are_written_part_by_part(
    scim2_server_app: SCIM2Server, tenant: str, settings: SCIMSettings
) -> None:
    city, street = 'addresses[type eq "work"].locality', 'addresses[type eq "work"].streetAddress'
    async with opened(settings) as session:
        uid = await session.create_account({**person("ada"), city: "Turin"})
        await session.update_account(uid, {street: "Via Po 1"})
        seen = await session.read_account(uid)
        assert seen is not None
        assert (seen.attributes[city], seen.attributes[street]) == ("Turin", "Via Po 1")
        assert [found.uid for found in await session.find_accounts(city, "Turin")] == [uid]
        await session.update_account(uid, {city: None})
    (address,) = user(scim2_server_app, tenant, uid)["addresses"]
    assert address == {"type": "work", "streetAddress": "Via Po 1"}


async def test_the_manager_is_a_bare_id(
    scim2_server_app: SCIM2Server, tenant: str, settings: SCIMSettings
) -> None:
    manager = f"{ENTERPRISE}:manager.value"
    async with opened(settings) as session:
        boss = await session.create_account(person("boss"))
        uid = await session.create_account(person("ada"))
        await session.update_account(uid, {manager: boss})
        assert user(scim2_server_app, tenant, uid)[ENTERPRISE]["manager"]["value"] == boss
        await session.update_account(uid, {manager: None})
        seen = await session.read_account(uid)
    assert seen is not None
    assert manager not in seen.attributes


async def test_writers_by_put_do_not_overwrite_one_another(
    scim2_server_app: SCIM2Server, tenant: str, settings: SCIMSettings
) -> None:
    changes = {"title": "Head", "nickName": "Zo", "locale": "it-IT"}
    async with opened(settings.model_copy(update={"patch": "put"})) as session:
        uid = await session.create_account(person("ada"))
        await asyncio.gather(*(session.update_account(uid, {name: value}) for name, value in changes.items()))
    written = user(scim2_server_app, tenant, uid)
    assert {name: written[name] for name in changes} == changes


async def test_a_role_keeps_its_words_when_another_is_granted(
    scim2_server_app: SCIM2Server, tenant: str, settings: SCIMSettings
) -> None:
    auditor = {"value": "auditor", "display": "Auditor (all entities)", "type": "finance"}
    async with connector.connect(settings) as session:
        assert isinstance(session, Granting)
        uid = await session.create_account(person("ada"))
        write(scim2_server_app, tenant, uid, {"roles": [auditor]})
        await session.grant(uid, [Entitlement("role", "editor")])
        assert auditor in user(scim2_server_app, tenant, uid)["roles"]
        await session.revoke(uid, [Entitlement("role", "editor")])
    assert user(scim2_server_app, tenant, uid)["roles"] == [auditor]


async def test_a_refused_value_says_why(settings: SCIMSettings) -> None:
    async with opened(settings) as session:
        with pytest.raises(RejectedError, match="answered 400: "):
            await session.create_account({**person("ada"), "profileUrl": "no address"})
        with pytest.raises(RejectedError, match="no name of a SCIM attribute"):
            await session.update_account(Uid("x"), {"emails[0]": "x"})


async def test_an_uid_is_never_taken_for_a_path(settings: SCIMSettings) -> None:
    async with opened(settings) as session:
        for uid in ("../ServiceProviderConfig", "?filter=userName pr", "a/b"):
            assert await session.read_account(Uid(uid)) is None
            assert await session.read_group(Uid(uid)) is None


def test_the_server_writes_down_what_it_held(tmp_path: Path) -> None:
    async def make_one(settings: SCIMSettings) -> None:
        async with opened(settings) as session:
            await session.create_account(person("ada"))

    with scim2_server(tmp_path) as app:
        given = {"base_url": app.base_url("acme"), "token": app.token}
        asyncio.run(make_one(validate_settings(SCIMSettings, given)))
        (dumped,) = app.stop_and_dump()["acme"]
    assert dumped["userName"] == "ada@example.org"
