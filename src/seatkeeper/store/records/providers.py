"""Writing the sign-in providers, and who is known at which."""

from typing import Any

from psycopg.errors import UniqueViolation
from psycopg.types.json import Jsonb
from sqlalchemy import LargeBinary, Uuid, bindparam, delete, update
from sqlalchemy.dialects.postgresql import insert

from seatkeeper.core.ids import MemberId, ProviderId
from seatkeeper.core.providers import Provider
from seatkeeper.store.database import Transaction
from seatkeeper.store.statements import prepare
from seatkeeper.store.workspace_tables import provider_identities, sign_in_providers

_CHANGED = ("name", "issuer", "client_id", "scopes", "groups_claim", "role_rules", "default_role")
_INSERT = prepare(
    insert(sign_in_providers)
    .values({name: bindparam(name) for name in ("id", *_CHANGED, "client_secret", "created_at")})
    .on_conflict_do_nothing(constraint="sign_in_provider_names_are_unique")
)
_THIS = sign_in_providers.c.id == bindparam("this", type_=Uuid)
_UPDATE = prepare(
    update(sign_in_providers).where(_THIS).values({name: bindparam(f"new_{name}") for name in _CHANGED})
)
_SET_SECRET = prepare(
    update(sign_in_providers).where(_THIS).values(client_secret=bindparam("sealed", type_=LargeBinary))
)
_DELETE = prepare(delete(sign_in_providers).where(_THIS))
_LINK = prepare(
    insert(provider_identities)
    .values({name: bindparam(name) for name in ("provider_id", "subject", "member_id", "created_at")})
    .on_conflict_do_nothing()
)


async def insert_provider(tx: Transaction, provider: Provider, sealed: bytes) -> bool:
    """Write a new provider with its sealed secret; False when there is one of that name."""
    values = _values(provider) | {"id": provider.id, "client_secret": sealed, "created_at": tx.now}
    return await tx.execute(_INSERT, **values) > 0


async def update_provider(tx: Transaction, provider: Provider, sealed: bytes | None) -> bool:
    """Write a provider anew, its secret only when there is one; False when another has that name."""
    try:
        async with tx.savepoint():
            values = {f"new_{name}": value for name, value in _values(provider).items()}
            await tx.execute(_UPDATE, this=provider.id, **values)
    except UniqueViolation:
        return False
    if sealed is not None:
        await tx.execute(_SET_SECRET, this=provider.id, sealed=sealed)
    return True


async def delete_provider_row(tx: Transaction, provider_id: ProviderId) -> bool:
    """Forget a provider and who is known there; say whether there was one."""
    return await tx.execute(_DELETE, this=provider_id) > 0


async def insert_identity(tx: Transaction, provider_id: ProviderId, subject: str, member_id: MemberId) -> bool:
    """Write that a provider's ``sub`` stands for a member; False when it stands for somebody already."""
    values = {"provider_id": provider_id, "subject": subject, "member_id": member_id, "created_at": tx.now}
    return await tx.execute(_LINK, **values) > 0


def _values(provider: Provider) -> dict[str, Any]:
    rules = [{"value": rule.value, "role": rule.role.value} for rule in provider.role_rules]
    return {
        "name": provider.name,
        "issuer": provider.issuer,
        "client_id": provider.client_id,
        "scopes": provider.scopes,
        "groups_claim": provider.groups_claim,
        "role_rules": Jsonb(rules),
        "default_role": None if provider.default_role is None else provider.default_role.value,
    }
