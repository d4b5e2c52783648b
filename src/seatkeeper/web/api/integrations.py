"""Integrations: what there is, making and changing them, setting them live, pausing, trying the connection."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter
from pydantic import Field

from seatkeeper.core.access import IntegrationRole
from seatkeeper.core.errors import NotFoundError
from seatkeeper.operations.access import list_visible_integrations
from seatkeeper.operations.checks import IntegrationDraft
from seatkeeper.operations.declared import DeclaredAttribute, DeclaredMapping, DeclaredPolicy
from seatkeeper.operations.deletions import delete_integration
from seatkeeper.operations.integrations import change_integration, create_integration, read_secrets
from seatkeeper.operations.members import give_role
from seatkeeper.operations.reviews import sync_integration
from seatkeeper.operations.switches import activate_integration, pause_integration, resume_integration
from seatkeeper.store.database import Reader
from seatkeeper.store.queries.integrations import find_integration
from seatkeeper.store.queries.standings import get_standing, list_standings
from seatkeeper.web.api.calls import Call, Configuring, Creating, Entering, IntegrationCall, Operating, Seeing
from seatkeeper.web.api.routing import Operation
from seatkeeper.web.api.shapes import CountShape, IntegrationShape, Name, Shape, WholeIntegrationShape

router = APIRouter(prefix="/integrations", tags=["Integrations"], route_class=Operation)


class IntegrationBody(Shape):
    """An integration as it should be. What is left out is as the connector declares it."""

    name: Name
    connector: str
    settings: dict[str, Any] = Field(
        default_factory=dict, description="Secrets too, which are never given back; one left out is kept."
    )
    mapping: DeclaredMapping | None = None
    user_schema: tuple[DeclaredAttribute, ...] = Field((), description="Laid over the connector's own, by name.")
    policy: DeclaredPolicy = DeclaredPolicy()


class NewIntegrationBody(IntegrationBody):
    """An integration to be made."""

    slug: str = Field(pattern=r"^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$")


class ChangedShape(CountShape):
    """What saving changed; ``jobs`` now look at its accounts again."""

    changed: list[str]


@router.get("")
async def list_integrations(call: Entering) -> list[IntegrationShape]:
    """List the integrations you have a role on, by slug."""
    async with call.read() as reader:
        seen = await list_visible_integrations(reader, call.guest)
        standings = await list_standings(reader)
    return [IntegrationShape.of(one, standings[one.id], role) for one, role in seen if one.id in standings]


@router.post("", status_code=201)
async def make_integration(call: Creating, body: NewIntegrationBody) -> WholeIntegrationShape:
    """Make an integration, as a draft that runs no jobs, and become its Owner."""
    async with call.transaction() as tx:
        draft = _draft(call, body.slug, body, {})
        created = await create_integration(tx, draft, call.house.connectors, call.house.keyring)
        await give_role(tx, created.id, call.guest.member.id, IntegrationRole.OWNER)
        standing = await get_standing(tx, created.id)
    return WholeIntegrationShape.whole(created, standing, IntegrationRole.OWNER)


@router.get("/{integration}")
async def read_integration(call: Seeing) -> WholeIntegrationShape:
    """Read one integration in full, without its secrets."""
    async with call.read() as reader:
        return await _whole(call, reader)


@router.put("/{integration}")
async def replace_integration(call: Configuring, body: IntegrationBody) -> ChangedShape:
    """Make the integration as the body says. Accounts the change may concern are looked at again."""
    async with call.transaction() as tx:
        kept = await read_secrets(tx, call.integration, call.house.keyring)
        draft = _draft(call, call.integration.slug, body, kept)
        saved = await change_integration(tx, draft, call.house.connectors, call.house.keyring)
    return ChangedShape(jobs=saved.jobs, changed=[difference.field for difference in saved.differences])


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


@router.delete("/{integration}", status_code=204)
async def delete(call: Configuring) -> None:
    """Forget a draft or paused integration with its people, jobs and events. The app is not touched."""
    async with call.transaction() as tx:
        await delete_integration(tx, call.integration.slug, confirm=call.integration.slug)


async def _whole(call: IntegrationCall, reader: Reader) -> WholeIntegrationShape:
    current = await find_integration(reader, call.integration.slug)
    if current is None:
        raise NotFoundError(f"There is no integration {call.integration.slug}.")
    return WholeIntegrationShape.whole(current, await get_standing(reader, current.id), call.role)


def _draft(call: Call, slug: str, body: IntegrationBody, kept: Mapping[str, str]) -> IntegrationDraft:
    connector = call.house.connectors.get(body.connector)
    declared = body.mapping
    schema = {attribute.name: attribute for attribute in (() if connector is None else connector.schema)}
    schema |= {one.name: one.as_attribute() for one in body.user_schema}
    return IntegrationDraft(
        slug=slug,
        name=body.name,
        connector=body.connector,
        settings={**kept, **body.settings},
        mapping=None if declared is None or connector is None else declared.over(connector.mapping),
        schema=None if connector is None else tuple(schema.values()),
        policy=body.policy.as_policy(),
    )
