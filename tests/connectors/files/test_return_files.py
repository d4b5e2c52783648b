"""What the app's own list says counts; what was only handed over is told as that."""

import os
from datetime import timedelta

import pytest

from seatkeeper.core.accounts import Standing
from seatkeeper.core.entitlements import Entitlement
from seatkeeper.core.ids import Uid
from seatkeeper.spi.errors import RejectedError, TransientError
from tests.connectors.files.conftest import Drop
from tests.connectors.files.sessions import Whole, opened

RETURNED = {"return_file": "export-*.csv", "return_columns": ("login=userName", "job=title", "on=@active")}


def export(drop: Drop, *rows: str, after: timedelta = timedelta(minutes=1), name: str = "export-1.csv") -> None:
    """Let the app drop its list, so long after whatever was handed over last."""
    drop.write(name, "".join(f"{row}\n" for row in ("on,login,shoe,job", *rows)))
    at = ((drop.folder / "users.csv").stat().st_mtime + after.total_seconds(),) * 2
    os.utime(drop.folder / name, at)


async def test_a_list_that_agrees_proves_an_account(drop: Drop) -> None:
    async with opened(drop.settings(**RETURNED)) as session:
        uid = await session.create_account({"userName": "ada", "title": "Countess", "givenName": "Ada"})
        assert not await _is_shown(session, uid)
        export(drop, "true,ada,38,Countess")
        assert await _is_shown(session, uid)
        await session.update_account(uid, {"title": "Analyst"})
        assert not await _is_shown(session, uid)
        export(drop, "true,ada,38,Analyst", after=timedelta(minutes=2))
        assert await _is_shown(session, uid)


async def test_a_list_from_before_the_change_says_nothing(drop: Drop) -> None:
    async with opened(drop.settings(**RETURNED)) as session:
        uid = await session.create_account({"userName": "ada", "title": "Countess"})
        export(drop, "true,ada,38,Countess", after=-timedelta(minutes=1))
        assert not await _is_shown(session, uid)


async def test_a_contradiction_counts_once_the_app_had_its_time(drop: Drop) -> None:
    async with opened(drop.settings(**RETURNED, return_after=2)) as session:
        uid = await session.create_account({"userName": "ada", "title": "Countess"})
        export(drop, "false,ada,38,Clerk", after=timedelta(hours=1))
        assert not await _is_shown(session, uid)
        export(drop, "false,ada,38,Clerk", after=timedelta(hours=3), name="export-2.csv")
        seen = await session.read_account(uid)
        assert seen is not None
        assert (seen.standing, seen.active, seen.attributes["title"]) == (Standing.PRESENT, False, "Clerk")
        assert not await session.find_accounts("title", "Countess")


async def test_somebody_the_app_does_not_list_is_waited_for(drop: Drop) -> None:
    async with opened(drop.settings(**RETURNED, return_after=0)) as session:
        uid = await session.create_account({"userName": "ada"})
        export(drop, "true,adams,1,", after=timedelta(days=3))
        assert not await _is_shown(session, uid)


async def test_a_deletion_is_proven_by_a_list_without_the_account(drop: Drop) -> None:
    async with opened(drop.settings(**RETURNED)) as session:
        uid = await session.create_account({"userName": "ada"})
        await session.create_account({"userName": "bob"})
        await session.delete_account(uid)
        assert "ada" not in drop.read()
        export(drop, "true,ada,1,", "true,bob,1,")
        assert not await _is_shown(session, uid)
        assert not await session.find_accounts("userName", "ada")
        export(drop, "true,bob,1,", after=timedelta(minutes=2))
        assert await session.read_account(uid) is None


async def test_whoever_comes_back_before_that_is_an_account_anew(drop: Drop) -> None:
    async with opened(drop.settings(**RETURNED)) as session:
        before = await session.create_account({"userName": "ada"})
        await session.delete_account(before)
        after = await session.create_account({"userName": "ada"})
        assert [account.uid async for account in session.list_accounts()] == [after]
        assert await session.read_account(before) is None


async def test_what_it_does_not_tell_is_not_called_proven(drop: Drop) -> None:
    async with opened(drop.settings(**RETURNED)) as session:
        assert session.abilities.unproven == {"givenName", "groups"}


async def test_entitlements_are_compared_too(drop: Drop) -> None:
    columns = ("login=userName", "shoe=@entitlements")
    async with opened(drop.settings(**{**RETURNED, "return_columns": columns})) as session:
        uid = await session.create_account({"userName": "ada"})
        await session.grant(uid, [Entitlement("role", "b"), Entitlement("role", "a")])
        export(drop, "true,ada,b,")
        assert not await _is_shown(session, uid)
        export(drop, "true,ada,a;b,", after=timedelta(minutes=2))
        assert await _is_shown(session, uid)
        listed = [account async for account in session.list_accounts()]
        assert [account.standing for account in listed] == [Standing.PRESENT]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("on,login,job\ntrue,ada,x", "its last line does not end"),
        ("on,login,job\ntrue,ada\n", "2 cells stand where 3 belong"),
        ("on,login,job\n", "it holds nobody"),
        ("", "it holds nobody"),
        ("on,name,job\ntrue,ada,x\n", "it has no column login"),
        ('on,login,job\ntrue,"ada,x\n', "unexpected end of data"),
        ("on,login,job\ntrue,ad\udce9,x\n", "it is not in utf-8"),
    ],
)
async def test_a_list_that_may_be_half_there_proves_nothing(drop: Drop, text: str, words: str) -> None:
    async with opened(drop.settings(**RETURNED)) as session:
        uid = await session.create_account({"userName": "ada"})
        await session.delete_account(uid)
        (drop.folder / "export-1.csv").write_bytes(text.encode(errors="surrogateescape"))
        with pytest.raises(TransientError) as waited:
            await session.read_account(uid)
        assert words in str(waited.value)
        with pytest.raises(RejectedError):
            await session.stages()[-1].prove()


async def _is_shown(session: Whole, uid: Uid) -> bool:
    seen = await session.read_account(uid)
    assert seen is not None
    return seen.standing is Standing.PRESENT
