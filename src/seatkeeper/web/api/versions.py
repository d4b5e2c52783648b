"""How an integration was configured before: a list, what differs between two times, and going back."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, ConfigDict

from seatkeeper.operations.checks import IntegrationDraft
from seatkeeper.operations.differences import compare_integrations
from seatkeeper.operations.edits import as_draft
from seatkeeper.operations.integrations import read_secrets
from seatkeeper.store.database import Reader
from seatkeeper.store.queries.versions import get_version, list_versions
from seatkeeper.web.api.calls import Configuring, IntegrationCall, Seeing
from seatkeeper.web.api.configuring import (
    ChangedShape,
    DifferenceShape,
    PlanShape,
    VersionBody,
    plan_change,
    save_change,
    tell_differences,
    tell_plan,
)
from seatkeeper.web.api.integration_shapes import configuration_of
from seatkeeper.web.api.paging import Limit
from seatkeeper.web.api.routing import Operation
from seatkeeper.web.api.shapes import Page, page_of

router = APIRouter(
    prefix="/integrations/{integration}/versions", tags=["History of an integration"], route_class=Operation
)

_HIGHEST = 2**31 - 2
Number = Annotated[int, Path(ge=1, le=_HIGHEST)]
OtherNumber = Annotated[int | None, Query(ge=1, le=_HIGHEST)]


class VersionShape(BaseModel):
    """One time the configuration changed."""

    model_config = ConfigDict(from_attributes=True)

    number: int
    at: datetime
    actor_name: str


class WholeVersionShape(VersionShape):
    """An integration as it was configured then; of secrets nothing is kept."""

    name: str
    settings: dict[str, Any]
    mapping: dict[str, Any]
    user_schema: list[dict[str, Any]]
    policy: dict[str, Any]


@router.get("")
async def list_some_versions(call: Seeing, limit: Limit = 50, after: OtherNumber = None) -> Page[VersionShape]:
    """List the times the configuration changed, the newest first."""
    async with call.read() as reader:
        found = await list_versions(reader, call.integration.id, limit=limit + 1, before=after)
    rows, following = page_of(found, limit, lambda version: version.number)
    return Page(items=[VersionShape.model_validate(one) for one in rows], next=following)


@router.get("/{number}")
async def read_version(call: Seeing, number: Number) -> WholeVersionShape:
    """Read how an integration was configured then."""
    async with call.read() as reader:
        then = await get_version(reader, call.integration, number)
        [listed] = await list_versions(reader, call.integration.id, limit=1, before=number + 1)
    short = VersionShape.model_validate(listed)
    return WholeVersionShape(**short.model_dump(), name=then.name, **configuration_of(then))


@router.get("/{number}/differences")
async def compare_versions(
    call: Seeing,
    number: Number,
    to: Annotated[int | None, Query(ge=1, le=_HIGHEST, description="Left out, it is what is there now.")] = None,
) -> list[DifferenceShape]:
    """List what differs between a version and another, field by field."""
    async with call.read() as reader:
        before = await get_version(reader, call.integration, number)
        after = call.integration if to is None else await get_version(reader, call.integration, to)
    return tell_differences(compare_integrations(before, after))


@router.post("/{number}/plan")
async def plan_restoring(call: Configuring, number: Number, body: VersionBody | None = None) -> PlanShape:
    """Tell what going back to a version would change, and for how many people; nothing is saved."""
    async with call.transaction() as tx:
        draft = await _restored(call, tx, number)
        planned = await plan_change(tx, call, draft, None if body is None else body.version)
    return await tell_plan(call, planned)


@router.post("/{number}/restore")
async def restore(call: Configuring, number: Number, body: VersionBody | None = None) -> ChangedShape:
    """Go back to a version, which becomes the newest; secrets stay as they are now."""
    async with call.transaction() as tx:
        draft = await _restored(call, tx, number)
        return await save_change(tx, call, draft, None if body is None else body.version)


async def _restored(call: IntegrationCall, reader: Reader, number: int) -> IntegrationDraft:
    then = await get_version(reader, call.integration, number)
    return as_draft(then, await read_secrets(reader, call.integration, call.house.keyring))
