"""Groups: what is pushed, how it stands in the app, and who is in it."""

from datetime import datetime
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from seatkeeper.core.errors import NotFoundError
from seatkeeper.store.database import Reader
from seatkeeper.store.queries.pushed_groups import (
    MOST_MEMBERS,
    PushedGroup,
    find_pushed_group,
    list_members_of,
    list_pushed_groups,
)
from seatkeeper.store.texts import check_text
from seatkeeper.web.api.calls import IntegrationCall, Seeing
from seatkeeper.web.api.paging import After, Limit, Place
from seatkeeper.web.api.people_shapes import NewestJobShape
from seatkeeper.web.api.routing import Operation
from seatkeeper.web.api.shapes import Page, page_of

router = APIRouter(prefix="/integrations/{integration}", tags=["Groups and entitlements"], route_class=Operation)


class PushedGroupShape(BaseModel):
    """A group of the identity provider, and the app's group it is mirrored to."""

    id: UUID
    display_name: str
    external_id: str | None
    created_at: datetime
    members: int = Field(description=f"Counted up to {MOST_MEMBERS:,}.")
    app_name: str | None = Field(description="What the app calls its group; null while none is known.")
    seen_at: datetime | None
    job: NewestJobShape | None = Field(description="The newest about it; null for a group that is not pushed.")

    @classmethod
    def of(cls, group: PushedGroup) -> "PushedGroupShape":
        """Tell a group."""
        plain = {name: getattr(group, name) for name in cls.model_fields if name != "job"}
        return cls(**plain, job=NewestJobShape.of(group.job))


class BelongingShape(BaseModel):
    """A member of a group; ``name`` is that of their account in the app."""

    model_config = ConfigDict(from_attributes=True)

    account_id: UUID
    user_id: UUID | None
    user_name: str
    name: str | None


@router.get("/groups")
async def list_groups(call: Seeing, limit: Limit = 50, after: Place = "") -> Page[PushedGroupShape]:
    """List the groups the identity provider pushed, by name."""
    place = check_text(after, "The place")
    async with call.read() as reader:
        page = await list_pushed_groups(reader, call.integration.id, after=place, most=limit)
    return Page(items=[PushedGroupShape.of(group) for group in page.groups], next=page.next)


@router.get("/groups/{group}")
async def read_group(call: Seeing, group: UUID) -> PushedGroupShape:
    """Read one group, and how it stands in the app."""
    async with call.read() as reader:
        return PushedGroupShape.of(await _find(call, reader, group))


@router.get("/groups/{group}/members")
async def list_group_members(
    call: Seeing, group: UUID, limit: Limit = 50, after: After = None
) -> Page[BelongingShape]:
    """List who is in a group, in the order in which they were assigned."""
    async with call.read() as reader:
        found = await _find(call, reader, group)
        members = await list_members_of(reader, found.id, after=after, most=limit + 1)
    rows, following = page_of(members, limit, lambda member: member.user_id)
    return Page(items=[BelongingShape.model_validate(one) for one in rows], next=following)


async def _find(call: IntegrationCall, reader: Reader, group: UUID) -> PushedGroup:
    found = await find_pushed_group(reader, call.integration.id, group)
    if found is None:
        raise NotFoundError("There is no such group in this integration.")
    return found
