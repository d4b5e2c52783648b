"""Entitlements: what the app offers, who holds it and through what."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated
from urllib.parse import quote, unquote
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from seatkeeper.core.entitlements import Entitlement, group_of_source
from seatkeeper.operations.offers import read_offer
from seatkeeper.store.queries.offers import (
    MOST_HOLDERS,
    Holding,
    Offer,
    find_offer,
    list_held_entitlements,
    list_holdings,
)
from seatkeeper.store.queries.pushed_groups import name_groups
from seatkeeper.store.texts import check_text
from seatkeeper.web.api.calls import Operating, Seeing
from seatkeeper.web.api.groups import BelongingShape
from seatkeeper.web.api.paging import PRINTABLE, Limit, Place, Printed, Search
from seatkeeper.web.api.people_shapes import EntitlementShape
from seatkeeper.web.api.routing import Operation
from seatkeeper.web.api.shapes import Page, ProblemShape, page_of

router = APIRouter(prefix="/integrations/{integration}", tags=["Groups and entitlements"], route_class=Operation)

Type = Annotated[Printed, Query(alias="type", min_length=1, max_length=200, json_schema_extra=PRINTABLE)]
Value = Annotated[Printed, Query(max_length=2000, json_schema_extra=PRINTABLE)]


class HolderShape(BelongingShape):
    """Somebody who holds an entitlement."""

    group_id: UUID | None = Field(description="The group it comes from; null for their own attributes.")
    group: str | None = Field(description="That group's name; null also for one that is gone.")


class OfferedShape(EntitlementShape):
    """An entitlement, and how many hold it."""

    holders: int = Field(description=f"Counted up to {MOST_HOLDERS}.")


class OfferedPage(Page[OfferedShape]):
    """A part of what the app offers or people hold."""

    read_at: datetime | None = Field(description="When the app told what it offers; null if it was never asked.")


class ReadOfferShape(BaseModel):
    """Whether the app told what it offers."""

    read_at: datetime | None
    problem: ProblemShape | None = Field(description="Why it did not tell; what it told before is kept.")


@router.get("/entitlements")
async def list_entitlements(
    call: Seeing, search: Search = "", limit: Limit = 50, after: Place = ""
) -> OfferedPage:
    """List what the app offers or people hold besides groups; `search` is a part of the type or value."""
    async with call.read() as reader:
        offer = await find_offer(reader, call.integration.id)
        held = await list_held_entitlements(reader, call.integration.id)
    found = [one for one in _all(offer, held) if search.casefold() in f"{one.type}\n{one.value}".casefold()]
    behind = _place(after)
    rest = found if behind is None else [one for one in found if one > behind]
    rows, following = page_of(rest[: limit + 1], limit, _spell)
    items = [OfferedShape(type=one.type, value=one.value, holders=held.get(one, 0)) for one in rows]
    return OfferedPage(items=items, next=following, read_at=None if offer is None else offer.read_at)


@router.get("/entitlements/holders")
async def list_holders(
    call: Seeing,
    kind: Type,
    value: Value,
    limit: Limit = 50,
    after: Place = "",
) -> Page[HolderShape]:
    """List who holds an entitlement, and from where; who has it from several places is told once for each."""
    entitlement = Entitlement(check_text(kind, "The type"), check_text(value, "The value"))
    place = _holding_place(check_text(after, "The place"))
    async with call.read() as reader:
        found = await list_holdings(reader, call.integration.id, entitlement, after=place, most=limit + 1)
        rows, following = page_of(found, limit, lambda one: f"{one.holder.account_id}~{one.source}")
        groups = {UUID(each) for one in rows if (each := group_of_source(one.source)) is not None}
        names = await name_groups(reader, call.integration.id, sorted(groups))
    return Page(
        items=[_holder(one, {str(key): name for key, name in names.items()}) for one in rows], next=following
    )


@router.post("/entitlements/read")
async def read_entitlements(call: Operating) -> ReadOfferShape:
    """Ask the app what it offers."""
    problem = await read_offer(call.house.engine, call.integration)
    async with call.read() as reader:
        offer = await find_offer(reader, call.integration.id)
    return ReadOfferShape(read_at=None if offer is None else offer.read_at, problem=ProblemShape.of(problem))


def _all(offer: Offer | None, held: dict[Entitlement, int]) -> Sequence[Entitlement]:
    return sorted({*held, *(() if offer is None else offer.entitlements)})


def _spell(entitlement: Entitlement) -> str:
    return f"{quote(entitlement.type, safe='')}:{entitlement.value}"


def _place(after: str) -> Entitlement | None:
    kind, colon, value = after.partition(":")
    return Entitlement(unquote(kind), value) if colon else None


def _holding_place(after: str) -> tuple[UUID, str] | None:
    account, _, source = after.partition("~")
    try:
        return UUID(account), source
    except ValueError:
        return None


def _holder(holding: Holding, names: dict[str, str]) -> HolderShape:
    who, group_id = holding.holder, group_of_source(holding.source)
    plain = {name: getattr(who, name) for name in BelongingShape.model_fields}
    return HolderShape(**plain, group_id=group_id, group=names.get(group_id or ""))
