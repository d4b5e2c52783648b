"""Rows to the values of ``core`` and back: the one place that knows how JSON columns are spelled.

Durations are ISO 8601 (``PT1H``), so a row reads well in ``psql`` and sorts out time units by itself.
"""

from typing import Any

from psycopg.types.json import Jsonb
from pydantic import TypeAdapter

from seatkeeper.core.dialects import Dialect
from seatkeeper.core.ids import GroupId, IntegrationId, UserId
from seatkeeper.core.integrations import Integration, IntegrationState, MappingRules, Policy, SchemaAttribute
from seatkeeper.core.users import Group, User
from seatkeeper.store.database import Row

_SCHEMA = TypeAdapter(tuple[SchemaAttribute, ...])
_MAPPING = TypeAdapter(MappingRules)
_POLICY = TypeAdapter(Policy)


def decode_integration(row: Row) -> Integration:
    """Read an ``integrations`` row. Fields an older release did not write take their defaults."""
    return Integration(
        id=IntegrationId(row["id"]),
        slug=row["slug"],
        name=row["name"],
        connector=row["connector"],
        settings=row["settings"],
        schema=_SCHEMA.validate_python(row["schema"]),
        mapping=_MAPPING.validate_python(row["mapping"]),
        policy=_POLICY.validate_python(row["policy"]),
        state=IntegrationState(row["state"]),
        quarantined=row["quarantine"] is not None,
        recognised=_recognised(row),
    )


def _recognised(row: Row) -> Dialect | None:
    """Read who was recognised: a matter of now, which no version of an integration remembers."""
    found = row.get("recognised")
    return None if found is None else Dialect(found)


def encode_integration(integration: Integration) -> dict[str, Any]:
    """Spell an integration as column values, quarantine and secrets left out: both have writers of their own."""
    return {
        "id": integration.id,
        "slug": integration.slug,
        "name": integration.name,
        "connector": integration.connector,
        "settings": Jsonb(dict(integration.settings)),
        "schema": Jsonb(_SCHEMA.dump_python(integration.schema, mode="json")),
        "mapping": Jsonb(_MAPPING.dump_python(integration.mapping, mode="json")),
        "policy": Jsonb(_POLICY.dump_python(integration.policy, mode="json")),
        "state": integration.state.value,
    }


def decode_user(row: Row) -> User:
    """Read a ``users`` row."""
    return User(
        id=UserId(row["id"]),
        user_name=row["user_name"],
        external_id=row["external_id"],
        active=row["active"],
        document=row["document"],
        version=row["version"],
        created_at=row["created_at"],
        updated_at=row["updated_at"],
    )


def decode_group(row: Row) -> Group:
    """Read a ``groups`` row."""
    return Group(
        id=GroupId(row["id"]),
        display_name=row["display_name"],
        external_id=row["external_id"],
        document=row["document"],
        version=row["version"],
        created_at=row["created_at"],
        updated_at=row["updated_at"],
    )
