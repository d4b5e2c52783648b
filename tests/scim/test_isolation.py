"""A credential of one integration reads and changes nothing of another, and learns of nothing that is there.

Two integrations alike are asked the same. One names what a third keeps, the other what is nowhere at all: if they
are told the same, nothing has been told.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from seatkeeper.store.database import Database
from tests.scim.idp import ENTERPRISE, Json
from tests.scim.tenants import SECRET, Ask, Face, Tenant, a_tenant, fill, left_alone, of_nobody, paths
from tests.strategies import tried

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
NOWHERE = "crm-nowhere"

MEMBER = {"value": "@user@", "$ref": "@base@/Users/@user@", "display": "x"}
NAMED = [{"value": "@external@"}, {"value": "@name@"}, {"value": "@team@"}]
"""Members may be named by what they are called, and waited for."""
NESTED = {"value": "@group@", "type": "Group"}
USER: Json = {
    "id": "@user@",
    "userName": "@name@",
    "externalId": "@external@",
    "emails": [{"value": "@mail@"}],
    "groups": [{"value": "@group@"}],
    ENTERPRISE: {"manager": {"value": "@user@", "$ref": "@base@/Users/@user@"}},
}
GROUP: Json = {
    "id": "@group@",
    "displayName": "@team@",
    "externalId": "@external@",
    "members": [MEMBER, NESTED, *NAMED],
}
CHANGES: Json = {
    "Operations": [
        {"op": "add", "path": "members", "value": [MEMBER, *NAMED]},
        {"op": "replace", "path": "externalId", "value": "@external@"},
    ]
}
RENAMES: Json = {
    "Operations": [
        {"op": "replace", "path": "userName", "value": "@name@"},
        {"op": "add", "path": f"{ENTERPRISE}:manager", "value": {"value": "@user@"}},
    ]
}
LEAVES: Json = {
    "Operations": [
        {"op": "remove", "path": 'members[value eq "@user@"]'},
        {"op": "remove", "path": "members", "value": [NESTED]},
    ]
}
BULK: Json = {
    "Operations": [
        {"method": "POST", "path": "/Groups", "bulkId": "@user@", "data": GROUP},
        {"method": "POST", "path": "/Users", "bulkId": "@group@", "data": USER},
        {
            "method": "PUT",
            "path": "/Groups/@own_group@",
            "data": {**GROUP, "members": [{"value": "bulkId:@user@"}]},
        },
        {"method": "PATCH", "path": "/Users/@user@", "data": RENAMES},
        {"method": "PATCH", "path": "/Groups/@group@", "data": LEAVES},
        {"method": "DELETE", "path": "/Users/@user@", "version": "@etag@"},
        {"method": "DELETE", "path": "/Groups/@group@"},
        {"method": "PUT", "path": "/Users/@user@", "data": USER},
    ]
}
FILTERS = [
    'id eq "@user@"',
    'not (id ne "@group@")',
    'userName eq "@name@"',
    'displayName sw "@team@" or title pr',
    'externalId eq "@external@"',
    'emails.value eq "@mail@"',
    'members[value eq "@user@"]',
    'members.value eq "@group@"',
    'groups.value eq "@group@"',
    f'{ENTERPRISE}:manager.value eq "@user@"',
    'meta.location co "@user@"',
]
SEARCHES = [{"filter": each, "count": 5} for each in FILTERS] + [{"cursor": "@cursor@"}, {"sortBy": "id"}]
BODIES: list[Any] = [USER, GROUP, CHANGES, RENAMES, LEAVES, BULK, *SEARCHES, {}]
QUERIES: list[dict[str, str]] = [
    {},
    *({"filter": each} for each in FILTERS),
    {"cursor": "@cursor@", "count": "1"},
    {"cursor": "", "count": "1", "sortBy": "userName"},
    {"attributes": "members,groups,urn:seatkeeper:params:scim:schemas:extension:provisioning:2.0:User"},
    {"excludedAttributes": "members", "sortBy": "id", "sortOrder": "descending"},
]
HEADERS: list[dict[str, str]] = [{}, {"If-Match": "@etag@"}, {"If-None-Match": "@etag@"}]
NAMES = ("@user@", "@group@", "@own_user@", "@own_group@")
CREDENTIALS = ("bearer", "basic", "access")


@dataclass(slots=True)
class Company:
    """Who keeps something, and the two who ask, each with the names it uses."""

    face: Face
    paths: list[str]
    keeper: Tenant
    asking: list[tuple[Tenant, dict[str, str]]]

    async def ask(self, ask: Ask) -> None:
        """Have both ask, and hold what they are told against each other."""
        told = []
        for tenant, names in self.asking:
            answer = await self.face.send(tenant.integration.slug, ask, names)
            assert answer.status_code < 500 or "/Me" in ask.path, answer.text
            assert SECRET not in answer.text.replace(names["team"], "")
            told.append(tenant.told(answer, names))
        assert told[0] == told[1], ask

    async def intrude(self, ask: Ask) -> None:
        """Have one ask at the keeper's own endpoint, and where there is none."""
        _, names = self.asking[0]
        there = await self.face.send(self.keeper.integration.slug, ask, names)
        nowhere = await self.face.send(NOWHERE, ask, names)
        assert there.status_code in {401, 405} if ask.path.endswith("token") else there.status_code == 401
        assert there.text.replace(self.keeper.integration.slug, NOWHERE) == nowhere.text
        assert (there.status_code, there.headers.keys()) == (nowhere.status_code, nowhere.headers.keys())

    async def renew(self) -> None:
        """Give both who ask a user and a group of their own, if they have none any more."""
        for tenant, names in self.asking:
            for kind, made in (
                ("user", Ask("POST", "/{integration}/Users", body={"userName": "own"})),
                ("group", Ask("POST", "/{integration}/Groups", body={"displayName": "Own"})),
            ):
                answer = await self.face.send(tenant.integration.slug, made, names)
                if answer.status_code == 201:
                    names[f"own_{kind}"] = answer.json()["id"]


@pytest.fixture
async def company(database: Database) -> AsyncIterator[Company]:
    face = Face(database)
    keeper = await a_tenant(database, face)
    kept = await fill(face, keeper)
    asking = []
    for named in (kept, of_nobody(kept)):
        tenant = await a_tenant(database, face)
        asking.append((tenant, {**tenant.names, **named}))
    company = Company(face, paths(database), keeper, asking)
    await company.renew()
    yield company
    await face.client.aclose()


@pytest.mark.slow
@pytest.mark.proves("RFC 7644 §6", "whatever is asked at any endpoint tells nothing of another integration")
async def test_whatever_is_asked_at_any_endpoint_tells_nothing_of_another_integration(
    company: Company, database_url: str
) -> None:
    with left_alone(database_url, company.keeper):
        for path in company.paths:
            for method in METHODS:
                named = path.replace("{name}", "@user@").replace("{rest}", "Groups/@group@")
                for body in [USER, GROUP, CHANGES, BULK] if method in {"POST", "PUT", "PATCH"} else [None]:
                    await company.ask(Ask(method, named, body=body))
                await company.intrude(Ask(method, named))


asks = st.fixed_dictionaries(
    {
        "method": st.sampled_from(METHODS),
        "query": st.sampled_from(QUERIES),
        "body": st.sampled_from(BODIES),
        "headers": st.sampled_from(HEADERS),
        "credential": st.sampled_from(CREDENTIALS),
    }
)


@pytest.mark.slow
@given(st.data())
@tried(60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@pytest.mark.proves("RFC 7644 §6", "no series of requests changes or tells of another integration")
async def test_nobody_learns_from_any_requests_one_after_another_what_another_integration_has(
    company: Company, database_url: str, data: st.DataObject
) -> None:
    await company.renew()
    with left_alone(database_url, company.keeper):
        for _ in range(data.draw(st.integers(1, 4))):
            path = data.draw(st.sampled_from(company.paths))
            name = data.draw(st.sampled_from(NAMES))
            drawn = data.draw(asks)
            body = drawn.pop("body") if drawn["method"] in {"POST", "PUT", "PATCH"} else drawn.pop("body") and None
            ask = Ask(path=path.replace("{name}", name).replace("{rest}", f"Users/{name}"), body=body, **drawn)
            await company.ask(ask)
            await company.intrude(ask)
