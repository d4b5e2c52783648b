"""The token endpoint of each integration: a client id and a secret against an access token (RFC 6749 §4.4)."""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, unquote_plus

import orjson
import structlog
from scim2_models import ForbiddenException, UnauthorizedException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from seatkeeper.core.credentials import ACCESS_TOKEN_LASTS, TOKEN_PATH, CredentialKind
from seatkeeper.core.errors import StoreUnavailableError
from seatkeeper.core.tokens import digest_token
from seatkeeper.operations.tokens import issue_access_token
from seatkeeper.scim.auth import Gate, Knock
from seatkeeper.scim.calls import origin_of
from seatkeeper.scim.credentials import BASIC_CHALLENGE, Shown, TooManyFailures, read_pair
from seatkeeper.scim.errors import RETRY_AFTER
from seatkeeper.store.database import Database
from seatkeeper.store.identifiers import new_id

_FORM = "application/x-www-form-urlencoded"
_LARGEST = 16 * 1024
_PURPOSE = f"POST {TOKEN_PATH}"
_SCOPE = "scim"
"""All that is given, whatever is asked for; the answer says so (RFC 6749 §3.3)."""
_SCOPES = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]+( [\x21\x23-\x5b\x5d-\x7e]+)*")

_log = structlog.get_logger("seatkeeper.scim")


@dataclass(eq=False)
class _Refusal(Exception):  # noqa: N818 - an answer, named as the RFC's
    """An error as a client is told it (RFC 6749 §5.2)."""

    error: str
    description: str
    status: int = 400
    headers: dict[str, str] = field(default_factory=dict)


class TokenEndpoint:
    """Gives access tokens to the OAuth clients of an integration."""

    def __init__(self, database: Database, gate: Gate) -> None:
        self._database = database
        self._gate = gate

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, whatever happens. What was sent and given is in no log."""
        request, request_id = Request(scope, receive), str(new_id())
        response = await self._answer(request, request_id)
        response.headers["X-Request-Id"] = request_id
        slug = request.path_params["integration"]
        _log.info("scim.token", status=response.status_code, integration=slug, request_id=request_id)
        await response(scope, receive, send)

    async def _answer(self, request: Request, request_id: str) -> Response:
        try:
            return await self._give(request, request_id)
        except ClientDisconnect:
            return Response(None, 499)
        except _Refusal as refusal:
            told = {"error": refusal.error, "error_description": refusal.description}
            return _told(told, refusal.status, refusal.headers)
        except StoreUnavailableError as error:
            told = {"error": "temporarily_unavailable", "error_description": str(error)}
            return _told(told, 503, {"Retry-After": str(RETRY_AFTER)})
        except Exception:  # noqa: BLE001 - a client is told, and the log knows it
            _log.exception("scim.token_failed", request_id=request_id)
            return _told({"error": "server_error", "error_description": f"Request {request_id} failed."}, 500)

    async def _give(self, request: Request, request_id: str) -> Response:
        if request.method != "POST":
            raise _Refusal("invalid_request", "Send a POST request.", 405, {"Allow": "POST"})
        form = await _read_form(request)
        client_id, secret = _client_of(request.headers.get("authorization"), form)
        _demand_grant(form)
        origin = origin_of(request, request_id)
        knock = Knock.of(request, origin, _PURPOSE)
        try:
            shown = Shown(CredentialKind.OAUTH, client_id, digest_token(secret))
            client = await self._gate.recognise(shown, knock)
        except UnauthorizedException as error:
            raise _no_client(_as_client(error.detail)) from None
        except TooManyFailures as error:
            raise _Refusal("invalid_client", error.detail, 429, error.context["headers"]) from None
        except ForbiddenException as error:
            raise _Refusal("unauthorized_client", error.detail, 403) from None
        async with self._database.transaction(origin) as tx:
            access_token = await issue_access_token(tx, client.token_id)
        lasts = int(ACCESS_TOKEN_LASTS.total_seconds())
        return _told(
            {"access_token": access_token, "token_type": "Bearer", "expires_in": lasts, "scope": _SCOPE}, 200
        )


async def _read_form(request: Request) -> dict[str, str]:
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _FORM:
        raise _Refusal("invalid_request", f"Send the parameters as {_FORM}.")
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > _LARGEST:
            raise _Refusal("invalid_request", f"The body is larger than {_LARGEST} bytes.", 413)
    pairs = parse_qsl(body.decode("latin-1"))  # empty ones count as left out (RFC 6749 §3.1)
    twice = [name for name, count in Counter(name for name, _ in pairs).items() if count > 1]
    if twice:
        raise _Refusal("invalid_request", "A parameter may be sent once only.")
    return dict(pairs)


def _client_of(authorization: str | None, form: dict[str, str]) -> tuple[str, str]:
    scheme, _, encoded = (authorization or "").strip().partition(" ")
    if not authorization:
        if "client_id" not in form or "client_secret" not in form:
            raise _no_client("Send client_id and client_secret in the body, or both as HTTP Basic.")
        return form["client_id"], form["client_secret"]
    if "client_secret" in form:
        raise _Refusal("invalid_request", "Send the client's secret in the header or in the body, not in both.")
    pair = read_pair(encoded.strip()) if scheme.lower() == "basic" else None
    if pair is None:
        raise _no_client("The client id and the secret cannot be read: send them as HTTP Basic.")
    client_id, secret = map(unquote_plus, pair)  # RFC 6749 §2.3.1
    if form.get("client_id", client_id) != client_id:
        raise _Refusal("invalid_request", "The client id of the body is not that of the header.")
    return client_id, secret


def _demand_grant(form: dict[str, str]) -> None:
    if "grant_type" not in form:
        raise _Refusal("invalid_request", "grant_type is missing: send client_credentials.")
    if form["grant_type"] != "client_credentials":
        raise _Refusal("unsupported_grant_type", "The only grant type is client_credentials.")
    if not _SCOPES.fullmatch(form.get("scope", _SCOPE)):
        raise _Refusal("invalid_scope", "The scope is not written as RFC 6749 §3.3 says; it may be left out.")


def _no_client(description: str) -> _Refusal:
    return _Refusal("invalid_client", description, 401, {"WWW-Authenticate": BASIC_CHALLENGE})


def _as_client(detail: str) -> str:
    return detail.replace("The token", "The client's secret")


def _told(document: Mapping[str, object], status: int, headers: dict[str, str] | None = None) -> Response:
    never = {"Cache-Control": "no-store", "Pragma": "no-cache"}
    return Response(orjson.dumps(document), status, {**never, **(headers or {})}, "application/json")
