"""A connection to one SCIM endpoint: requests as they go over the wire, patience with 429, and what was sent."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import httpx

Json: TypeAlias = dict[str, Any]
Sleep: TypeAlias = Callable[[float], None]

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"

_LONGEST_ANSWER = 60.0
"""Seconds until the socket is closed (Okta's SCIM documentation)."""


class RefusedError(RuntimeError):
    """The server answered with an error, or not at all; the message is what an admin console would show.

    ``status`` is None without an answer; ``document`` is the SCIM error, where there was one.
    """

    def __init__(self, request: str, status: int | None, text: str, document: Json) -> None:
        super().__init__(f"{request}: {'no answer' if status is None else status} {text}")
        self.status = status
        self.document = document

    @property
    def is_duplicate(self) -> bool:
        """What was to be created is there already."""
        return self.status == httpx.codes.CONFLICT and self.document.get("scimType") == "uniqueness"


@dataclass(frozen=True, slots=True)
class Patience:
    """What an identity provider does about 429: how often it asks in all, and how long it waits in between.

    ``Retry-After`` is read as whole seconds. ``otherwise`` is the wait in seconds where it is missing or a date,
    doubled each time; None gives up then.
    """

    attempts: int = 1
    otherwise: float | None = None

    def wait_after(self, answer: httpx.Response, attempt: int) -> float | None:
        """Say how many seconds to wait after this answer to the attempt of that number; None is no longer."""
        if answer.status_code != httpx.codes.TOO_MANY_REQUESTS or attempt >= self.attempts:
            return None
        asked = answer.headers.get("Retry-After", "")
        if asked.isascii() and asked.isdigit():
            return float(asked)
        return None if self.otherwise is None else float(self.otherwise * 2 ** (attempt - 1))


@dataclass(frozen=True, slots=True)
class Sent:
    """One request as it went out, and how it was answered. ``target`` is path and query below the base URL."""

    method: str
    target: str
    headers: httpx.Headers = field(repr=False)
    body: bytes
    status: int | None
    seconds: float


@dataclass(frozen=True, slots=True)
class Manners:
    """How an identity provider talks HTTP. ``flag`` is appended to the query of every request."""

    headers: dict[str, str] = field(default_factory=dict)
    patience: Patience = field(default_factory=Patience)
    flag: str = ""


class Endpoint:
    """One SCIM base URL and token, with the ids the server gave to people, by number, and to teams, by name.

    ``on_sent`` is told of every request once it is answered.
    """

    def __init__(self, base_url: str, token: str, manners: Manners, sleep: Sleep = time.sleep) -> None:
        self._manners = manners
        self._sleep = sleep
        self._base_path = httpx.URL(base_url).path.rstrip("/")
        self._client = httpx.Client(
            base_url=base_url.rstrip("/"),
            timeout=_LONGEST_ANSWER,
            headers={"Authorization": f"Bearer {token}", **manners.headers},
        )
        self.token = token
        self.people: dict[int, str] = {}
        self.teams: dict[str, str] = {}
        self.on_sent: Callable[[Sent], None] = lambda _: None

    def close(self) -> None:
        """Give the connections back."""
        self._client.close()

    def call(self, method: str, path: str, body: Json | None = None) -> Json:
        """Send one request and return the answer's document; an empty answer is an empty document.

        Waits and repeats as the identity provider's patience says. Raises ``RefusedError``.
        """
        attempt = 1
        while True:
            answer = self._send(method, self._flagged(path), body)
            wait = self._manners.patience.wait_after(answer, attempt)
            if wait is None:
                return _document(answer, f"{method} {path}")
            self._sleep(wait)
            attempt += 1

    def find(self, path: str, query: str) -> Json | None:
        """Look one resource up by a filter that is already encoded."""
        found = self.call("GET", f"{path}?filter={query}")
        resources = found.get("Resources") or []
        return resources[0] if resources else None

    def _flagged(self, path: str) -> str:
        flag = self._manners.flag
        if not flag:
            return path
        plain, asks, query = path.partition("?")
        return f"{plain}?{flag}&{query}" if asks else f"{plain}?{flag}"

    def _send(self, method: str, path: str, body: Json | None) -> httpx.Response:
        request = self._client.build_request(method, path, json=body)
        started = time.perf_counter()
        try:
            answer = self._client.send(request)
        except httpx.TransportError as error:
            self._note(request, None, started)
            raise RefusedError(f"{method} {path}", None, f"{type(error).__name__} {error}".strip(), {}) from error
        self._note(request, answer.status_code, started)
        return answer

    def _note(self, request: httpx.Request, status: int | None, started: float) -> None:
        target = request.url.raw_path.decode("ascii").removeprefix(self._base_path)
        seconds = time.perf_counter() - started
        self.on_sent(Sent(request.method, target, request.headers, request.content, status, seconds))


def _document(answer: httpx.Response, request: str) -> Json:
    document = _read(answer)
    if answer.is_error:
        raise RefusedError(request, answer.status_code, answer.text, document)
    return document


def _read(answer: httpx.Response) -> Json:
    try:
        document = answer.json() if answer.content else {}
    except ValueError:
        return {}
    return document if isinstance(document, dict) else {}
