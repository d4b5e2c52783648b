"""Cursor paging: whoever comes or goes meanwhile, nobody is lost and nobody is given twice (RFC 9865)."""

import random
from base64 import urlsafe_b64decode, urlsafe_b64encode
from urllib.parse import quote

import orjson
import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from tests.scim.idp import CUSTOM, IdP, Json
from tests.strategies import tried

SORTS = ["", "userName", "title", "active", "meta.created", f"{CUSTOM}:since", "emails.value", "id"]


async def page_of(idp: IdP, query: str, cursor: str = "") -> Json:
    return await idp.read(f"/Users?{query}&cursor={cursor}")


@pytest.mark.slow
@given(
    st.integers(0, 10**6),
    st.sampled_from(SORTS),
    st.sampled_from(["", "&sortOrder=descending"]),
    st.integers(1, 4),
)
@tried(10, suppress_health_check=[HealthCheck.function_scoped_fixture])
@pytest.mark.proves("RFC 9865 §2", "whoever stays is given once, whoever comes and goes")
async def test_who_stays_is_given_once_whoever_comes_and_goes(
    idp: IdP, seed: int, sort_by: str, order: str, count: int
) -> None:
    chance = random.Random(seed)

    async def come(number: int) -> Json:
        details: Json = {CUSTOM: {"since": f"2026-01-{number % 9 + 1:02}T00:00:00Z"}} if number % 2 else {}
        mail = [{"value": chance.choice("abc")}] if number % 3 else []
        name, title = f"{seed}-{number}-{chance.random()}", chance.choice([None, "A", "a", "b", "Z"])
        return await idp.user(name, title=title, active=chance.random() < 0.5, emails=mail, **details)

    people = [await come(number) for number in range(9)]
    staying = {each["id"] for each in people}
    given_ids: list[str] = []
    mine = quote(f'userName sw "{seed}-"')
    query = f"count={count}&filter={mine}" + (sort_by and f"&sortBy={sort_by}{order}")
    page = await page_of(idp, query)
    while True:
        given_ids += [each["id"] for each in page["Resources"]]
        if "nextCursor" not in page:
            break
        if len(people) < 14:
            people.append(await come(len(people)))
        gone = people.pop(chance.randrange(len(people)))
        staying.discard(gone["id"])
        assert (await idp.send("DELETE", idp.path_of(gone))).status_code == 204
        page = await page_of(idp, query, page["nextCursor"])
    assert len(given_ids) == len(set(given_ids))
    assert staying <= set(given_ids)
    for each in people:
        await idp.send("DELETE", idp.path_of(each))


@pytest.mark.proves("RFC 9865 §2", "a list by cursor is the list by index")
async def test_a_list_read_by_cursor_is_the_list_read_by_index(idp: IdP) -> None:
    for number in range(12):
        await idp.user(f"p{number}", title=[None, "b", "A"][number % 3], active=number % 2 == 0)
    for sort_by in SORTS[:4]:
        for order in ("ascending", "descending"):
            query = f"sortBy={sort_by}&sortOrder={order}"
            found: list[Json] = []
            cursor: str | None = ""
            while cursor is not None:
                page = await idp.read(f"/Users?{query}&count=5&cursor={cursor}")
                assert (page["totalResults"], "startIndex" in page) == (12, False)
                assert page["itemsPerPage"] == len(page["Resources"])
                found += page["Resources"]
                cursor = page.get("nextCursor")
            assert found == (await idp.read(f"/Users?{query}"))["Resources"]


async def test_an_empty_list_and_a_count_of_nothing_have_no_next_page(idp: IdP) -> None:
    assert "nextCursor" not in await idp.read("/Groups?cursor=")
    await idp.group()
    page = await idp.read("/Groups?cursor=&count=0")
    assert (page["totalResults"], page["Resources"], "nextCursor" in page) == (1, [], False)


@pytest.mark.parametrize("count", ["-1", "many"])
@pytest.mark.proves("RFC 9865 §2", "a count that cannot be is invalidCount")
async def test_a_count_that_cannot_be_is_refused(idp: IdP, count: str) -> None:
    answer = await idp.get(f"/Users?cursor=&count={count}")
    assert (answer.status_code, answer.json()["scimType"]) == (400, "invalidCount")


def forged(*parts: object) -> str:
    return urlsafe_b64encode(orjson.dumps(parts)).decode().rstrip("=")


@pytest.mark.proves("RFC 9865 §2", "a cursor of another query is invalidCursor")
async def test_a_cursor_of_another_query_and_a_forged_one_are_refused(idp: IdP) -> None:
    for number in range(3):
        await idp.user(f"p{number}")
    query = "count=1&sortBy=meta.created"
    ours = (await page_of(idp, query))["nextCursor"]
    digest, _, _, [last, _] = orjson.loads(forged_back(ours))
    wrong = [
        *("x", "%00", "e30", "~", "A" * 5000),
        *(forged(digest, *rest) for rest in ((2, 3, None), (0, -1, None), (0, 3, [last]), (0, 3, ["x", None]))),
        *(forged(digest, 0, 3, [last, value]) for value in ("never", "\0", 7, "1" * 400)),
    ]
    for cursor in wrong:
        answer = await idp.get(f"/Users?{query}&cursor={cursor}")
        assert (answer.status_code, answer.json().get("scimType")) == (400, "invalidCursor"), cursor
    other = await idp.get(f"/Users?count=1&cursor={ours}")
    assert (other.status_code, other.json()["scimType"]) == (400, "invalidCursor")


def forged_back(cursor: str) -> bytes:
    return urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))


async def test_what_is_never_returned_gives_no_order(idp: IdP) -> None:
    answer = await idp.get(f"/Users?cursor=&sortBy={CUSTOM.upper()}:SALARY")
    assert (answer.status_code, answer.json()["scimType"]) == (400, "invalidValue")
