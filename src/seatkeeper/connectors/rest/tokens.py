"""Tokens that the service account signs itself (RFC 7519)."""

import time
from collections.abc import AsyncGenerator, Callable
from typing import Any

import httpx
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey

from seatkeeper.connectors.rest.programs import TokenSource
from seatkeeper.core.problems import ProblemCode
from seatkeeper.spi.errors import RejectedError
from seatkeeper.spi.formulas import Values

Clock = Callable[[], float]


def sign(source: TokenSource, known: Values, clock: Clock = time.time) -> str:
    """Sign a token that holds from now on for its lifetime. Raises ``RejectedError`` for a key that is none."""
    now = int(clock())
    claims = {"iat": now, "exp": now + source.lifetime, **source.claims.value(known)}
    header = {"alg": source.algorithm, "typ": "JWT", **source.header.value(known)}
    try:
        return jwt.encode(header, claims, _key(source, known), algorithms=[source.algorithm])
    except (JoseError, ValueError, TypeError) as error:
        raise RejectedError(
            f"The key cannot sign with {source.algorithm}: {type(error).__name__}.", ProblemCode.SETTINGS_INVALID
        ) from None


def _key(source: TokenSource, known: Values) -> Any:
    text = source.key.text(known)
    match source.algorithm[:2]:
        case "HS":
            return OctKey.import_key(text)
        case "ES":
            return ECKey.import_key(text)
        case "Ed":
            return OKPKey.import_key(text)
        case _:
            return RSAKey.import_key(text)


class SignedTokens(httpx.Auth):
    """Signs a new token for a call when half the life of the last one is over."""

    def __init__(self, source: TokenSource, known: Values, clock: Clock = time.time) -> None:
        self._source = source
        self._known = known
        self._clock = clock
        self._token = ""
        self._renew_at = 0.0

    async def async_auth_flow(self, request: httpx.Request) -> AsyncGenerator[httpx.Request, httpx.Response]:
        """Add the header."""
        if self._clock() >= self._renew_at:
            self._token = sign(self._source, self._known, self._clock)
            self._renew_at = self._clock() + self._source.lifetime / 2
        request.headers["Authorization"] = f"Bearer {self._token}"
        yield request
