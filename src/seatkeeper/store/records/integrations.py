"""Writing integrations. Secrets arrive sealed; quarantine belongs to the engine."""

from sqlalchemy import DateTime, LargeBinary, Text, Uuid, bindparam, select, update
from sqlalchemy.dialects.postgresql import insert

from seatkeeper.core.dialects import Dialect
from seatkeeper.core.ids import IntegrationId
from seatkeeper.core.integrations import Integration, IntegrationState
from seatkeeper.store.database import Transaction
from seatkeeper.store.queries.integrations import INTEGRATION_COLUMNS
from seatkeeper.store.rows import decode_integration, encode_integration
from seatkeeper.store.statements import prepare
from seatkeeper.store.tables import integrations

_THIS = integrations.c.id == bindparam("integration_id", type_=Uuid)
_NOW = bindparam("now", type_=DateTime(timezone=True))
_DESCRIBED = ("slug", "name", "connector", "settings", "schema", "mapping", "policy", "state")

_INSERT = prepare(
    insert(integrations).values(
        {name: bindparam(name) for name in ("id", *_DESCRIBED, "secrets")}
        | {"created_at": _NOW, "updated_at": _NOW}
    )
)
_UPDATE = prepare(
    update(integrations)
    .where(_THIS)
    .values({name: bindparam(f"new_{name}", type_=integrations.c[name].type) for name in _DESCRIBED})
    .values(updated_at=_NOW)
)
_SEAL = prepare(update(integrations).where(_THIS).values(secrets=bindparam("sealed", type_=LargeBinary)))
_LOCK = prepare(
    select(*INTEGRATION_COLUMNS)
    .where(integrations.c.slug == bindparam("slug", type_=Text))
    # Not against what only refers to the integration: users and jobs may arrive meanwhile.
    .with_for_update(key_share=True)
)
_PROBE = prepare(update(integrations).where(_THIS, integrations.c.quarantine.is_not(None)).values(probe_at=_NOW))
_SET_STATE = prepare(update(integrations).where(_THIS).values(state=bindparam("new_state"), updated_at=_NOW))
_RECOGNISE = prepare(
    update(integrations)
    .where(
        _THIS,
        integrations.c.policy["dialect"].astext.is_(None),
        integrations.c.recognised.is_distinct_from(bindparam("dialect", type_=Text)),
    )
    .values(recognised=bindparam("dialect", type_=Text))
)


async def lock_integration(tx: Transaction, slug: str) -> Integration | None:
    """Read an integration and keep others from changing it until the transaction ends."""
    row = await tx.fetch_one(_LOCK, slug=slug)
    return None if row is None else decode_integration(row)


async def insert_integration(tx: Transaction, integration: Integration, secrets: bytes | None) -> bool:
    """Keep a new integration and its sealed secrets; False when its slug is taken."""
    return await tx.execute(_INSERT, **encode_integration(integration), secrets=secrets, now=tx.now) > 0


async def update_integration(tx: Transaction, integration: Integration) -> None:
    """Write everything an integration says of itself, secrets left out."""
    columns = encode_integration(integration)
    values = {f"new_{name}": columns[name] for name in _DESCRIBED}
    await tx.execute(_UPDATE, integration_id=integration.id, now=tx.now, **values)


async def put_secrets(tx: Transaction, integration_id: IntegrationId, sealed: bytes | None) -> None:
    """Replace an integration's sealed secrets."""
    await tx.execute(_SEAL, integration_id=integration_id, sealed=sealed)


async def ask_for_probe(tx: Transaction, integration_id: IntegrationId) -> None:
    """Have a quarantined integration probed now instead of at its next turn."""
    await tx.execute(_PROBE, integration_id=integration_id, now=tx.now)


async def set_state(tx: Transaction, integration_id: IntegrationId, state: IntegrationState) -> None:
    """Move an integration to another state. ``operations`` says which moves are allowed."""
    await tx.execute(_SET_STATE, integration_id=integration_id, new_state=state.value, now=tx.now)


async def put_recognised(tx: Transaction, integration_id: IntegrationId, dialect: Dialect) -> bool:
    """Remember whose requests were recognised; False when that is known, or an Owner chose a dialect."""
    return await tx.execute(_RECOGNISE, integration_id=integration_id, dialect=dialect.value) > 0
