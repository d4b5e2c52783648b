"""Signing in with an OpenID provider: authorization code with PKCE, state and nonce (RFC 9700 §2.1)."""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge

from seatkeeper.core.access import Member
from seatkeeper.core.errors import InvalidValueError, NotAllowedError, NotPossibleNowError
from seatkeeper.core.events import Origin
from seatkeeper.core.ids import ProviderId
from seatkeeper.core.providers import Provider
from seatkeeper.operations.challenges import Challenge, ChallengeKind, pose, take
from seatkeeper.operations.identities import admit, read_person
from seatkeeper.operations.oidc_exchange import Exchange, discover, exchange_code, new_client, read_claims
from seatkeeper.operations.providers import open_client_secret
from seatkeeper.operations.signing_in import STEP_LASTS, TOO_SLOW
from seatkeeper.store.database import Database
from seatkeeper.store.queries.providers import get_provider
from seatkeeper.store.sealing import Keyring

_STARTED_ELSEWHERE: Final = (
    "This sign-in was not started in this browser, or another one was started since. Start again from here."
)


@dataclass(frozen=True, slots=True)
class Desk:
    """What this needs of an installation."""

    database: Database
    keyring: Keyring
    clock: Callable[[], datetime]
    origin: Origin


@dataclass(frozen=True, slots=True)
class Departure:
    """Where to send the browser, and the secret it keeps meanwhile."""

    url: str
    step: str = field(repr=False)


async def begin_oidc(desk: Desk, provider_id: ProviderId, redirect_uri: str, next_path: str) -> Departure:
    """Prepare a visit to a provider. Raises ``NotFoundError``, and ``NotPossibleNowError`` when it is away."""
    async with desk.database.read() as reader:
        provider = await get_provider(reader, provider_id)
    async with new_client() as client:
        metadata = await discover(client, provider)
    state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
    data = {
        "provider": str(provider.id),
        "state": state,
        "nonce": nonce,
        "verifier": verifier,
        "redirect_uri": redirect_uri,
        "next": next_path,
    }
    async with desk.database.transaction(desk.origin) as tx:
        step = await pose(tx, ChallengeKind.PROVIDER, data, STEP_LASTS)
    url = prepare_grant_uri(
        metadata.authorization_endpoint,
        provider.client_id,
        "code",
        redirect_uri=redirect_uri,
        scope=provider.scopes,
        state=state,
        nonce=nonce,
        code_challenge=create_s256_code_challenge(verifier),
        code_challenge_method="S256",
    )
    return Departure(str(url), step)


async def finish_oidc(desk: Desk, step: str, returned: Mapping[str, str]) -> tuple[Member, str]:
    """Take somebody back from a provider: who it is, and where to go.

    ``returned`` are the parameters of the redirect (RFC 6749 §4.1.2). Holds no connection while it talks with
    the provider. Raises ``NotAllowedError``, ``InvalidValueError`` and ``NotPossibleNowError``.
    """
    async with desk.database.transaction(desk.origin) as tx:
        challenge = await take(tx, ChallengeKind.PROVIDER, step)
    if challenge is None:
        raise NotPossibleNowError(TOO_SLOW)
    if not secrets.compare_digest(str(challenge.data["state"]).encode(), returned.get("state", "").encode()):
        raise NotPossibleNowError(_STARTED_ELSEWHERE)
    async with desk.database.read() as reader:
        provider = await get_provider(reader, ProviderId(UUID(str(challenge.data["provider"]))))
        client_secret = await open_client_secret(reader, desk.keyring, provider.id)
    if "error" in returned:
        raise _refused(provider, returned["error"])
    claims = await _ask_provider(desk, provider, challenge, returned, client_secret)
    person = read_person(provider, claims)
    async with desk.database.transaction(desk.origin) as tx:
        member = await admit(tx, provider, person)
    return member, str(challenge.data["next"])


async def _ask_provider(
    desk: Desk, provider: Provider, challenge: Challenge, returned: Mapping[str, str], client_secret: str
) -> Mapping[str, Any]:
    kept = {name: str(challenge.data[name]) for name in ("verifier", "redirect_uri", "nonce")}
    async with new_client() as client:
        metadata = await discover(client, provider)
        # RFC 9207 §2.4: another provider's answer is not taken for this one's.
        if returned.get("iss", metadata.issuer) != metadata.issuer:
            raise InvalidValueError(f"The answer did not come from {provider.name}. Nobody was signed in.")
        exchange = Exchange(returned.get("code", ""), kept["verifier"], kept["redirect_uri"], client_secret)
        tokens = await exchange_code(client, provider, metadata, exchange)
        return await read_claims(client, provider, metadata, tokens, (kept["nonce"], desk.clock()))


def _refused(provider: Provider, error: str) -> NotAllowedError | NotPossibleNowError:
    """Tell why a provider sent somebody back (RFC 6749 §4.1.2.1, OpenID Connect Core 1.0 §3.1.2.6)."""
    match error:
        case "access_denied" | "consent_required" | "interaction_required" | "login_required":
            return NotAllowedError(
                f"{provider.name} did not let you in, or you did not agree to it. You can try again."
            )
        case "temporarily_unavailable" | "server_error":
            return NotPossibleNowError(f"{provider.name} has a problem at the moment. Try again in a while.")
        case _:
            return NotPossibleNowError(
                f"{provider.name} refused what Seatkeeper asked for. An Admin should check the client id, the"
                " scopes and the address to send people back to."
            )
