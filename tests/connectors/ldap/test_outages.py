"""The directory goes away, hangs or comes back; calls fail as something that passes, and then work again."""

import asyncio

import pytest

from lab.slapd import PASSWORD, PEOPLE, SERVICE_DN, Slapd
from seatkeeper.connectors.ldap.groups import SwitchingAndGrouping
from seatkeeper.connectors.ldap.protocol import requests
from seatkeeper.connectors.ldap.protocol.connections import UnansweredError
from seatkeeper.connectors.ldap.protocol.connections import connect as open_connection
from seatkeeper.connectors.ldap.protocol.filters import present
from seatkeeper.connectors.ldap.protocol.requests import Search
from seatkeeper.connectors.ldap.sessions import connect
from seatkeeper.core.ids import Uid
from seatkeeper.spi.connector import ReadsAccounts, check
from seatkeeper.spi.errors import CredentialsRefusedError, TransientError
from tests.bootstrap.black_hole import black_hole
from tests.connectors.ldap.conftest import settings_for
from tests.connectors.ldap.samples import person

pytestmark = [pytest.mark.live, pytest.mark.xdist_group("slapd")]


async def test_a_restart_between_calls_goes_unnoticed(session: SwitchingAndGrouping, directory: Slapd) -> None:
    uid = await session.create_account(person("ada"))
    directory.stop()
    directory.start()
    assert await session.read_account(uid) is not None


async def test_calls_fail_while_it_is_down_and_work_when_it_is_back(
    session: SwitchingAndGrouping, directory: Slapd
) -> None:
    uid = await session.create_account(person("ada"))
    directory.crash()
    for _ in range(2):
        with pytest.raises(TransientError, match="cannot be reached"):
            await session.read_account(uid)
    with pytest.raises(TransientError, match="cannot be reached"):
        await session.create_account(person("bob"))
    directory.start()
    await session.update_account(uid, {"title": "Analyst"})
    assert directory.people()["ada"].one("title") == "Analyst"


async def test_a_crash_under_way_fails_every_call_and_none_waits(
    session: SwitchingAndGrouping, directory: Slapd
) -> None:
    await check(session)
    directory.freeze()
    calls = [asyncio.create_task(session.create_account(person(f"ada{number}"))) for number in range(5)]
    await asyncio.sleep(0)
    directory.crash()
    for ended in await asyncio.gather(*calls, return_exceptions=True):
        assert isinstance(ended, TransientError)
    directory.start()
    uids = await asyncio.gather(*(session.create_account(person(f"bob{number}")) for number in range(5)))
    assert len(set(uids)) == 5


async def test_a_server_that_hangs_is_given_up_and_used_again_when_it_answers(directory: Slapd) -> None:
    async with connect(settings_for(directory, timeout=0.5, connect_timeout=5)) as session:
        assert isinstance(session, SwitchingAndGrouping)
        uid = await session.create_account(person("ada"))
        directory.freeze()
        try:
            with pytest.raises(TransientError, match=r"no answer within 0\.5 seconds"):
                await session.read_account(uid)
        finally:
            directory.thaw()
        assert await session.read_account(uid) is not None


@pytest.mark.parametrize("scheme", ["ldap", "ldaps"])
async def test_a_server_that_never_says_a_word_is_given_up(shared_directory: Slapd, scheme: str) -> None:
    async with black_hole() as hole:
        settings = settings_for(shared_directory, url=f"{scheme}://127.0.0.1:{hole.port}", connect_timeout=0.3)
        async with connect(settings) as session:
            with pytest.raises(TransientError, match=r"did not answer within 0\.3 seconds"):
                await check(session)


async def test_a_server_that_speaks_something_else_is_told(shared_directory: Slapd) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        async with connect(settings_for(shared_directory, url=f"ldap://127.0.0.1:{port}")) as session:
            with pytest.raises(TransientError, match="does not speak LDAP"):
                await check(session)


async def test_a_cancelled_call_leaves_the_others_alone(session: SwitchingAndGrouping, directory: Slapd) -> None:
    uid = await session.create_account(person("ada"))
    directory.freeze()
    try:
        calls = [asyncio.create_task(session.read_account(uid)) for _ in range(4)]
        await asyncio.sleep(0)
        calls[0].cancel()
        calls[2].cancel()
    finally:
        directory.thaw()
    ended = await asyncio.gather(*calls, return_exceptions=True)
    assert [isinstance(each, asyncio.CancelledError) for each in ended] == [True, False, True, False]
    seen = await session.read_account(uid)
    assert seen is not None
    assert ended[1] == ended[3] == seen


async def test_many_calls_share_few_connections(directory: Slapd) -> None:
    async with connect(settings_for(directory, connections=2)) as session:
        assert isinstance(session, SwitchingAndGrouping)
        people = [person(f"p{number}") for number in range(60)]
        uids = await asyncio.gather(*map(session.create_account, people))
        seen = await asyncio.gather(*map(session.read_account, uids))
        assert [each.name for each in seen if each is not None] == [each["uid"] for each in people]
        assert len(directory.people()) == 60


async def test_a_password_that_changed_is_told_from_an_outage(directory: Slapd) -> None:
    async with connect(settings_for(directory, bind_password="the old password")) as session:
        assert isinstance(session, ReadsAccounts)
        with pytest.raises(CredentialsRefusedError, match="invalid credentials") as refused:
            await session.read_account(Uid("x"))
        assert "the old password" not in str(refused.value)


async def test_each_call_waits_as_long_as_it_was_told_to(directory: Slapd) -> None:
    connection = await open_connection("127.0.0.1", directory.port)
    await connection.bind(SERVICE_DN, PASSWORD, patience=5)
    search = requests.search(Search(PEOPLE, present("objectClass"), ["uid"]))
    directory.freeze()
    try:
        patient = asyncio.create_task(connection.call(search, patience=30))
        with pytest.raises(UnansweredError, match=r"within 0\.1 seconds"):
            await connection.call(search, patience=0.1)
        assert not connection.usable
        assert not patient.done()
    finally:
        directory.thaw()
    assert (await patient).result.code == 0
    await connection.close()
