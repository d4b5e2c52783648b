"""Who may talk to an integration's endpoint: whoever shows what was made for it, from where it may be called."""

import asyncio
import hmac
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_network
from typing import NamedTuple

from scim2_models import ForbiddenException, UnauthorizedException
from starlette.requests import Request

from seatkeeper.core.credentials import CredentialKind
from seatkeeper.core.events import Origin
from seatkeeper.core.integrations import Integration
from seatkeeper.core.networks import Network, covers, source_of
from seatkeeper.operations.networks import note_refused_address
from seatkeeper.operations.tokens import note_use
from seatkeeper.scim.credentials import Shown, TooManyFailures, read_authorization, refused
from seatkeeper.scim.failures import Failures
from seatkeeper.scim.shapes import Shape, user_shape
from seatkeeper.store.database import Database
from seatkeeper.store.queries.tokens import FoundToken, find_access_token, find_token

_SLUG = re.compile(r"[a-z0-9-]{1,200}")
_TRUSTED_FOR = timedelta(seconds=5)
"""How long a revoked token, a changed integration or a changed list of networks may go unnoticed."""
_LONGEST_ADDRESS = 64
_NOTED_EVERY = timedelta(minutes=1)
_REMEMBERED = 1000
_TOLD_EVERY = timedelta(hours=1)
_MOST_TOLD = 20
"""Refused addresses of one integration that Activity tells of within the hour."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Whom what they showed let in, and to what."""

    integration: Integration
    shape: Shape
    kind: CredentialKind = CredentialKind.BEARER


@dataclass(frozen=True, slots=True)
class _Known:
    caller: Caller
    until: datetime
    networks: Sequence[Network]


class Knock(NamedTuple):
    """Somebody at the door: at which integration, from where, and what for, such as ``GET /Users``."""

    slug: str
    address: str
    origin: Origin
    purpose: str

    @classmethod
    def of(cls, request: Request, origin: Origin, purpose: str) -> "Knock":
        """Take the address of the connection, or of what the trusted proxy says."""
        client = request.scope.get("client")
        address = client[0][:_LONGEST_ADDRESS] if client else ""
        return cls(request.path_params.get("integration", ""), address, origin, purpose)


class Gate:
    """Checks what callers show, and remembers for seconds what was good. The rest is looked up every time."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock
        self._known: dict[tuple[str, Shown], _Known] = {}
        self._looking: dict[tuple[str, Shown], asyncio.Event] = {}
        self._failures = Failures()
        self._told: dict[str, tuple[datetime, set[str]]] = {}

    async def admit(self, request: Request, origin: Origin, purpose: str) -> Caller:
        """Let a caller in, who asks for ``purpose``, such as ``GET /Users``.

        Raises ``UnauthorizedException`` with the reason, as far as an IdP may know it, ``TooManyFailures``, and
        ``ForbiddenException`` for good credentials from an address that is not allowed.
        """
        # What shows nothing is not counted: some clients send their credentials only when they are asked for them.
        shown = read_authorization(request.headers.get("authorization"))
        key = (request.path_params.get("integration", ""), shown)
        known = self._find_known(key)
        if known is None and key in self._looking:
            # A crowd that comes at once needs one look, and not a connection to the database for each.
            await self._looking[key].wait()
            known = self._find_known(key)
        if known is None:
            return await self._look_up(key, Knock.of(request, origin, purpose))
        if known.networks:
            knock = Knock.of(request, origin, purpose)
            if not covers(known.networks, knock.address):
                raise await self._turn_away(known.caller.integration, knock)
        return known.caller

    async def recognise(self, shown: Shown, knock: Knock) -> FoundToken:
        """Find whose a credential is, and note its use. Raises as ``admit`` does."""
        now = self._clock()
        found = await self._find(shown, knock.slug)
        fault = _fault_of(found, shown, now)
        if found is None or fault is not None:
            bearer_error = None if shown.kind is CredentialKind.BASIC else "invalid_token"
            raise self._count(knock, refused(fault or "", bearer_error))
        if found.networks and not covers(map(ip_network, found.networks), knock.address):
            raise await self._turn_away(found.integration, knock)
        if found.last_used_at is None or found.last_used_at <= now - _NOTED_EVERY:
            async with self._database.transaction(knock.origin) as tx:
                await note_use(tx, found.token_id, knock.purpose, knock.address)
        return found

    def _find_known(self, key: tuple[str, Shown]) -> _Known | None:
        known = self._known.get(key)
        return None if known is None or self._clock() >= known.until else known

    async def _look_up(self, key: tuple[str, Shown], knock: Knock) -> Caller:
        done = asyncio.Event()
        self._looking.setdefault(key, done)
        try:
            return await self._let_in(key[1], knock)
        finally:
            done.set()
            if self._looking.get(key) is done:
                del self._looking[key]

    async def _let_in(self, shown: Shown, knock: Knock) -> Caller:
        now = self._clock()
        found = await self.recognise(shown, knock)
        until = min(now + _TRUSTED_FOR, found.expires_at or now + _TRUSTED_FOR)
        caller = Caller(found.integration, user_shape(found.integration.schema), found.kind)
        if len(self._known) >= _REMEMBERED:
            self._known.clear()
        self._known[knock.slug, shown] = _Known(caller, until, [ip_network(one) for one in found.networks])
        return caller

    async def _find(self, shown: Shown, slug: str) -> FoundToken | None:
        if not _SLUG.fullmatch(slug):
            return None
        is_access = shown.kind is CredentialKind.OAUTH and shown.client_id is None
        async with self._database.read() as reader:
            return await (find_access_token if is_access else find_token)(reader, slug, shown.digest)

    def _count(self, knock: Knock, error: UnauthorizedException) -> UnauthorizedException | TooManyFailures:
        slug = knock.slug if _SLUG.fullmatch(knock.slug) else ""
        wait = self._failures.note(slug, knock.address, self._clock())
        return error if wait is None else TooManyFailures(knock.address, wait)

    async def _turn_away(self, integration: Integration, knock: Knock) -> ForbiddenException:
        address = knock.address or "an unknown address"
        if self._is_news(knock):
            async with self._database.transaction(knock.origin) as tx:
                await note_refused_address(tx, integration, address)
        return ForbiddenException(
            detail=f"The credentials are good, but {address} is not one of the addresses this integration may be"
            " called from. An Owner can add it under Settings, SCIM."
        )

    def _is_news(self, knock: Knock) -> bool:
        now, source = self._clock(), source_of(knock.address)
        until, sources = self._told.get(knock.slug, (now, set[str]()))
        if until <= now:
            until, sources = now + _TOLD_EVERY, set()
            self._told[knock.slug] = (until, sources)
        if source in sources or len(sources) >= _MOST_TOLD:
            return False
        sources.add(source)
        return True


def _fault_of(found: FoundToken | None, shown: Shown, now: datetime) -> str | None:
    if found is None or not _is_the_same(found, shown):
        if shown.kind is CredentialKind.BASIC:
            return "The user name and the secret are not a pair of this integration."
        return "The token is not one of this integration."
    if found.revoked_at is not None:
        return "The token has been revoked. Put a new one into the identity provider."
    if found.expires_at is not None and found.expires_at <= now:
        return "The token has expired. Put a new one into the identity provider."
    return None


def _is_the_same(found: FoundToken, shown: Shown) -> bool:
    named = shown.client_id is None or hmac.compare_digest(
        (found.client_id or "").encode(), shown.client_id.encode()
    )
    return hmac.compare_digest(found.digest, shown.digest) and named and found.kind is shown.kind
