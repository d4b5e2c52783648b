"""Every door with every role: who may open it is what the table of permissions says."""

import itertools
import re

import httpx
import pytest

from seatkeeper.core.access import (
    ABOUT_AN_INTEGRATION,
    SCOPES,
    Guest,
    IntegrationRole,
    Permission,
    WorkspaceRole,
    allows,
)
from seatkeeper.core.errors import RequestError
from seatkeeper.store.database import Database
from seatkeeper.store.records.integrations import insert_integration
from seatkeeper.web.doors import Door
from seatkeeper.web.errors import TITLES
from seatkeeper.web.pages import DOORS
from tests.scim.conftest import an_integration
from tests.web.conftest import SignIn
from tests.web.people import SETUP

ROLES = tuple(itertools.product(WorkspaceRole, (None, *IntegrationRole)))
_NOWHERE = "0198c0de-0000-7000-8000-000000000000"
_STREAMS = re.compile(r"/live$")


def _path(door: Door, slug: str) -> str:
    return re.sub(r"\{[a-z_]+(:path)?\}", _NOWHERE, door.path.replace("{integration}", slug))


def test_every_permission_has_a_scope_and_every_error_a_page() -> None:
    assert SCOPES.keys() == set(Permission)
    assert TITLES.keys() == set(RequestError.__subclasses__())


def test_no_two_doors_stand_at_the_same_place() -> None:
    places = [(door.method, door.path) for door in DOORS]
    assert len(places) == len(set(places))


@pytest.mark.parametrize(("workspace_role", "role"), ROLES)
async def test_a_door_opens_for_those_who_may_and_for_nobody_else(
    workspace_role: WorkspaceRole, role: IntegrationRole | None, database: Database, signed_in: SignIn
) -> None:
    integration = an_integration()
    async with database.transaction(SETUP) as tx:
        await insert_integration(tx, integration, None)
    person = await signed_in(workspace_role, on={} if role is None else {integration.id: role})
    held = IntegrationRole.OWNER if workspace_role is WorkspaceRole.ADMIN else role
    if held is None and workspace_role is WorkspaceRole.AUDITOR:
        held = IntegrationRole.VIEWER
    for door in DOORS:
        if door.needs is None or _STREAMS.search(door.path):
            continue
        about = held if door.needs in ABOUT_AN_INTEGRATION else None
        may = allows(Guest(person.member), door.needs, about)
        # A form that proves nothing: whoever gets as far as being asked for the proof has come in.
        answer = await person.client.request(door.method, _path(door, integration.slug))
        refused = answer.status_code in {403, 404} and "form is too old" not in answer.text
        if may:
            assert "may not do this</h1>" not in answer.text or "form is too" in answer.text, (door, answer.text)
        else:
            assert refused, (door.method, door.path, answer.status_code)


async def test_a_stranger_is_sent_to_the_sign_in_by_every_door(stranger: httpx.AsyncClient) -> None:
    for door in DOORS:
        if door.needs is None:
            continue
        answer = await stranger.request(door.method, _path(door, "crm"))
        assert answer.status_code == 303, (door.method, door.path)
        assert answer.headers["location"].startswith("/sign-in")
