"""Lists are read to their end, or raise."""

from urllib.parse import parse_qs, urlsplit

import pytest

from seatkeeper.spi.errors import ConnectorError, TransientError
from tests.connectors.rest.apps import running
from tests.spi.wire import Received, reply

EVERYBODY = [f"p{number}" for number in range(7)]
HEAD = (
    "accounts: {name: login, attributes: {login: item.login}, id: item.login,"
    " list: {call: GET /people, items: body.people, "
)


def people(logins: list[str]) -> list[dict[str, str]]:
    return [{"login": login} for login in logins]


def query(request: Received) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(request.target).query).items()}


def by_offset(request: Received) -> bytes:
    asked = query(request)
    start = int(asked["from"])
    return reply(200, {"people": people(EVERYBODY[start : start + int(asked["count"])]), "total": len(EVERYBODY)})


def by_number(request: Received) -> bytes:
    start = (int(query(request)["page"]) - 1) * 3
    return reply(200, {"people": people(EVERYBODY[start : start + 3])})


def by_cursor(request: Received) -> bytes:
    start = int(query(request).get("after", "0"))
    after = str(start + 3) if start + 3 < len(EVERYBODY) else ""
    return reply(200, {"people": people(EVERYBODY[start : start + 3]), "after": after})


def by_address(request: Received) -> bytes:
    start = int(query(request).get("after", "0"))
    elsewhere = f"http://internal:9/people?after={start + 3}" if start + 3 < len(EVERYBODY) else None
    links = {"Link": f'<http://internal:9/x>; rel="prev", <{elsewhere}>; rel="next"'} if elsewhere else {}
    return reply(200, {"people": people(EVERYBODY[start : start + 3]), "next": elsewhere}, links)


OFFSET = 'query: {from: "${page.offset}", count: "${page.size}"}, pages: {by: offset, size: 3}'
KINDS = [
    (OFFSET, by_offset),
    (f"{OFFSET}, total: body.total", by_offset),
    ('query: {page: "${page.number}"}, pages: {by: number}', by_number),
    ('query: {after: "${page.cursor}"}, pages: {by: cursor, cursor: body.after}', by_cursor),
    ("pages: {by: next, cursor: body.next}", by_address),
    ("pages: {by: link}", by_address),
]


@pytest.mark.parametrize(("how", "respond"), KINDS)
async def test_everybody_is_listed_once_page_by_page(how: str, respond: object) -> None:
    async with running(f"{HEAD}{how}}}}}", respond) as app:  # type: ignore[arg-type]
        assert [each.uid async for each in app.session.list_accounts()] == EVERYBODY


BROKEN = [
    (f"{OFFSET}, total: body.total", {"people": people(EVERYBODY[:2]), "total": 7}),
    ("total: body.total", {"people": people(EVERYBODY[:2]), "total": 7}),
    ("total: body.total", {"people": people(EVERYBODY[:2])}),
    ('query: {page: "${page.number}"}, pages: {by: number}', {"people": people(EVERYBODY[:3])}),
    (
        'query: {a: "${page.cursor}"}, pages: {by: cursor, cursor: body.a}',
        {"people": people(EVERYBODY[:1]), "a": "x"},
    ),
    ("pages: {by: link}", {"persons": []}),
    ("pages: {by: link}", {"people": "many"}),
    ("pages: {by: link}", b"<html>Sign in"),
]


@pytest.mark.parametrize(("how", "answer"), BROKEN)
async def test_a_list_that_is_short_or_a_circle_or_none_never_looks_whole(how: str, answer: object) -> None:
    async with running(f"{HEAD}{how}}}}}", lambda _: reply(200, answer)) as app:
        with pytest.raises(TransientError):
            [each async for each in app.session.list_accounts()]


async def test_a_page_that_fails_fails_the_list() -> None:
    def respond(request: Received) -> bytes:
        return by_number(request) if "page=1" in request.target else reply(500)

    async with running(f"{HEAD}{KINDS[2][0]}}}}}", respond) as app:
        with pytest.raises(ConnectorError):
            [each async for each in app.session.list_accounts()]


async def test_whoever_slips_onto_a_page_read_already_is_found_by_beginning_anew() -> None:
    there = list(EVERYBODY)

    def respond(request: Received) -> bytes:
        start = int(query(request)["from"])
        answer = reply(200, {"people": people(there[start : start + 3])})
        if start == 2 and "p0" in there:
            there.remove("p0")
        return answer

    async with running(f"{HEAD}{OFFSET}}}}}", respond) as app:
        assert {each.uid async for each in app.session.list_accounts()} == set(EVERYBODY)


async def test_lists_for_each_of_several_are_one_and_mark_what_they_hold() -> None:
    behaviour = f"""
{HEAD}each: '["active", "locked"]', query: {{state: "${{each}}"}}, marks: {{state: "${{each}}"}}}},
  active: item.state == "active"}}
"""
    held = {"active": ["ada", "bob"], "locked": ["bob", "cy"]}
    async with running(
        behaviour, lambda request: reply(200, {"people": people(held[query(request)["state"]])})
    ) as app:
        found = {each.uid: each.active async for each in app.session.list_accounts()}
    assert found == {"ada": True, "bob": True, "cy": False}
