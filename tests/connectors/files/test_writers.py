"""Several writers, many changes at once, and files with changes only."""

import asyncio
import json
import re
from collections.abc import Sequence

import pytest

from seatkeeper.core.ids import Uid
from seatkeeper.spi.errors import AccountExistsError, AccountNotFoundError, RejectedError
from tests.connectors.files.conftest import Drop
from tests.connectors.files.sessions import Whole, opened

DELTAS = {
    "content": "changes",
    "columns": ("Action=@action", "userName", "title", "Before=@previous"),
    "file_name": "users-{date}-{number:4}.csv",
    "headings": False,
}


async def test_changes_that_come_together_are_written_together(drop: Drop) -> None:
    async with opened(drop.settings()) as session:
        await asyncio.gather(*(session.create_account({"userName": f"p{number}"}) for number in range(500)))
    assert len(drop.read().splitlines()) == 501
    assert _edition(drop) <= 3


async def test_one_change_that_is_refused_harms_no_other(drop: Drop) -> None:
    async with opened(drop.settings(encoding="latin-1")) as session:
        made = await asyncio.gather(
            session.create_account({"userName": "ada"}),
            session.create_account({"userName": "ada"}),
            session.create_account({"userName": "žofie"}),
            session.create_account({"userName": "bob", "shoe": "42"}),
            session.create_account({"userName": ""}),
            session.set_active(Uid("nobody"), active=False),
            session.create_account({"userName": "grace"}),
            return_exceptions=True,
        )
        kinds = [type(each) for each in made]
        refused = [RejectedError] * 3
        assert kinds == [str, AccountExistsError, *refused, AccountNotFoundError, str]
        assert "The file has no column for shoe" in str(made[3])
        assert {account.name async for account in session.list_accounts()} == {"ada", "grace"}


@pytest.mark.parametrize("where", ["drop", pytest.param("remote", marks=pytest.mark.live)])
@pytest.mark.xdist_group("sftp")
async def test_two_writers_lose_nothing_of_one_another(where: str, request: pytest.FixtureRequest) -> None:
    place: Drop = request.getfixturevalue(where)
    async with opened(place.settings()) as one, opened(place.settings()) as other:
        await asyncio.gather(*(_write(session, who) for session, who in ((one, "a"), (other, "b"))))
        everybody = sorted(f"{who}{number}" for who in "ab" for number in range(8))
        for session in (one, other):
            assert sorted([account.name async for account in session.list_accounts()]) == everybody
    rows = re.findall(r"^([ab]\d+),", place.read(), re.MULTILINE)
    assert sorted(rows) == everybody


async def _write(session: Whole, who: str) -> None:
    for number in range(8):
        uid = await session.create_account({"userName": f"{who}{number}", "title": "x"})
        await session.update_account(uid, {"title": "y"})


async def test_the_same_name_is_given_to_one_of_two_writers_only(drop: Drop) -> None:
    async with opened(drop.settings()) as one, opened(drop.settings()) as other:
        made = await asyncio.gather(
            *(session.create_account({"userName": "ada"}) for session in (one, other)), return_exceptions=True
        )
    assert sorted(type(each).__name__ for each in made) == ["AccountExistsError", "str"]


async def test_changes_are_handed_over_once_each_in_files_that_stay_as_they_are(drop: Drop) -> None:
    async with opened(drop.settings(**DELTAS)) as session:
        ada, bob = await asyncio.gather(*_made(session, "ada", "bob"))
        await session.update_account(ada, {"title": "Countess"})
        await session.update_account(ada, {"title": "Countess"})
        await asyncio.gather(session.update_account(ada, {"userName": "lovelace"}), session.delete_account(bob))
        await session.set_active(ada, active=False)
        await session.set_active(ada, active=True)
    names = drop.names()
    assert [name[-8:-4] for name in names] == ["0001", "0002", "0003", "0004", "0005"]
    assert [sorted(drop.read(name).splitlines()) for name in names] == [
        ["add,ada,,", "add,bob,,"],
        ["change,ada,Countess,"],
        ["change,lovelace,Countess,ada", "delete,bob,,"],
        ["disable,lovelace,Countess,"],
        ["enable,lovelace,Countess,"],
    ]


async def test_old_files_are_removed_with_what_said_that_they_were_whole(drop: Drop) -> None:
    async with opened(drop.settings(**DELTAS, keep=2, control_file="{file}.ok")) as session:
        for name in ("a", "b", "c", "d"):
            await session.create_account({"userName": name})
    assert [name[-9:] for name in drop.names()] == ["-0003.csv", "03.csv.ok", "-0004.csv", "04.csv.ok"]


async def test_whoever_is_disabled_may_be_left_out(drop: Drop) -> None:
    async with opened(drop.settings(leaves_out_disabled=True)) as session:
        ada, _ = await asyncio.gather(*_made(session, "ada", "bob"))
        await session.set_active(ada, active=False)
        assert "ada" not in drop.read()
        assert {account.name async for account in session.list_accounts()} == {"ada", "bob"}
        await session.set_active(ada, active=True)
        assert "ada" in drop.read()


async def test_a_file_that_was_picked_up_comes_whole_again(drop: Drop) -> None:
    async with opened(drop.settings()) as session:
        await asyncio.gather(*_made(session, "ada", "bob"))
        (drop.folder / "users.csv").unlink()
        await session.create_account({"userName": "grace"})
    assert len(drop.read().splitlines()) == 4


async def test_nobody_begins_anew_beside_a_file_that_is_there(drop: Drop) -> None:
    drop.write("users.csv", "userName\nhundreds\n")
    async with opened(drop.settings()) as session:
        with pytest.raises(RejectedError, match=r"holds users\.csv, and no ledger"):
            await session.create_account({"userName": "ada"})
    assert drop.read() == "userName\nhundreds\n"


@pytest.mark.parametrize("harm", ["", '{"seatkeeper":1}', "{"])
async def test_a_ledger_that_was_harmed_is_not_taken_for_an_empty_one(drop: Drop, harm: str) -> None:
    async with opened(drop.settings()) as session:
        await asyncio.gather(*_made(session, "ada", "bob"))
    [ledger] = (drop.folder / ".seatkeeper").iterdir()
    ledger.write_text(harm or ledger.read_text().rpartition('{"rows"')[0])
    async with opened(drop.settings()) as session:
        with pytest.raises(RejectedError, match="is damaged"):
            await session.create_account({"userName": "grace"})


def _made(session: Whole, *names: str) -> Sequence[asyncio.Future[Uid]]:
    return [asyncio.ensure_future(session.create_account({"userName": name})) for name in names]


def _edition(drop: Drop) -> int:
    newest = max((drop.folder / ".seatkeeper").glob("ledger-*"))
    return int(json.loads(newest.read_text().partition("\n")[0])["number"])
