"""Who may talk to an integration's endpoint: whoever holds one of its tokens (RFC 6750)."""

import hmac
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from scim2_models import UnauthorizedException

from seatkeeper.core.events import Origin
from seatkeeper.core.integrations import Integration
from seatkeeper.core.tokens import digest_token
from seatkeeper.operations.tokens import note_use
from seatkeeper.scim.shapes import Shape, user_shape
from seatkeeper.store.database import Database
from seatkeeper.store.queries.tokens import FoundToken, find_token

_SLUG = re.compile(r"[a-z0-9-]{1,200}")
_TRUSTED_FOR = timedelta(seconds=5)
"""How long a revoked token or a changed integration may go unnoticed."""
_NOTED_EVERY = timedelta(minutes=1)
_REMEMBERED = 1000


@dataclass(frozen=True, slots=True)
class Caller:
    """Whom a token let in, and to what."""

    integration: Integration
    shape: Shape


@dataclass(frozen=True, slots=True)
class _Known:
    caller: Caller
    until: datetime


class Gate:
    """Checks tokens, and remembers for seconds which were good. Bad ones are looked up every time."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock
        self._known: dict[tuple[str, bytes], _Known] = {}

    async def admit(self, slug: str, authorization: str | None, origin: Origin, purpose: str) -> Caller:
        """Let a caller in, who asks for ``purpose``, such as ``GET /Users``.

        Raises ``UnauthorizedException`` with the reason, as far as an IdP may know it.
        """
        scheme, _, secret = (authorization or "").strip().partition(" ")
        if scheme.lower() != "bearer" or not secret.strip():
            raise _refused("Send the integration's token as 'Authorization: Bearer <token>'.")
        digest = digest_token(secret.strip())
        known = self._known.get((slug, digest))
        now = self._clock()
        if known is not None and now < known.until:
            return known.caller
        return await self._look_up(slug, digest, origin, purpose)

    async def _look_up(self, slug: str, digest: bytes, origin: Origin, purpose: str) -> Caller:
        now = self._clock()
        found = await self._find(slug, digest)
        if found is None or not hmac.compare_digest(found.digest, digest):
            raise _refused("The token is not one of this integration.", error="invalid_token")
        if found.revoked_at is not None:
            raise _refused(
                "The token has been revoked. Put a new one into the identity provider.", error="invalid_token"
            )
        if found.expires_at is not None and found.expires_at <= now:
            raise _refused(
                "The token has expired. Put a new one into the identity provider.", error="invalid_token"
            )
        if found.last_used_at is None or found.last_used_at <= now - _NOTED_EVERY:
            async with self._database.transaction(origin) as tx:
                await note_use(tx, found.token_id, purpose)
        return self._remember(slug, found, now)

    async def _find(self, slug: str, digest: bytes) -> FoundToken | None:
        if not _SLUG.fullmatch(slug):
            return None
        async with self._database.read() as reader:
            return await find_token(reader, slug, digest)

    def _remember(self, slug: str, found: FoundToken, now: datetime) -> Caller:
        caller = Caller(found.integration, user_shape(found.integration.schema))
        until = now + _TRUSTED_FOR
        if len(self._known) >= _REMEMBERED:
            self._known.clear()
        self._known[slug, found.digest] = _Known(caller, min(until, found.expires_at or until))
        return caller


def _refused(detail: str, **parameters: str) -> UnauthorizedException:
    challenge = ", ".join(f'{name}="{value}"' for name, value in {"realm": "Seatkeeper", **parameters}.items())
    headers: dict[str, Any] = {"WWW-Authenticate": f"Bearer {challenge}"}
    return UnauthorizedException(detail=detail, headers=headers)
