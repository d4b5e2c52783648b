"""Every operation of the API with every role and scope: who may is what the table of permissions says."""

import itertools
import re
from collections.abc import Iterator
from datetime import UTC, datetime

import httpx
import pytest
from fastapi.routing import APIRoute

from seatkeeper.core.access import (
    ABOUT_AN_INTEGRATION,
    SCOPES,
    Guest,
    IntegrationRole,
    Permission,
    Scope,
    WorkspaceRole,
    allows,
)
from seatkeeper.core.errors import RequestError
from seatkeeper.operations.api_tokens import find_bearer
from seatkeeper.store.database import Database
from seatkeeper.store.records.integrations import insert_integration
from seatkeeper.web.api.app import ROUTERS
from seatkeeper.web.api.calls import Needs, NeedsHere
from seatkeeper.web.api.problems import KINDS
from tests.scim.conftest import an_integration
from tests.web.callers import caller_with, token_of
from tests.web.people import SETUP

_SCOPES = (frozenset(Scope), frozenset({Scope.READ}))
_NOWHERE = "0198c0de-0000-7000-8000-000000000000"


def operations() -> Iterator[tuple[str, str, Permission]]:
    """Give the method, the path and the permission of each operation."""
    for route in itertools.chain.from_iterable(router.routes for router in ROUTERS):
        assert isinstance(route, APIRoute)
        needs = [one.call for one in route.dependant.dependencies if isinstance(one.call, Needs | NeedsHere)]
        assert len(needs) == 1, f"{route.path} must name one permission"
        for method in route.methods or ():
            yield method, route.path, needs[0].permission


def test_every_error_has_a_document() -> None:
    assert KINDS.keys() == set(RequestError.__subclasses__())


def test_the_api_has_operations() -> None:
    assert len(list(operations())) > 100


@pytest.mark.parametrize("workspace_role", WorkspaceRole)
async def test_an_operation_is_for_those_who_may_and_for_nobody_else(
    workspace_role: WorkspaceRole, database: Database, transport: httpx.ASGITransport
) -> None:
    integration = an_integration()
    async with database.transaction(SETUP) as tx:
        await insert_integration(tx, integration, None)
    for role, scopes in itertools.product((None, *IntegrationRole), _SCOPES):
        on = {} if role is None else {integration.id: role}
        token = await token_of(database, workspace_role, on=on, scopes=scopes)
        held = IntegrationRole.OWNER if workspace_role is WorkspaceRole.ADMIN else role
        if held is None and workspace_role is WorkspaceRole.AUDITOR:
            held = IntegrationRole.VIEWER
        async with database.read() as reader:
            bearer = await find_bearer(reader, token, datetime.now(UTC))
        assert bearer is not None
        guest = Guest(bearer.guest.member, scopes)
        async with caller_with(transport, token) as caller:
            for method, path, permission in operations():
                may = allows(guest, permission, held if permission in ABOUT_AN_INTEGRATION else None)
                if may and SCOPES[permission] is not Scope.READ:
                    continue  # carried out, it would change what the next one finds; other tests do that
                where = re.sub(r"\{[a-z_]+\}", _NOWHERE, path.replace("{integration}", integration.slug))
                answer = await caller.request(method, where, json={})
                called = (role, sorted(scopes), method, path, answer.text)
                if may:
                    assert answer.status_code not in {401, 403}, called
                else:
                    assert answer.status_code in {403, 404, 422}, called
                    assert answer.status_code != 422 or "body" in answer.text, called


async def test_nobody_is_let_in_without_a_good_token(transport: httpx.ASGITransport) -> None:
    for token in (None, "skp_nonsense", "a b", ""):
        async with caller_with(transport, token) as caller:
            for method, path, _ in operations():
                answer = await caller.request(method, path.replace("{integration}", "crm"), json={})
                assert answer.status_code == 401, (method, path)
                assert answer.headers["www-authenticate"].startswith("Bearer")
                assert answer.headers["content-type"] == "application/problem+json"
