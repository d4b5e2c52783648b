"""Whose integrations are whose."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import literal_column, select

from seatkeeper.core.access import IntegrationRole
from seatkeeper.core.ids import IntegrationId, MemberId
from seatkeeper.store.database import Reader
from seatkeeper.store.statements import prepare
from seatkeeper.store.workspace_tables import integration_roles, members


@dataclass(frozen=True, slots=True, order=True)
class Owner:
    """A member who was made Owner of an integration."""

    name: str
    id: MemberId


_OWNERS = prepare(
    select(integration_roles.c.integration_id, members.c.id, members.c.name)
    .join(members, members.c.id == integration_roles.c.member_id)
    .where(
        integration_roles.c.role == literal_column(f"'{IntegrationRole.OWNER}'"), members.c.disabled_at.is_(None)
    )
    .order_by(members.c.name, members.c.id)
)


async def list_owners(reader: Reader) -> Mapping[IntegrationId, Sequence[Owner]]:
    """List the Owners of each integration that has some, by name; Admins own each without being named."""
    found: dict[IntegrationId, list[Owner]] = {}
    for row in await reader.fetch_all(_OWNERS):
        found.setdefault(IntegrationId(row["integration_id"]), []).append(Owner(row["name"], MemberId(row["id"])))
    return found
