"""Who asks for the same at the same time is answered together: with what is newest, and only what they may see."""

import asyncio
import re
from datetime import UTC, datetime

import httpx
import pytest
from jinja2 import UndefinedError

from seatkeeper.core.access import IntegrationRole, WorkspaceRole
from seatkeeper.core.events import EventKind
from seatkeeper.store.database import Database
from seatkeeper.store.records.events import Happening, record_event
from seatkeeper.store.records.integrations import insert_integration
from seatkeeper.web.house import House
from seatkeeper.web.sharing import Shared, render_part
from tests.scim.conftest import an_integration
from tests.waiting import until
from tests.web.conftest import SignIn
from tests.web.people import SETUP
from tests.web.reading import rows_of


class Oracle:
    """Tells a number, and which one was asked for when; answers once it is let."""

    def __init__(self) -> None:
        self.newest = 0
        self.asked = 0
        self.may_answer = asyncio.Event()

    async def read(self) -> int:
        self.asked += 1
        read = self.newest
        await self.may_answer.wait()
        if read < 0:
            raise ValueError("no number")
        return read


async def test_an_answer_is_shared_and_always_begun_after_it_was_asked_for() -> None:
    shared, oracle = Shared[int](pause=0), Oracle()
    first = [asyncio.create_task(shared.get("a", oracle.read)) for _ in range(100)]
    await until(lambda: _is(oracle.asked == 1))
    oracle.newest = 7  # committed while the first answer is under way: it may lack it, and the next may not
    later = [asyncio.create_task(shared.get("a", oracle.read)) for _ in range(100)]
    other = asyncio.create_task(shared.get("b", oracle.read))
    await until(lambda: _is(oracle.asked == 2))
    later[0].cancel()
    oracle.may_answer.set()
    assert set(await asyncio.gather(*first)) == {0}
    assert set(await asyncio.gather(*later[1:], other)) == {7}
    assert oracle.asked == 3
    await until(lambda: _is(len(shared) == 0))


async def test_a_failure_is_told_to_all_who_asked_and_is_not_kept() -> None:
    shared, oracle = Shared[int](pause=0), Oracle()
    oracle.may_answer.set()
    oracle.newest = -1
    ended = await asyncio.gather(*(shared.get("a", oracle.read) for _ in range(3)), return_exceptions=True)
    assert [type(each) for each in ended] == [ValueError] * 3
    oracle.newest = 1
    assert await shared.get("a", oracle.read) == 1


async def test_rows_are_shared_by_those_who_may_see_the_same_and_by_nobody_else(
    house: House, signed_in: SignIn, database: Database
) -> None:
    mine, yours = an_integration(), an_integration()
    async with database.transaction(SETUP) as tx:
        for one in (mine, yours):
            await insert_integration(tx, one, None)
            await record_event(tx, Happening(one.id, EventKind.USER_CHANGED, f"of {one.slug}"))
    member, viewer = WorkspaceRole.MEMBER, IntegrationRole.VIEWER
    people = [await signed_in(member, on={one.id: viewer}) for one in (mine, mine, yours)]
    pages = await asyncio.gather(*(each.get("/activity", fragment=True) for each in people))
    assert [[row.about for row in rows_of(page.text)] for page in pages] == [
        [f"of {mine.slug}"],
        [f"of {mine.slug}"],
        [f"of {yours.slug}"],
    ]
    given = [_nonces(page) for page in pages]
    assert all(len(nonces) == 1 for nonces in given)
    assert len(set.union(*given)) == 3, "each answer has a nonce of its own"
    assert (await people[0].get(f"/integrations/{yours.slug}/activity", fragment=True)).status_code == 404
    await until(lambda: _is(len(house.parts) == 0))


@pytest.mark.parametrize("template", ["sign_in.html", "error.html"], ids=["a form", "the guest's name"])
def test_what_is_shared_cannot_hold_anything_of_one_guest(template: str) -> None:
    with pytest.raises(UndefinedError):
        render_part(
            template, datetime.now(UTC), providers=(), error=None, next="", email="", title="", sentence=""
        )


def _nonces(page: httpx.Response) -> set[str]:
    """Every nonce of an answer: that of its headers, and those of its elements."""
    found = re.findall(r'hx-nonce="([^"]+)"', page.text)
    return {*found, *re.findall(r"'nonce-([^']+)'", page.headers["content-security-policy"])}


async def _is(holds: bool) -> bool:
    return holds
