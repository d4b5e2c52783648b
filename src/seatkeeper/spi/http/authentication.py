"""The service account on the wire: a bearer token, or tokens from a token endpoint (RFC 6749)."""

import asyncio
import time
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass

import httpx

from seatkeeper.spi.errors import CredentialsRefusedError, TransientError
from seatkeeper.spi.http.answers import Answer, throttled_error

_EARLY = 60.0
"""A token is renewed this many seconds before it ends, or at half its life when that is shorter."""
_LIFE = 300.0
"""How long a token is used that came without ``expires_in``."""


class BearerToken(httpx.Auth):
    """A token that was made by hand."""

    def __init__(self, token: str) -> None:
        self._token = token

    async def async_auth_flow(self, request: httpx.Request) -> AsyncGenerator[httpx.Request, httpx.Response]:
        """Add the header."""
        request.headers["Authorization"] = f"Bearer {self._token}"
        yield request


@dataclass(frozen=True, slots=True)
class _Token:
    value: str
    renew_at: float


class FetchedTokens(httpx.Auth):
    """Tokens from a token endpoint: shared by all calls, renewed before they end, and once on a 401.

    ``ask`` makes the request for one.
    """

    def __init__(self, ask: Callable[[], httpx.Request]) -> None:
        self._ask = ask
        self._token: _Token | None = None
        self._renewing = asyncio.Lock()

    async def async_auth_flow(self, request: httpx.Request) -> AsyncGenerator[httpx.Request, httpx.Response]:
        """Get a token where none is fresh, add the header, and try once more with a new token on a 401."""
        used: _Token | None = None
        for _ in range(2):
            async with self._renewing:
                if self._token is None or self._token is used or time.monotonic() >= self._token.renew_at:
                    response = yield self._ask()
                    await response.aread()
                    self._token = _read(response)
                used = self._token
            request.headers["Authorization"] = f"Bearer {used.value}"
            answer = yield request
            if answer.status_code != 401:
                return


class ClientCredentials(FetchedTokens):
    """Tokens for client credentials (RFC 6749 §4.4)."""

    def __init__(self, token_url: str, client_id: str, client_secret: str, scope: str | None = None) -> None:
        basic = httpx.BasicAuth(client_id, client_secret)
        form = {"grant_type": "client_credentials", **({"scope": scope} if scope else {})}

        def ask() -> httpx.Request:
            request = httpx.Request("POST", token_url, data=form, headers={"Accept": "application/json"})
            return next(basic.auth_flow(request))

        super().__init__(ask)


def _read(response: httpx.Response) -> _Token:
    answer = Answer("The token endpoint", response.status_code, response.headers, response.content)
    if answer.status == 429 or (answer.status == 503 and "retry-after" in answer.headers):
        raise throttled_error(answer)
    if answer.status >= 500:
        raise TransientError(f"The token endpoint answered {answer.status}.")
    if not answer.is_success:
        raise CredentialsRefusedError(f"The token endpoint answered {answer.status}: {_reason(answer)}.")
    document = answer.document()
    value = document.get("access_token") if isinstance(document, dict) else None
    if not isinstance(value, str):
        raise TransientError("The token endpoint answered without an access_token.")
    life = _seconds(document.get("expires_in"))
    return _Token(value, time.monotonic() + max(life - _EARLY, life / 2))


def _reason(answer: Answer) -> str:
    # RFC 6749 §5.2: ``error`` is one of a few fixed words, and safe to be shown.
    try:
        document = answer.document()
    except TransientError:
        document = None
    error = document.get("error") if isinstance(document, dict) else None
    return answer.shown(error) if isinstance(error, str) else "no reason given"


def _seconds(value: object) -> float:
    try:
        return max(float(str(value)), 0.0)
    except ValueError:
        return _LIFE
