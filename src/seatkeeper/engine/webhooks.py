"""Webhooks signed by Standard Webhooks (https://www.standardwebhooks.com), to https addresses only."""

import base64
import binascii
import hashlib
import hmac
import secrets
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit
from uuid import uuid5

import httpx
import orjson

from seatkeeper.core.errors import InvalidValueError
from seatkeeper.core.ids import NotificationRuleId
from seatkeeper.engine.notices import as_document
from seatkeeper.engine.undelivered import UndeliveredError
from seatkeeper.spi.errors import RejectedError, TransientError
from seatkeeper.spi.http.transports import CheckedTransport, public_trust
from seatkeeper.store.queries.notifications import News
from seatkeeper.store.texts import check_text

LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_PREFIX: Final = "whsec_"
_SECRET_BYTES: Final = 32
_PATIENCE: Final = 10.0
_GONE: Final = 410
_LONGEST_URL: Final = 2000


def new_secret() -> str:
    """Make a secret with which a receiver checks that a request is ours."""
    return _PREFIX + base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()


def check_url(url: str) -> str:
    """Give the address of a receiver back. Raises ``InvalidValueError``."""
    url = check_text(url.strip(), "The address")
    try:
        parts = urlsplit(url)
        port, host = parts.port, parts.hostname
    except ValueError:
        parts, port, host = urlsplit(""), None, None
    if not host or parts.scheme not in {"https", "http"} or port == 0 or not url.isprintable() or " " in url:
        raise InvalidValueError("Give the address of the receiver, such as https://hooks.example.org/seatkeeper.")
    if parts.scheme == "http" and host not in LOOPBACK:
        raise InvalidValueError("The receiver must be reached on https: what is told is about people.")
    if parts.username or parts.password:
        raise InvalidValueError("Leave name and password out of the address; the signature proves who we are.")
    if len(url) > _LONGEST_URL:
        raise InvalidValueError(f"The address is longer than {_LONGEST_URL} characters.")
    return url


def shown_url(url: str) -> str:
    """Give the part of an address that holds no secret: paths and queries often do."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}/…"


def message_id(rule_id: NotificationRuleId, news: News) -> str:
    """Name a message the same at every try, so that a receiver may pass over what it has."""
    return f"msg_{uuid5(rule_id, str(news.event.id)).hex}"


def sign(secret: str, message: str, timestamp: int, body: bytes) -> str:
    """Sign a message (Standard Webhooks, *Signature scheme*)."""
    try:
        key = base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
    except (ValueError, binascii.Error):
        key = secret.encode()
    content = f"{message}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()


def write_body(what: str, at: datetime, data: object) -> bytes:
    """Write a payload (Standard Webhooks, *Payload structure*)."""
    return orjson.dumps({"type": what, "timestamp": at.isoformat(), "data": data})


def body_of(news: News, base_url: str | None) -> bytes:
    """Write the payload of an event: the same at every try."""
    return write_body(news.event.kind.value, news.event.at, as_document(news, base_url))


def new_client() -> httpx.AsyncClient:
    """Make the client for one turn: patient within bounds, and led nowhere by a redirect."""
    transport = CheckedTransport(verify=public_trust(), limits=httpx.Limits(max_connections=20))
    return httpx.AsyncClient(
        timeout=_PATIENCE, follow_redirects=False, headers={"User-Agent": "Seatkeeper"}, transport=transport
    )


async def post(
    client: httpx.AsyncClient, target: tuple[str, str], message: str, body: bytes, now: datetime
) -> None:
    """Send one message; ``target`` is address and secret. What the receiver says beyond its status is not read.

    Raises ``UndeliveredError``.
    """
    url, secret = target
    timestamp = int(now.timestamp())
    headers = {
        "Content-Type": "application/json",
        "webhook-id": message,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": sign(secret, message, timestamp, body),
    }
    try:
        async with client.stream("POST", url, content=body, headers=headers) as answer:
            status = answer.status_code
    except httpx.TimeoutException:
        raise UndeliveredError(f"The receiver did not answer within {_PATIENCE:.0f} seconds.") from None
    except RejectedError as error:
        raise UndeliveredError(f"{error} {error.remedy}") from None
    except (httpx.HTTPError, TransientError, httpx.InvalidURL, UnicodeError):
        raise UndeliveredError("The receiver cannot be reached, or its certificate is not trusted.") from None
    if status == _GONE:
        raise UndeliveredError(
            "The receiver wants no more of this (status 410), so it was switched off.", ends=True
        )
    if not 200 <= status < 300:
        raise UndeliveredError(f"The receiver answered with status {status} instead of taking the message.")
