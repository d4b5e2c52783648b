"""What an app offers, as resources that are searched, sorted and paged like users and groups.

An offer is one row with everything in it, so each entitlement is made a row here. Its key comes from what it is,
so that its place behind a cursor stays the same however often the app is asked again.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import (
    ColumnElement,
    Integer,
    Text,
    Uuid,
    cast,
    func,
    literal,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import JSONB

from seatkeeper.core.ids import IntegrationId
from seatkeeper.store.database import Reader, Row
from seatkeeper.store.queries.attributes import UNREADABLE, Resources, common_values
from seatkeeper.store.queries.comparisons import Kind, Value
from seatkeeper.store.queries.listing import ListQuery, Page, Place, Stretch, read_page, read_stretch
from seatkeeper.store.tables import offers


@dataclass(frozen=True, slots=True)
class OfferedEntitlement:
    """One entitlement, and when the app said that it offers it."""

    type: str
    value: str
    read_at: datetime


_ROLE = "role"

_pair = func.jsonb_array_elements(offers.c.entitlements, type_=JSONB).column_valued("pair")


def _part(number: int) -> ColumnElement[str]:
    return _pair.op("->>", return_type=Text())(literal(number, Integer))


def _resources(resource_type: str, *, roles: bool) -> Resources:
    is_role = func.lower(_part(0)) == literal(_ROLE, Text)
    table = (
        select(
            offers.c.integration_id,
            cast(func.md5(cast(_pair, Text)), Uuid).label("id"),
            _part(0).label("type"),
            _part(1).label("value"),
            offers.c.read_at.label("created_at"),
            offers.c.read_at.label("updated_at"),
            cast(None, Text).label("external_id"),
            cast(literal("{}"), JSONB).label("document"),
        )
        .select_from(offers.join(_pair.scalar_alias, true()))
        .where(is_role if roles else ~is_role)
        .subquery(f"{resource_type.lower()}s_offered")
    )
    columns = {
        **common_values(table, resource_type),
        "id": Value(table.c.value, Kind.EXACT),
        "displayName": Value(table.c.value, Kind.TEXT),
        "type": Value(table.c.type, Kind.TEXT),
    }
    return Resources(table, columns, rows={}, unreadable=UNREADABLE)


ROLES = _resources("Role", roles=True)
"""Entitlements of the type ``role``."""
ENTITLEMENTS = _resources("Entitlement", roles=False)
"""Those of every other type."""


async def offers_any(reader: Reader, of: Resources, integration_id: IntegrationId) -> bool:
    """Say whether an app is known to offer any of these."""
    return bool((await read_page(reader, of.table, integration_id, ListQuery(count=1), _decode)).items)


async def list_offered(
    reader: Reader, of: Resources, integration_id: IntegrationId, query: ListQuery
) -> Page[OfferedEntitlement]:
    """Read one page of what an app offers."""
    return await read_page(reader, of.table, integration_id, query, _decode)


async def list_offered_after(
    reader: Reader, of: Resources, integration_id: IntegrationId, query: ListQuery, after: Place | None
) -> Stretch[OfferedEntitlement]:
    """Read what an app offers behind a place, or from the beginning."""
    return await read_stretch(reader, of.table, integration_id, query, _decode, after)


def _decode(row: Row) -> OfferedEntitlement:
    return OfferedEntitlement(row["type"], row["value"], row["created_at"])
