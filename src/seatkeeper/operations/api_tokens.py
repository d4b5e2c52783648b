"""API tokens: what a member's scripts show, for no more than the member may do and the token's scopes allow."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from seatkeeper.core.access import Guest, Scope
from seatkeeper.core.errors import InvalidValueError, NotFoundError
from seatkeeper.core.events import EventKind
from seatkeeper.core.ids import APITokenId, MemberId
from seatkeeper.core.tokens import API_TOKEN_PREFIX, RANDOM_BYTES, digest_token, form_token, shown_start
from seatkeeper.operations.audit import note
from seatkeeper.store.database import Reader, Transaction
from seatkeeper.store.queries.api_tokens import find_api_token, list_api_tokens
from seatkeeper.store.records.api_tokens import insert_api_token, mark_api_token_revoked, mark_api_token_used
from seatkeeper.store.texts import check_name

_NOTED_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class NewAPIToken:
    """A token that was just made. ``secret`` exists nowhere else: it is shown this once."""

    id: APITokenId
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Bearer:
    """Whom a presented token stands for. ``is_stale`` asks for ``note_api_token``."""

    token_id: APITokenId
    guest: Guest
    is_stale: bool


async def create_api_token(
    tx: Transaction, member_id: MemberId, name: str, scopes: Iterable[Scope], expires_at: datetime | None
) -> NewAPIToken:
    """Make a token. Raises ``InvalidValueError``."""
    name, scopes = check_name(name.strip(), "The name"), frozenset(scopes)
    if not name or not name.isprintable():
        raise InvalidValueError("A token needs a name that says what uses it, such as nightly report.")
    if not scopes:
        raise InvalidValueError("Choose what the token may be used for.")
    if expires_at is not None and expires_at <= tx.now:
        raise InvalidValueError("The token would already have expired: give an instant in the future.")
    secret = form_token(secrets.token_bytes(RANDOM_BYTES), API_TOKEN_PREFIX)
    kept = shown_start(secret), digest_token(secret)
    token_id = await insert_api_token(tx, member_id, name, kept, scopes=scopes, expires_at=expires_at)
    await note(tx, EventKind.API_TOKEN_CREATED, name, changed=sorted(scope.value for scope in scopes))
    return NewAPIToken(token_id, secret)


async def revoke_api_token(tx: Transaction, member_id: MemberId, token_id: APITokenId) -> None:
    """Refuse one of a member's tokens from now on. Raises ``NotFoundError``."""
    named = {token.id: token.name for token in await list_api_tokens(tx, member_id)}
    if not await mark_api_token_revoked(tx, member_id, token_id):
        raise NotFoundError("There is no such token, or it was revoked already.")
    await note(tx, EventKind.API_TOKEN_REVOKED, named[token_id])


async def find_bearer(reader: Reader, secret: str, now: datetime) -> Bearer | None:
    """Find whom a presented token stands for; None when it is unknown, revoked, expired, or they are disabled."""
    found = await find_api_token(reader, digest_token(secret), now)
    if found is None:
        return None
    stale = found.last_used_at is None or found.last_used_at <= now - _NOTED_EVERY
    return Bearer(found.id, found.guest, stale)


async def note_api_token(tx: Transaction, token_id: APITokenId) -> None:
    """Remember that a token is in use; at most once a minute is enough."""
    await mark_api_token_used(tx, token_id)
