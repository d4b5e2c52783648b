"""How the service account is known to the app: what every call wears, and the calls that sign in."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

from seatkeeper.connectors.rest.exchanging import Dress, Exchanging, Manner, needed
from seatkeeper.connectors.rest.programs import Authentication, Login, OAuth, Program, TokenSource
from seatkeeper.connectors.rest.tokens import SignedTokens, sign
from seatkeeper.connectors.rest.writing import write_headers, write_query
from seatkeeper.spi.formulas import Values
from seatkeeper.spi.http.authentication import FetchedTokens
from seatkeeper.spi.templates import Template


@dataclass(frozen=True, slots=True)
class SignedIn:
    """One time of having signed in; the first without calls is generation 0."""

    dress: Dress
    values: Mapping[str, Any] = field(repr=False)
    generation: int = 0


class SigningIn:
    """Signs in when the first call needs it, once for all calls, and anew when the app has forgotten."""

    def __init__(self, exchanging: Exchanging, program: Program, known: Values) -> None:
        self._exchanging = exchanging
        self._program = program
        self._known = known
        self._lock = asyncio.Lock()
        self._signed_in: SignedIn | None = None

    async def session(self, *, after: int = -1) -> SignedIn:
        """Give who is signed in, and sign in where nobody is, or nobody since the one of that generation."""
        current = self._signed_in
        if current is not None and current.generation > after:
            return current
        async with self._lock:
            current = self._signed_in
            if current is None or current.generation <= after:
                self._signed_in = current = await self._sign_in(max(after, 0) + 1)
            return current

    async def _sign_in(self, generation: int) -> SignedIn:
        login, plain = self._program.authentication.login, self._plain()
        if login is None:
            return SignedIn(plain, {})
        values = await self._log_in(login, plain)
        dress = Dress(
            {**plain.headers, **write_headers(login.headers, values)},
            {**plain.query, **write_query(login.query, values)},
            login.expired,
        )
        return SignedIn(dress, {"session": values["session"]}, generation)

    async def _log_in(self, login: Login, plain: Dress) -> dict[str, Any]:
        session: dict[str, Any] = {}
        values: dict[str, Any] = {**self._known, "session": session}
        for request in login.requests:
            if request.when is not None and not request.when.holds(values):
                continue
            answered = await self._exchanging.exchange(request, values, Manner(plain, public=True))
            for name, formula in request.keeps.items():
                session[name] = needed(formula, {**values, **answered}, name)
            if request.keep is not None:
                values[request.keep] = answered["body"]
        return values

    def _plain(self) -> Dress:
        authentication, program = self._program.authentication, self._program
        headers = {
            **write_headers(program.headers, self._known),
            **write_headers(authentication.headers, self._known),
        }
        query = {**write_query(program.query, self._known), **write_query(authentication.query, self._known)}
        return Dress(headers, query)


def auth_of(authentication: Authentication, known: Values) -> httpx.Auth | None:
    """Make what signs each call on its way, where that is how the app knows its service account."""
    if authentication.basic is not None:
        username, password = authentication.basic
        return httpx.BasicAuth(username.text(known), password.text(known))
    if authentication.jwt is not None:
        return SignedTokens(authentication.jwt, known)
    return None if authentication.oauth2 is None else _oauth(authentication.oauth2, known)


def _oauth(oauth: OAuth, known: Values) -> httpx.Auth:
    client_id, secret = _text(oauth.client_id, known), _text(oauth.client_secret, known)
    form = {
        "grant_type": oauth.grant_type if oauth.assertion is None else _ASSERTING,
        "scope": _text(oauth.scope, known),
        "refresh_token": _text(oauth.refresh_token, known),
        **{name: _text(template, known) for name, template in oauth.form.items()},
        **({"client_id": client_id, "client_secret": secret} if oauth.in_form else {}),
    }
    given = {name: value for name, value in form.items() if value}
    basic = httpx.BasicAuth(client_id, secret) if client_id and not oauth.in_form else None

    def request() -> httpx.Request:
        signed = {} if oauth.assertion is None else {"assertion": _assertion(oauth.assertion, known)}
        made = httpx.Request(
            "POST", oauth.token_url.text(known), data={**given, **signed}, headers={"Accept": "application/json"}
        )
        return made if basic is None else next(basic.auth_flow(made))

    return FetchedTokens(request)


_ASSERTING = "urn:ietf:params:oauth:grant-type:jwt-bearer"


def _assertion(source: TokenSource, known: Values) -> str:
    return sign(source, known)


def _text(template: Template | None, known: Values) -> str:
    return "" if template is None else str(template.value(known) or "")
