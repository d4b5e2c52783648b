"""Sign-in providers: adding, changing and removing them. ``operations.oidc`` signs people in with them."""

from collections.abc import Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Final
from urllib.parse import urlsplit

from seatkeeper.core.access import WorkspaceRole
from seatkeeper.core.errors import AlreadyExistsError, InvalidValueError, NotFoundError
from seatkeeper.core.events import EventKind
from seatkeeper.core.ids import ProviderId
from seatkeeper.core.providers import Provider, RoleRule
from seatkeeper.operations.audit import note
from seatkeeper.store.database import Reader, Transaction
from seatkeeper.store.identifiers import new_id
from seatkeeper.store.queries.providers import get_provider, get_sealed_client_secret
from seatkeeper.store.records.providers import delete_provider_row, insert_provider, update_provider
from seatkeeper.store.sealing import Keyring
from seatkeeper.store.texts import check_name

DEFAULT_SCOPES: Final = "openid email profile"
DEFAULT_GROUPS_CLAIM: Final = "groups"
CALLBACK_PATH: Final = "/sign-in/callback"
"""Where every provider sends people back to: what an Admin registers there, behind the public URL."""

_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True, slots=True)
class ProviderForm:
    """What somebody says about a provider. An empty ``client_secret`` keeps the one there is."""

    name: str
    issuer: str
    client_id: str
    client_secret: str = field(default="", repr=False)
    scopes: str = DEFAULT_SCOPES
    groups_claim: str = DEFAULT_GROUPS_CLAIM
    role_rules: Sequence[RoleRule] = ()
    default_role: WorkspaceRole | None = None


async def create_provider(tx: Transaction, keyring: Keyring, form: ProviderForm) -> Provider:
    """Add a provider. Raises ``InvalidValueError`` and ``AlreadyExistsError``."""
    provider = _read(ProviderId(new_id()), form)
    if not form.client_secret.strip():
        raise InvalidValueError("Give the client secret the provider shows for this application.")
    if not await insert_provider(tx, provider, _seal(keyring, provider.id, form)):
        raise AlreadyExistsError(f"There is a sign-in provider called {provider.name} already.")
    await note(tx, EventKind.PROVIDER_ADDED, provider.name)
    return provider


async def change_provider(
    tx: Transaction, keyring: Keyring, provider_id: ProviderId, form: ProviderForm
) -> Provider:
    """Change a provider. Raises ``NotFoundError``, ``InvalidValueError`` and ``AlreadyExistsError``."""
    before = await get_provider(tx, provider_id)
    provider = _read(provider_id, form)
    sealed = _seal(keyring, provider_id, form) if form.client_secret.strip() else None
    if sealed is None and provider.issuer != before.issuer:
        raise InvalidValueError("Another issuer needs its own client secret: enter it again.")
    if not await update_provider(tx, provider, sealed):
        raise AlreadyExistsError(f"There is a sign-in provider called {provider.name} already.")
    await note(tx, EventKind.PROVIDER_CHANGED, provider.name, changed=_changed(before, provider, sealed))
    return provider


async def delete_provider(tx: Transaction, provider_id: ProviderId) -> None:
    """Remove a provider. Members stay, and sessions that began with it too. Raises ``NotFoundError``."""
    provider = await get_provider(tx, provider_id)
    if not await delete_provider_row(tx, provider_id):
        raise NotFoundError("There is no such sign-in provider. It may have been removed.")
    await note(tx, EventKind.PROVIDER_REMOVED, provider.name)


async def open_client_secret(reader: Reader, keyring: Keyring, provider_id: ProviderId) -> str:
    """Unseal what we show a provider. Raises ``NotFoundError`` and ``SealError``."""
    sealed = await get_sealed_client_secret(reader, provider_id)
    return keyring.unseal(sealed, bound_to=_bound_to(provider_id)).decode()


def _changed(before: Provider, after: Provider, sealed: bytes | None) -> list[str]:
    names = [each.name for each in fields(Provider) if getattr(before, each.name) != getattr(after, each.name)]
    return [*names, *(["client_secret"] if sealed is not None else [])]


def _read(provider_id: ProviderId, form: ProviderForm) -> Provider:
    name, client_id = form.name.strip(), form.client_id.strip()
    if not name or not name.isprintable():
        raise InvalidValueError("Give the name people know the provider by, such as Okta.")
    if not client_id:
        raise InvalidValueError("Give the client id the provider shows for this application.")
    scopes = dict.fromkeys(["openid", *form.scopes.split()])
    provider = Provider(
        provider_id,
        check_name(name, "The name"),
        check_issuer(form.issuer),
        check_name(client_id, "The client id"),
        check_name(" ".join(scopes), "The list of scopes"),
        check_name(form.groups_claim.strip() or DEFAULT_GROUPS_CLAIM, "The claim of groups"),
        tuple(replace(rule, value=check_name(rule.value.strip(), "A group")) for rule in form.role_rules),
        form.default_role,
    )
    if not all(rule.value for rule in provider.role_rules):
        raise InvalidValueError("A rule needs the group it is about.")
    return provider


def check_issuer(issuer: str) -> str:
    """Give an issuer back (OpenID Connect Discovery 1.0 §3). A slash at its end is part of it and is kept.

    Raises ``InvalidValueError``.
    """
    issuer = issuer.strip()
    try:
        parts = urlsplit(issuer)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in {"https", "http"} or not parts.hostname or parts.query or parts.fragment:
        raise InvalidValueError("Give the issuer as its address, such as https://login.example.org.")
    if parts.scheme == "http" and parts.hostname not in _LOOPBACK:
        raise InvalidValueError("The issuer must be reached on https: secrets are sent to it.")
    return check_name(issuer, "The issuer").removesuffix("/.well-known/openid-configuration")


def _seal(keyring: Keyring, provider_id: ProviderId, form: ProviderForm) -> bytes:
    return keyring.seal(form.client_secret.strip().encode(), bound_to=_bound_to(provider_id))


def _bound_to(provider_id: ProviderId) -> str:
    return f"sign-in provider {provider_id}"
