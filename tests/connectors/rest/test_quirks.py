"""What real apps were seen to do, and what their manifests make of it."""

import asyncio
import secrets
from typing import Any

import pytest

from lab.apps import Launched
from lab.jupyterhub import JupyterHub
from seatkeeper.core.entitlements import Entitlement
from seatkeeper.core.ids import Uid
from seatkeeper.spi.errors import RejectedError, TransientError
from seatkeeper.spi.testing import Harness

pytestmark = pytest.mark.live


def opened(harness: Harness) -> Any:
    return harness.connector.connect(harness.settings)


def stem() -> str:
    return f"q{secrets.token_hex(4)}"


@pytest.mark.xdist_group("roundup")
async def test_roundup_changes_at_the_same_moment_are_all_made(roundup_harness: Harness) -> None:
    changes = [{"phone": "1"}, {"organisation": "Sales"}, {"realname": "Ada"}]
    async with opened(roundup_harness) as session:
        uid = await session.create_account(roundup_harness.person(stem()))
        await asyncio.gather(*(session.update_account(uid, change) for change in changes))
        seen = await session.read_account(uid)
    assert {name: seen.attributes[name] for change in changes for name in change} == {
        "phone": "1",
        "organisation": "Sales",
        "realname": "Ada",
    }


@pytest.mark.xdist_group("roundup")
async def test_roundup_a_name_may_be_used_again_and_what_was_retired_stays_away(roundup_harness: Harness) -> None:
    person = roundup_harness.person(stem())
    async with opened(roundup_harness) as session:
        first = await session.create_account(person)
        await session.delete_account(first)
        second = await session.create_account(person)
        assert first != second
        assert await session.read_account(first) is None
        assert [each.uid for each in await session.find_accounts("username", str(person["username"]))] == [second]


@pytest.mark.xdist_group("roundup")
async def test_roundup_a_value_it_does_not_take_is_no_conflict(roundup_harness: Harness) -> None:
    async with opened(roundup_harness) as session:
        with pytest.raises(RejectedError, match="letters"):
            await session.create_account({"username": "a b", "address": f"{stem()}@example.org"})


@pytest.mark.heavy
@pytest.mark.xdist_group("redmine")
async def test_redmine_gives_an_id_out_again_and_its_name_tells(redmine_harness: Harness) -> None:
    gone, new = redmine_harness.person(stem()), redmine_harness.person(stem())
    async with opened(redmine_harness) as session:
        uid = await session.create_account(gone)
        await session.delete_account(uid)
        assert await session.create_account(new) == uid
        assert (await session.read_account(uid)).name == new["login"]
        assert await session.find_accounts("login", str(gone["login"])) == []


@pytest.mark.heavy
@pytest.mark.xdist_group("tryton")
async def test_tryton_errors_inside_200_are_errors_and_nobody_is_deleted(tryton_harness: Harness) -> None:
    async with opened(tryton_harness) as session:
        with pytest.raises(RejectedError, match="A value is required"):
            await session.create_account({"login": "", "name": "Nobody"})
        assert not session.abilities.deletes
        assert not hasattr(session, "delete_account")


@pytest.mark.heavy
@pytest.mark.xdist_group("mediawiki")
async def test_mediawiki_what_is_only_warned_of_is_no_success(mediawiki_harness: Harness) -> None:
    async with opened(mediawiki_harness) as session:
        uid = await session.create_account(mediawiki_harness.person(stem()))
        with pytest.raises(RejectedError):
            await session.grant(uid, [Entitlement("group", "nonsense")])
        with pytest.raises(RejectedError, match="valid username"):
            await session.create_account({"name": "Bad|name"})


@pytest.mark.heavy
@pytest.mark.xdist_group("jupyterhub")
async def test_jupyterhub_one_stranger_holds_up_no_other_member(jupyterhub_harness: Harness) -> None:
    async with opened(jupyterhub_harness) as session:
        group = await session.create_group(stem())
        people = [await session.create_account({"name": stem()}) for _ in range(3)]
        with pytest.raises(RejectedError, match="No such user"):
            await session.change_members(group, add=[people[0], Uid("stranger"), *people[1:]], remove=[])
        assert (await session.read_group(group)).members == frozenset(people)
        await session.delete_group(group)


@pytest.mark.heavy
@pytest.mark.xdist_group("jupyterhub")
async def test_jupyterhub_that_is_not_there_yet_is_waited_for(
    jupyterhub: JupyterHub, jupyterhub_harness: Harness
) -> None:
    async with opened(jupyterhub_harness) as session:
        uid = await session.create_account({"name": stem()})
        Launched.stop(jupyterhub)  # the proxy stays, and answers for the hub
        try:
            with pytest.raises(TransientError):
                await session.read_account(uid)
        finally:
            Launched.start(jupyterhub)
        assert (await session.read_account(uid)).uid == uid
