"""Reading what a caller shows, and telling what may be shown: bearer tokens, and user names with secrets."""

import base64
import binascii
from typing import Any, NamedTuple

from scim2_models import SCIMException, UnauthorizedException

from seatkeeper.core.credentials import ACCESS_TOKEN_PREFIX, CredentialKind
from seatkeeper.core.tokens import digest_token

BASIC_CHALLENGE = 'Basic realm="Seatkeeper", charset="UTF-8"'


class Shown(NamedTuple):
    """What a caller shows. An access token is of the kind OAUTH; only a user name makes a ``client_id``."""

    kind: CredentialKind
    client_id: str | None
    digest: bytes


class TooManyFailures(SCIMException):
    """Wrong credentials came too often from the caller's address (RFC 6585 §4)."""

    status = 429

    def __init__(self, address: str, seconds: int) -> None:
        """Tell the whole ``seconds`` to wait: Okta reads nothing else than an integer."""
        super().__init__(
            detail=f"Wrong credentials came too often from {address or 'this address'}. Correct what the identity"
            f" provider sends, or wait {seconds} seconds: good credentials are let in at once.",
            headers={"Retry-After": str(seconds)},
        )


def read_authorization(authorization: str | None) -> Shown:
    """Read the header. Raises ``UnauthorizedException`` for what cannot be a credential."""
    scheme, _, rest = (authorization or "").strip().partition(" ")
    rest = rest.strip()
    named = scheme.lower()
    if named == "bearer" and rest:
        is_access = rest.startswith(ACCESS_TOKEN_PREFIX)
        return Shown(CredentialKind.OAUTH if is_access else CredentialKind.BEARER, None, digest_token(rest))
    if named == "basic" and rest:
        pair = read_pair(rest)
        if pair is None:
            raise refused("The user name and the secret cannot be read: send them as RFC 7617 says, in UTF-8.")
        return Shown(CredentialKind.BASIC, pair[0], digest_token(pair[1]))
    raise refused(
        "Send the integration's token as 'Authorization: Bearer <token>', or a user name and its secret as"
        " 'Authorization: Basic …'."
    )


def read_pair(encoded: str) -> tuple[str, str] | None:
    """Read a user name and a secret (RFC 7617 §2); None for what is none."""
    try:
        name, colon, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        return None
    return (name, secret) if colon else None


def refused(detail: str, error: str | None = None) -> UnauthorizedException:
    """Refuse a caller, and name what an endpoint may take: which of it this one has is told to nobody outside."""
    bearer = 'Bearer realm="Seatkeeper"' + (f', error="{error}"' if error else "")
    headers: dict[str, Any] = {"WWW-Authenticate": f"{bearer}, {BASIC_CHALLENGE}"}
    return UnauthorizedException(detail=detail, headers=headers)
