"""Talking with an OpenID provider: what it offers, the code for tokens, and what the ID token proves."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from urllib.parse import quote

import httpx
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import ExpiredTokenError, InvalidClaimError, JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry
from pydantic import BaseModel, ConfigDict, ValidationError

from seatkeeper.core.errors import InvalidValueError, NotPossibleNowError
from seatkeeper.core.providers import Provider

_PATIENCE: Final = 10.0
_SKEW: Final = 60
"""Seconds the clocks of provider and Seatkeeper may differ."""
_SIGNED_BY: Final = frozenset("RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512 EdDSA Ed25519".split())
"""Signatures made with a key only the provider has: never with the client secret, and never none."""
_OF_TIME: Final = frozenset({"iat", "nbf", "exp"})


class Metadata(BaseModel):
    """What a provider says about itself (OpenID Connect Discovery 1.0 §3), as far as we need it."""

    model_config = ConfigDict(frozen=True)

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str | None = None
    id_token_signing_alg_values_supported: tuple[str, ...] = ("RS256",)
    token_endpoint_auth_methods_supported: tuple[str, ...] = ("client_secret_basic",)


@dataclass(frozen=True, slots=True)
class Exchange:
    """A code, and what it takes to exchange it."""

    code: str = field(repr=False)
    verifier: str = field(repr=False)
    redirect_uri: str
    client_secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a provider gave for a code."""

    id_token: str = field(repr=False)
    access_token: str = field(repr=False)


def new_client() -> httpx.AsyncClient:
    """Make the client for one conversation with a provider."""
    return httpx.AsyncClient(timeout=_PATIENCE, headers={"Accept": "application/json"})


async def discover(client: httpx.AsyncClient, provider: Provider) -> Metadata:
    """Ask a provider what it offers. Raises ``NotPossibleNowError`` when it is away or is no OpenID provider."""
    address = provider.issuer.rstrip("/") + "/.well-known/openid-configuration"
    answer = await _ask(provider, client, "GET", address)
    try:
        metadata = Metadata.model_validate(answer)
    except ValidationError:
        raise NotPossibleNowError(
            f"{provider.name} does not answer as an OpenID provider. An Admin should check the issuer."
        ) from None
    # RFC 8414 §3.3 wants them equal; whether the slash at the end belongs to it is what people get wrong.
    if metadata.issuer.rstrip("/") != provider.issuer.rstrip("/"):
        raise NotPossibleNowError(
            f"{provider.name} calls itself {metadata.issuer}. An Admin should enter exactly that as its issuer."
        )
    return metadata


async def exchange_code(
    client: httpx.AsyncClient, provider: Provider, metadata: Metadata, exchange: Exchange
) -> Tokens:
    """Exchange a code for tokens (RFC 6749 §4.1.3, RFC 7636 §4.5). Raises ``NotPossibleNowError``."""
    form = {
        "grant_type": "authorization_code",
        "code": exchange.code,
        "redirect_uri": exchange.redirect_uri,
        "code_verifier": exchange.verifier,
    }
    if "client_secret_basic" in metadata.token_endpoint_auth_methods_supported:
        # RFC 6749 §2.3.1: both are form-encoded before they are joined.
        auth = httpx.BasicAuth(quote(provider.client_id, safe=""), quote(exchange.client_secret, safe=""))
        answer = await _ask(provider, client, "POST", metadata.token_endpoint, data=form, auth=auth)
    else:
        form |= {"client_id": provider.client_id, "client_secret": exchange.client_secret}
        answer = await _ask(provider, client, "POST", metadata.token_endpoint, data=form)
    id_token, access_token = answer.get("id_token"), answer.get("access_token")
    if not isinstance(id_token, str) or not isinstance(access_token, str):
        raise NotPossibleNowError(f"{provider.name} gave no ID token. Its application must be an OpenID one.")
    return Tokens(id_token, access_token)


async def read_claims(
    client: httpx.AsyncClient, provider: Provider, metadata: Metadata, tokens: Tokens, proof: tuple[str, datetime]
) -> Mapping[str, Any]:
    """Verify the ID token (OpenID Connect Core 1.0 §3.1.3.7) and add from userinfo what it lacks.

    ``proof`` are the nonce we sent, and now. Raises ``InvalidValueError`` and ``NotPossibleNowError``.
    """
    keys = await _ask(provider, client, "GET", metadata.jwks_uri)
    claims = _verify(provider, metadata, tokens, keys, proof)
    lacks_groups = bool(provider.role_rules) and provider.groups_claim not in claims
    if metadata.userinfo_endpoint is None or ("email" in claims and not lacks_groups):
        return claims
    bearer = {"Authorization": f"Bearer {tokens.access_token}"}
    more = await _ask(provider, client, "GET", metadata.userinfo_endpoint, headers=bearer)
    if more.get("sub") != claims["sub"]:
        raise InvalidValueError(f"{provider.name} told us about somebody else. Nobody was signed in.")
    return {**more, **claims}


def _verify(
    provider: Provider, metadata: Metadata, tokens: Tokens, keys: Mapping[str, Any], proof: tuple[str, datetime]
) -> Mapping[str, Any]:
    nonce, now = proof
    algorithms = sorted(_SIGNED_BY.intersection(metadata.id_token_signing_alg_values_supported))
    params = {"nonce": nonce, "client_id": provider.client_id, "access_token": tokens.access_token}
    options = {
        "iss": {"essential": True, "value": metadata.issuer},
        "aud": {"essential": True, "value": provider.client_id},
    }
    try:
        signers = KeySet.import_key_set(keys)  # type: ignore[arg-type]
        registry = JWSRegistry(algorithms=algorithms, strict_check_header=False)
        token = jwt.decode(tokens.id_token, key=signers, registry=registry)
        claims = CodeIDToken(token.claims, token.header, options, params)
        claims.validate(now=int(now.timestamp()), leeway=_SKEW)
    except (JoseError, ValueError, KeyError, TypeError) as error:
        raise _refusal(provider, error) from None
    return dict(claims)


def _refusal(provider: Provider, error: Exception) -> InvalidValueError:
    is_of_time = isinstance(error, InvalidClaimError) and getattr(error, "claim", None) in _OF_TIME
    if isinstance(error, ExpiredTokenError) or is_of_time:
        return InvalidValueError(
            f"The clocks of {provider.name} and Seatkeeper differ by more than a minute, so its word cannot be"
            " trusted. An Admin should set the clock of the machine Seatkeeper runs on."
        )
    return InvalidValueError(
        f"What {provider.name} sent could not be verified, so nobody was signed in."
        " Try again; if it happens again, an Admin should check the provider's settings."
    )


async def _ask(
    provider: Provider, client: httpx.AsyncClient, method: str, url: str, **given: Any
) -> Mapping[str, Any]:
    try:
        response = await client.request(method, url, **given)
    except (httpx.HTTPError, httpx.InvalidURL):
        raise NotPossibleNowError(
            f"{provider.name} cannot be reached at the moment. Try again, or sign in another way."
        ) from None
    try:
        answer = response.json()
    except ValueError:
        answer = None
    if response.is_success and isinstance(answer, dict):
        return answer
    reason = answer.get("error") if isinstance(answer, dict) else None
    if reason == "invalid_client":
        raise NotPossibleNowError(
            f"{provider.name} does not accept our client id and secret. An Admin should enter them again."
        )
    raise NotPossibleNowError(
        f"{provider.name} answered with an error (status {response.status_code})."
        " Try again, or sign in another way."
    )
