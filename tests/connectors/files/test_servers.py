"""A server is the one that was pinned, lets the service account in, and may go away for a while."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from lab.processes import free_port
from lab.sftp import DROP, USER, SFTPServer, running_sftp
from seatkeeper.spi.errors import ConnectorError, CredentialsRefusedError, RejectedError, TransientError
from tests.bootstrap.black_hole import black_hole
from tests.connectors.files.conftest import Drop, by_password, reach
from tests.connectors.files.sessions import opened
from tests.connectors.trials import failed_at, told, tried

pytestmark = [pytest.mark.live, pytest.mark.xdist_group("sftp")]

SETTINGS, REACHED = "The settings are complete", "The server can be reached"
SIGNED_IN = "It is the server whose key is pinned, and lets the service account in"
FOLDER, WRITTEN = "The folder is there, and nobody else's file is in it", "Files can be written and renamed there"
RETURNED = "The return file can be read"


async def test_each_stage_of_a_good_connection_is_told_and_nothing_is_left(
    server: SFTPServer, remote: Drop
) -> None:
    given = {**remote.reach, "return_file": "export.csv", "return_columns": ["userName"]}
    trial = await tried("files", given)
    assert told(trial)[1:] == [
        (REACHED, True, f"its key is {server.fingerprint}"),
        (SIGNED_IN, True, f"as {USER}"),
        (FOLDER, True, "nobody was handed over yet"),
        (WRITTEN, True, remote.reach["folder"]),
        (RETURNED, True, "there is none yet"),
    ]
    assert server.private_key not in repr(trial)
    assert not list((remote.folder / ".seatkeeper").iterdir())


@pytest.mark.parametrize(
    ("wrong", "stage", "sentence", "remedy"),
    [
        ({"port": free_port()}, REACHED, "127.0.0.1:", "Check the address"),
        ({"host_key": []}, SIGNED_IN, "No host key is pinned", "enter it as Host key"),
        (
            {"host_key": [f"SHA256:{'A' * 43}"]},
            SIGNED_IN,
            "another is pinned",
            "enter it as Host key if it is right",
        ),
        ({"password": "wrong"}, SIGNED_IN, f"did not let {USER} sign in", "credentials"),
        ({"user": "root"}, SIGNED_IN, "did not let root sign in", "credentials"),
        ({"private_key": "no key"}, SIGNED_IN, "The private key cannot be read", "Enter the whole key"),
        ({"folder": f"{DROP}/nowhere"}, FOLDER, "it is not there", "Make the folder"),
        ({"folder": "/"}, FOLDER, "Permission denied", ""),
    ],
)
async def test_a_failure_names_its_stage_and_what_to_do(
    server: SFTPServer, wrong: dict[str, Any], stage: str, sentence: str, remedy: str
) -> None:
    trial = await tried("files", by_password(server, **wrong))
    assert failed_at(trial) == stage
    assert sentence in trial.explain().sentence
    assert remedy in trial.explain().remedy
    if "host_key" in wrong:
        assert server.fingerprint in trial.explain().sentence


async def test_a_key_that_lost_its_lines_in_a_form_is_a_key_still(server: SFTPServer, remote: Drop) -> None:
    drop = Drop(remote.folder, {**remote.reach, "private_key": server.private_key.replace("\n", " ")})
    async with opened(drop.settings()) as session:
        assert await session.create_account({"userName": "ada"})


async def test_a_server_that_says_nothing_is_not_waited_for_long(server: SFTPServer) -> None:
    async with black_hole() as hole:
        trial = await tried("files", reach(server, port=hole.port, connect_timeout=0.2))
    assert failed_at(trial) == REACHED
    assert "did not answer within" in trial.explain().sentence


async def test_what_was_lost_is_taken_up_again(tmp_path: Path) -> None:
    with running_sftp(tmp_path / "sftp") as server:
        async with opened(Drop(server.drop, reach(server)).settings()) as session:
            ada = await session.create_account({"userName": "ada"})
            server.stop()
            with pytest.raises(TransientError):
                await session.create_account({"userName": "bob"})
            server.start()
            assert await session.read_account(ada)
            server.stop()
            server.start()
            await session.create_account({"userName": "bob"})
            server.change_host_key()
            with pytest.raises(CredentialsRefusedError, match=r"shows the key SHA256:.* another is pinned"):
                await session.read_account(ada)
        assert (server.drop / "users.csv").read_text().count("\n") == 3


async def test_a_server_that_goes_away_in_the_middle_of_a_batch_loses_nothing(tmp_path: Path) -> None:
    """Whatever an answer that was lost had said: who is there afterwards is there once."""
    with running_sftp(tmp_path / "sftp") as server:
        settings = Drop(server.drop, reach(server)).settings(gather=0)
        async with opened(settings) as session:
            for number in range(10):
                asked = asyncio.create_task(session.create_account({"userName": f"p{number}"}))
                if number % 3 == 1:
                    await _until_it_writes(server.drop, "data" if number % 2 else "ledger")
                    await asyncio.to_thread(server.stop)
                    await asyncio.to_thread(server.start)
                try:
                    await asked
                except TransientError:
                    if not await session.find_accounts("userName", f"p{number}"):
                        await session.create_account({"userName": f"p{number}"})
            listed = sorted([account.name async for account in session.list_accounts()])
        assert listed == [f"p{number}" for number in range(10)]
        rows = (server.drop / "users.csv").read_text().splitlines()[1:]
        assert sorted(row.split(",")[0] for row in rows) == listed


async def _until_it_writes(folder: Path, kind: str) -> None:
    async with asyncio.timeout(20):
        while not list((folder / ".seatkeeper").glob(f"part-*-{kind}")):  # noqa: ASYNC110 - seen on the disk only
            await asyncio.sleep(0)


async def test_a_folder_without_room_to_write_is_told_as_that(server: SFTPServer, remote: Drop) -> None:
    (remote.folder / ".seatkeeper").mkdir(mode=0o755)
    async with opened(remote.settings()) as session:
        with pytest.raises(RejectedError, match="Permission denied") as refused:
            await session.create_account({"userName": "ada"})
    assert isinstance(refused.value, ConnectorError)
