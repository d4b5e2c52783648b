"""Whatever text arrives, the answer is SCIM and no error of ours, and what is kept is what was accepted."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, example, given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from seatkeeper.scim.calls import SCIMSettings
from seatkeeper.store.database import Database
from tests.scim.conftest import an_integration, client_of, opened
from tests.scim.idp import CUSTOM, ENTERPRISE, IdP, Json
from tests.strategies import tried

on_one_endpoint = tried(100, suppress_health_check=[HealthCheck.function_scoped_fixture])

strings = st.sampled_from(
    [
        *("", " ", "ada", "Ada", "ß", "\u202e\u0301", "\U0001f984", "'; DROP TABLE users; --", "%_\\", "\u2028"),
        *("\0", "a\0b", "\ud800", "\udfff\ud800", "x" * 5000, "\u00e9" * 2000, "\ufeff", "\uffff", "null", "True"),
    ]
) | st.text(max_size=6)
numbers = st.sampled_from(
    [
        *("0", "-0", "-0.0", "1", "1.0", "7.5", "1e300", "-1e300", "5e-324", "2147483648", "9223372036854775808"),
        *("9" * 40, "9" * 400, "1e400", "0.1" + "0" * 300),
    ]
)
"""As they are written: some fit no type of ours."""
instants = st.sampled_from(
    ["2026-01-01T00:00:00Z", "2026-02-30T00:00:00Z", "0000-01-01T00:00:00Z", "9999-12-31T23:59:60Z", "2026"]
)
literals = (
    strings.map(json.dumps) | numbers | st.sampled_from(["true", "false", "null"]) | instants.map(json.dumps)
)

attributes = st.sampled_from(
    [
        *("userName", "USERNAME", "externalId", "id", "active", "title", "displayName", "name", "name.givenName"),
        *(
            "emails",
            "emails.value",
            "emails.primary",
            "members",
            "members.value",
            "groups",
            "meta.created",
            "schemas",
        ),
        *("meta.location", "meta", "password", "roles.display", "x", "emails.value.x", "$ref", "members.$ref"),
        *(ENTERPRISE, f"{ENTERPRISE}:department", f"{ENTERPRISE}:manager.value", f"{CUSTOM}:salary", CUSTOM),
        *(
            f"{CUSTOM}:since",
            f"{CUSTOM}:colors",
            f"{CUSTOM}:badge.number",
            "urn:x:y",
            "urn:x:y:z",
            f"{CUSTOM}:vip",
        ),
    ]
)
operators = st.sampled_from(["eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le", "EQ", "like"])
texts = st.sampled_from(["userName", "title", "externalId", "emails.value", "id", f"{CUSTOM}:colors"])
proper = st.tuples(
    texts, st.sampled_from(["eq", "ne", "co", "sw", "ew", "gt", "le"]), st.text(max_size=6).map(json.dumps)
)
comparisons = (
    proper.map(" ".join)
    | st.tuples(texts, operators, literals).map(" ".join)
    | st.tuples(attributes, operators, literals).map(" ".join)
    | attributes.map("{} pr".format)
)
filters = st.recursive(
    comparisons,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from([" and ", " or ", " AND ", " "]), inner).map("".join),
        inner.map("not ({})".format),
        inner.map("({})".format),
        st.tuples(attributes, inner).map(lambda pair: f"{pair[0]}[{pair[1]}]"),
        st.tuples(attributes, inner).map(lambda pair: f"{pair[0]}[{pair[1]}].value"),
        inner.map(lambda one: one[:-1]),
    ),
    max_leaves=8,
)
"""Filters by the grammar, of which some are cut off or put together wrongly."""


def _object(pairs: list[tuple[str, str]]) -> str:
    return "{" + ", ".join(f"{json.dumps(name)}: {value}" for name, value in pairs) + "}"


deep = st.sampled_from(["[" * depth + "1" + "]" * depth for depth in (2, 200, 900, 2000)])
values = st.recursive(
    literals | deep,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda many: f"[{', '.join(many)}]"),
        st.lists(
            st.tuples(st.sampled_from(["value", "type", "primary", "givenName", "display", "$ref", "x"]), inner),
            max_size=3,
        ).map(_object),
    ),
    max_leaves=6,
)
"""JSON as it is written, with keys that come twice."""
bodies = st.lists(st.tuples(attributes | strings, values), max_size=4)
operations = st.lists(
    st.tuples(st.sampled_from(['"add"', '"replace"', '"remove"', '"Add"', "7"]), attributes | filters, values),
    max_size=3,
)


def _changes(parts: list[tuple[str, str, str]]) -> str:
    written = (_object([("op", op), ("path", json.dumps(path)), ("value", value)]) for op, path, value in parts)
    return f'{{"Operations": [{", ".join(written)}]}}'


@asynccontextmanager
async def nothing_in_the_log() -> AsyncIterator[None]:
    """Prove that within the block nothing was logged as a failure of ours."""
    with capture_logs() as lines:
        yield
    assert [line for line in lines if line["log_level"] in {"error", "critical"}] == []


async def kept(idp: IdP, collection: str) -> list[Json]:
    return list((await idp.read(f"/{collection}?count=1000"))["Resources"])


async def sent(idp: IdP, method: str, path: str, body: str) -> None:
    """Send a body; what is there afterwards is what was answered, or what was there before."""
    collection = path.split("/")[1]
    before = await kept(idp, collection)
    async with nothing_in_the_log():
        answer = await idp.send(method, path, body.encode())
    assert answer.status_code < 500, answer.text
    if answer.status_code >= 400:
        assert (answer.json()["status"], await kept(idp, collection)) == (str(answer.status_code), before)
        return
    told = answer.json()
    assert await idp.read(f"/{collection}/{told['id']}") == told
    assert "\\u0000" not in answer.text
    if method == "POST":
        assert (await idp.send("DELETE", f"/{collection}/{told['id']}")).status_code == 204


@pytest.mark.slow
@given(filters, st.sampled_from(["/Users", "/Groups", "/Roles", ""]), attributes | strings)
@example("(" * 3000 + "a pr" + ")" * 3000, "/Users", "")
@example(" and ".join(["a pr"] * 2000), "/Users", "")
@example("not (" * 40 + "title pr" + ")" * 40, "", "")
@on_one_endpoint
async def test_any_filter_and_any_order_is_answered(idp: IdP, query: str, path: str, order: str) -> None:
    written = quote(query, errors="surrogatepass"), quote(order, errors="surrogatepass")
    body = json.dumps({"filter": query, "sortBy": order, "attributes": [order], "count": 1})
    async with nothing_in_the_log():
        answers = [
            await idp.get(f"{idp.base_url}{path}?filter={written[0]}&sortBy={written[1]}&attributes={written[1]}"),
            await idp.send("POST", f"{path}/.search", body),
        ]
    assert {answer.status_code for answer in answers} <= {200, 400}, [answer.text for answer in answers]


@pytest.mark.slow
@given(bodies, operations, st.data())
@on_one_endpoint
async def test_what_is_kept_of_any_body_is_what_was_answered(
    idp: IdP, body: list[tuple[str, str]], parts: list[tuple[str, str, str]], data: st.DataObject
) -> None:
    collection, name = data.draw(st.sampled_from([("Users", "userName"), ("Groups", "displayName")]))
    found = await kept(idp, collection)
    one = found[0] if found else await idp.create(collection, {name: "kept"})
    if data.draw(st.integers(0, 3)):
        body = [pair for pair in body if pair[0].lower() != name.lower()]
    await sent(idp, "POST", f"/{collection}", _object([(name, '"came"'), *body]))
    await sent(idp, "PUT", f"/{collection}/{one['id']}", _object([(name, '"stayed"'), *body]))
    await sent(idp, "PATCH", f"/{collection}/{one['id']}", _changes(parts))


@pytest.mark.slow
@given(
    st.lists(st.tuples(st.sampled_from(["count", "startIndex", "cursor", "sortOrder", "x"]), strings | numbers)),
    st.sampled_from(["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "TRACE"]),
    st.sampled_from(["/Users", "/Groups/x", "/Bulk", "/Me", "/.search", "/Schemas", "/Roles/%00", "/%ff/.."]),
    st.sampled_from(["application/json; charset=\xff", "text/json", "multipart/form-data", "", "*/*", "json"]),
    st.sampled_from([b"", b"\0", b"\xff", b"{}", b"[[", b'"', b"1e999", b"\xef\xbb\xbf{}"]),
)
@on_one_endpoint
async def test_any_parameters_methods_types_and_bytes_are_answered(
    idp: IdP, query: list[tuple[str, str]], method: str, path: str, content_type: str, body: bytes
) -> None:
    written = "&".join(f"{name}={quote(value, errors='surrogatepass')}" for name, value in query)
    headers = {b"Content-Type": content_type.encode("latin-1")}
    async with nothing_in_the_log():
        answer = await idp.client.request(method, f"{path}?{written}", content=body, headers=headers)
    assert answer.status_code < 500 or (answer.status_code, path) == (501, "/Me"), answer.text


async def test_of_a_body_of_twenty_mebibytes_no_more_is_read_than_is_allowed(database: Database) -> None:
    integration = an_integration()
    token = await opened(database, integration)
    settings = SCIMSettings()
    taken = 0

    async def chunks() -> AsyncIterator[bytes]:
        nonlocal taken
        for _ in range(20 * 16):
            taken += 65536
            yield b"[" * 65536

    async with client_of(database, integration.slug, token, settings) as client:
        for path in ("/Users", "/Bulk", "/.search", "/Groups"):
            taken = 0
            answer = await client.post(path, content=chunks(), headers={"Content-Type": "application/scim+json"})
            assert (answer.status_code, answer.json()["status"]) == (413, "413")
            assert taken <= settings.max_body_bytes + 2 * 65536


def _ways_of_going_too_far() -> list[tuple[str, str, Any]]:
    many = [{"op": "replace", "path": "title", "value": "x"}] * 501
    one = {"method": "POST", "path": "/Users", "bulkId": "a", "data": {"userName": "a"}}
    return [("PATCH", "/Users/{}", {"Operations": many}), ("POST", "/Bulk", {"Operations": [one] * 1001})]


async def test_more_operations_than_there_may_be_are_refused_before_any_is_carried_out(idp: IdP) -> None:
    user = await idp.user()
    for method, path, body in _ways_of_going_too_far():
        assert (await idp.send(method, path.format(user["id"]), body)).status_code == 413
    assert await kept(idp, "Users") == [user]
