"""Whatever is sent to ``/Bulk`` and ``/.search``, the answer is SCIM and never an error of ours."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from seatkeeper.scim.bulk_operations import in_order, read_operations
from tests.scim.idp import IdP, Json
from tests.strategies import json_values, thorough, tried

references = st.sampled_from(["bulkId:a", "bulkId:b", "bulkId:c", "bulkId:", "bulkId:a\0", "a", "x-1"])
people = st.fixed_dictionaries(
    {"userName": st.sampled_from(["ada", "grace", "\0", "", "bulkId:b"])},
    optional={"manager": references, "externalId": references, "active": json_values},
)
teams = st.fixed_dictionaries(
    {"displayName": st.sampled_from(["Team", "Crew", "bulkId:a"])},
    optional={
        "members": st.lists(references | json_values | st.builds(lambda value: {"value": value}, references))
    },
)
changes = st.fixed_dictionaries(
    {"op": st.sampled_from(["add", "remove", "replace"])},
    optional={
        "path": st.sampled_from(["members", 'members[value eq "bulkId:a"]', "displayName", "userName", "x["]),
        "value": references | json_values,
    },
)
operations = st.fixed_dictionaries(
    {
        "method": st.sampled_from(["POST", "POST", "post", "PUT", "PATCH", "DELETE", "GET"]),
        "path": st.sampled_from(["/Users", "/Groups", "Users", "/Users/bulkId:a", "/Groups/bulkId:b", "/Me", "/"]),
    },
    optional={
        "bulkId": st.sampled_from(["a", "b", "c", ""]),
        "data": people
        | teams
        | st.fixed_dictionaries({"Operations": st.lists(changes, max_size=2)})
        | json_values,
        "version": st.sampled_from(['W/"1"', "x", "\u20ac"]),
    },
)
names = st.sampled_from(["filter", "sortBy", "sortOrder", "startIndex", "count", "cursor", "attributes", "x"])
filters = st.sampled_from(
    [
        'userName eq "a"',
        "members pr",
        'groups[type eq "x"]',
        "not (a pr)",
        "(",
        'id eq "\\u0000"',
        "meta.created gt 1",
    ]
)


@given(st.lists(operations | json_values, max_size=8))
@thorough
def test_every_operation_has_its_place_in_the_order(sent: list[Any]) -> None:
    read = read_operations(sent)
    ordered = [operation.number for unit in in_order(read) for operation in unit]
    assert sorted(ordered) == list(range(len(sent)))


@pytest.mark.slow
@given(st.lists(operations | json_values, min_size=1, max_size=6), st.none() | st.integers(-1, 2))
@tried(40, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_any_bulk_request_is_answered(idp: IdP, sent: list[Any], most: int | None) -> None:
    answer = await idp.send("POST", "/Bulk", {"Operations": sent, "failOnErrors": most})
    results: list[Json] = answer.json().get("Operations", [])
    told = [int(each["status"]) for each in results]
    assert answer.status_code < 500
    assert all(status < 500 for status in told), results
    assert answer.status_code != 200 or most is not None or len(told) == len(sent)


@pytest.mark.slow
@given(
    st.sampled_from(["/.search", "/Users/.search", "/Groups/.search"]),
    st.dictionaries(names, json_values | filters | st.integers(-2, 3), max_size=4),
)
@tried(40, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_any_search_is_answered(idp: IdP, path: str, body: Json) -> None:
    assert (await idp.send("POST", path, body)).status_code in {200, 400}
