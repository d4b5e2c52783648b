"""Writing how an integration was configured, each time that changes."""

from psycopg.types.json import Jsonb
from sqlalchemy import DateTime, Integer, Text, Uuid, bindparam, cast, func, insert, literal_column, select
from sqlalchemy.dialects.postgresql import JSONB

from seatkeeper.core.integrations import Integration
from seatkeeper.store.database import Transaction
from seatkeeper.store.rows import encode_integration
from seatkeeper.store.statements import prepare
from seatkeeper.store.workspace_tables import integration_versions

_INTEGRATION = bindparam("integration_id", type_=Uuid)
_INSERT = prepare(
    insert(integration_versions).from_select(
        ["integration_id", "number", "at", "actor_name", "document"],
        select(
            cast(_INTEGRATION, Uuid),
            func.coalesce(func.max(integration_versions.c.number), literal_column("0", Integer))
            + literal_column("1"),
            cast(bindparam("at"), DateTime(timezone=True)),
            cast(bindparam("actor_name"), Text),
            cast(bindparam("document"), JSONB),
        ).where(integration_versions.c.integration_id == _INTEGRATION),
    )
)
_KEPT = ("name", "settings", "schema", "mapping", "policy")


async def insert_version(tx: Transaction, integration: Integration) -> None:
    """Keep how an integration is configured now, as its next version. The integration must be locked, or new."""
    columns = encode_integration(integration)
    document = {name: columns[name].obj if isinstance(columns[name], Jsonb) else columns[name] for name in _KEPT}
    await tx.execute(
        _INSERT,
        integration_id=integration.id,
        at=tx.now,
        actor_name=tx.origin.name,
        document=Jsonb(document),
    )
