"""What an identity provider may show at an integration's endpoint."""

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from typing import Final

from seatkeeper.core.tokens import TOKEN_PREFIX


class CredentialKind(StrEnum):
    """How an identity provider proves who it is."""

    BEARER = "bearer"
    """A token that is sent as it is (RFC 6750)."""
    BASIC = "basic"
    """A user name and a secret (RFC 7617)."""
    OAUTH = "oauth"
    """A client id and a secret, exchanged for access tokens that last an hour (RFC 6749 §4.4)."""


PREFIXES: Mapping[CredentialKind, str] = {
    CredentialKind.BEARER: TOKEN_PREFIX,
    CredentialKind.BASIC: "skb_",
    CredentialKind.OAUTH: "sko_",
}
"""How each kind of secret begins, for secret scanners and for people."""

TOKEN_PATH: Final = "/oauth/token"  # noqa: S105 - below the integration's base URL
ACCESS_TOKEN_PREFIX: Final = "skx_"  # noqa: S105 - the public start of every access token
ACCESS_TOKEN_LASTS: Final = timedelta(hours=1)
"""Entra's gallery wants 60 minutes at least and 6 hours at most."""
