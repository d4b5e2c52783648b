"""Integrations: what there is, making and changing them, setting them live, pausing, deleting."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from seatkeeper.core.access import IntegrationRole
from seatkeeper.core.errors import NotFoundError
from seatkeeper.core.health import Health
from seatkeeper.core.ids import IntegrationId
from seatkeeper.core.integrations import Integration
from seatkeeper.operations.access import list_visible_integrations
from seatkeeper.operations.deletions import delete_integration, survey_deletion
from seatkeeper.operations.integrations import create_integration, read_secrets
from seatkeeper.operations.reviews import sync_integration
from seatkeeper.operations.roles import change_role
from seatkeeper.operations.switches import activate_integration, pause_integration, resume_integration
from seatkeeper.store.database import Reader
from seatkeeper.store.queries.integrations import find_integration, get_hindrance
from seatkeeper.store.queries.owners import list_owners
from seatkeeper.store.queries.standings import get_standing, list_standings
from seatkeeper.store.queries.versions import latest_version
from seatkeeper.web.api.calls import Configuring, Creating, Entering, IntegrationCall, Operating, Seeing
from seatkeeper.web.api.configuring import (
    ChangedIntegrationBody,
    ChangedShape,
    NewIntegrationBody,
    PlanShape,
    draft_of,
    plan_change,
    save_change,
    tell_plan,
)
from seatkeeper.web.api.integration_shapes import IntegrationShape, WholeIntegrationShape
from seatkeeper.web.api.paging import PRINTABLE, Printed
from seatkeeper.web.api.routing import Operation
from seatkeeper.web.api.shapes import CountShape

router = APIRouter(prefix="/integrations", tags=["Integrations"], route_class=Operation)


class IntegrationQuery(BaseModel):
    """Which integrations are asked for; what is left out does not narrow."""

    search: Printed = Field(
        "", max_length=200, description="A part of the name or slug.", json_schema_extra=PRINTABLE
    )
    connector: str | None = None
    health: Health | None = None
    owner: UUID | None = Field(None, description="A member who was made its Owner.")


class HoldingsShape(BaseModel):
    """How much is kept of an integration."""

    model_config = ConfigDict(from_attributes=True)

    users: int
    groups: int
    jobs: int
    events: int


@router.get("")
async def list_integrations(call: Entering, asked: Annotated[IntegrationQuery, Query()]) -> list[IntegrationShape]:
    """List the integrations you have a role on, by slug."""
    async with call.read() as reader:
        seen = await list_visible_integrations(reader, call.guest)
        standings, owners = await list_standings(reader), await list_owners(reader)
    shapes = [IntegrationShape.of(one, standings[one.id], role) for one, role in seen if one.id in standings]
    return [
        one
        for one in shapes
        if asked.search.casefold() in f"{one.name}\n{one.slug}".casefold()
        and asked.connector in {None, one.connector}
        and asked.health in {None, one.health}
        and asked.owner in {None, *(owner.id for owner in owners.get(IntegrationId(one.id), ()))}
    ]


@router.post("", status_code=201)
async def make_integration(call: Creating, body: NewIntegrationBody) -> WholeIntegrationShape:
    """Make an integration, as a draft that runs no jobs, and become its Owner."""
    async with call.transaction() as tx:
        draft = draft_of(call, body.slug, body, {})
        created = await create_integration(tx, draft, call.house.connectors, call.house.keyring)
        await change_role(tx, created, call.guest.member.id, IntegrationRole.OWNER)
        return await _tell(tx, created, IntegrationRole.OWNER)


@router.get("/{integration}")
async def read_integration(call: Seeing) -> WholeIntegrationShape:
    """Read one integration in full, without its secrets."""
    async with call.read() as reader:
        return await _whole(call, reader)


@router.put("/{integration}")
async def replace_integration(call: Configuring, body: ChangedIntegrationBody) -> ChangedShape:
    """Make the integration as the body says. Accounts the change may concern are looked at again."""
    async with call.transaction() as tx:
        kept = await read_secrets(tx, call.integration, call.house.keyring)
        draft = draft_of(call, call.integration.slug, body, kept)
        return await save_change(tx, call, draft, body.version)


@router.post("/{integration}/plan")
async def plan(call: Configuring, body: ChangedIntegrationBody) -> PlanShape:
    """Tell what making the integration so would change, and for how many people; nothing is saved."""
    async with call.transaction() as tx:
        kept = await read_secrets(tx, call.integration, call.house.keyring)
        draft = draft_of(call, call.integration.slug, body, kept)
        planned = await plan_change(tx, call, draft, body.version)
    return await tell_plan(call, planned)


@router.post("/{integration}/activate")
async def activate(call: Configuring) -> WholeIntegrationShape:
    """Let a draft run its jobs."""
    async with call.transaction() as tx:
        await activate_integration(tx, call.integration.slug)
        return await _whole(call, tx)


@router.post("/{integration}/pause")
async def pause(call: Operating) -> WholeIntegrationShape:
    """Run no more jobs; what the identity provider sends is kept."""
    async with call.transaction() as tx:
        await pause_integration(tx, call.integration.slug)
        return await _whole(call, tx)


@router.post("/{integration}/resume")
async def resume(call: Operating) -> WholeIntegrationShape:
    """Run the jobs that have gathered."""
    async with call.transaction() as tx:
        await resume_integration(tx, call.integration.slug)
        return await _whole(call, tx)


@router.post("/{integration}/sync")
async def sync(call: Operating) -> CountShape:
    """Look at every active account and every pushed group again."""
    async with call.transaction() as tx:
        return CountShape(jobs=await sync_integration(tx, call.integration))


@router.get("/{integration}/holdings")
async def read_holdings(call: Configuring) -> HoldingsShape:
    """Count what deleting the integration would forget."""
    async with call.read() as reader:
        return HoldingsShape.model_validate(await survey_deletion(reader, call.integration.slug))


@router.delete("/{integration}", status_code=204)
async def delete(call: Configuring) -> None:
    """Forget a draft or paused integration with its people, jobs and events. The app is not touched."""
    async with call.transaction() as tx:
        await delete_integration(tx, call.integration.slug, confirm=call.integration.slug)


async def _whole(call: IntegrationCall, reader: Reader) -> WholeIntegrationShape:
    current = await find_integration(reader, call.integration.slug)
    if current is None:
        raise NotFoundError(f"There is no integration {call.integration.slug}.")
    return await _tell(reader, current, call.role)


async def _tell(reader: Reader, integration: Integration, role: IntegrationRole) -> WholeIntegrationShape:
    return WholeIntegrationShape.whole(
        IntegrationShape.of(integration, await get_standing(reader, integration.id), role),
        integration,
        await get_hindrance(reader, integration.id),
        await latest_version(reader, integration.id),
    )
