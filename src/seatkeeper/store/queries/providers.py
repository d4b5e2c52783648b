"""Reading the sign-in providers, and who is known at which."""

from pydantic import TypeAdapter
from sqlalchemy import Text, Uuid, bindparam, select

from seatkeeper.core.access import WorkspaceRole
from seatkeeper.core.errors import NotFoundError
from seatkeeper.core.ids import MemberId, ProviderId
from seatkeeper.core.providers import Provider, RoleRule
from seatkeeper.store.database import Reader, Row
from seatkeeper.store.statements import prepare
from seatkeeper.store.workspace_tables import provider_identities, sign_in_providers

_RULES = TypeAdapter(tuple[RoleRule, ...])
_SHOWN = tuple(
    sign_in_providers.c[name]
    for name in ("id", "name", "issuer", "client_id", "scopes", "groups_claim", "role_rules", "default_role")
)
_THIS = sign_in_providers.c.id == bindparam("id", type_=Uuid)
_ALL = prepare(select(*_SHOWN).order_by(sign_in_providers.c.name))
_ONE = prepare(select(*_SHOWN).where(_THIS))
_SECRET = prepare(select(sign_in_providers.c.client_secret).where(_THIS))
_OF_MEMBER = prepare(
    select(sign_in_providers.c.name)
    .join(provider_identities, provider_identities.c.provider_id == sign_in_providers.c.id)
    .where(provider_identities.c.member_id == bindparam("member_id", type_=Uuid))
    .order_by(sign_in_providers.c.name)
)
_IDENTITY = prepare(
    select(provider_identities.c.member_id).where(
        provider_identities.c.provider_id == bindparam("id", type_=Uuid),
        provider_identities.c.subject == bindparam("subject", type_=Text),
    )
)


async def list_providers(reader: Reader) -> list[Provider]:
    """List the sign-in providers by name."""
    return [_provider(row) for row in await reader.fetch_all(_ALL)]


async def get_provider(reader: Reader, provider_id: ProviderId) -> Provider:
    """Read one provider. Raises ``NotFoundError``."""
    row = await reader.fetch_one(_ONE, id=provider_id)
    if row is None:
        raise NotFoundError("There is no such sign-in provider. It may have been removed.")
    return _provider(row)


async def get_sealed_client_secret(reader: Reader, provider_id: ProviderId) -> bytes:
    """Read the sealed secret we show a provider. Raises ``NotFoundError``."""
    row = await reader.fetch_one(_SECRET, id=provider_id)
    if row is None:
        raise NotFoundError("There is no such sign-in provider. It may have been removed.")
    return bytes(row["client_secret"])


async def list_providers_of(reader: Reader, member_id: MemberId) -> list[str]:
    """Name the providers that know a member."""
    return [row["name"] for row in await reader.fetch_all(_OF_MEMBER, member_id=member_id)]


async def find_identity(reader: Reader, provider_id: ProviderId, subject: str) -> MemberId | None:
    """Find the member a provider's ``sub`` stands for."""
    row = await reader.fetch_one(_IDENTITY, id=provider_id, subject=subject)
    return None if row is None else MemberId(row["member_id"])


def _provider(row: Row) -> Provider:
    return Provider(
        ProviderId(row["id"]),
        row["name"],
        row["issuer"],
        row["client_id"],
        row["scopes"],
        row["groups_claim"],
        _RULES.validate_python(row["role_rules"]),
        None if row["default_role"] is None else WorkspaceRole(row["default_role"]),
    )
