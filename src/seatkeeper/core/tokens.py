"""Tokens for SCIM and for the admin API: what they look like, and the digest that is kept instead of them."""

import base64
import hashlib

TOKEN_PREFIX = "skt_"  # noqa: S105 - the public start of every token
API_TOKEN_PREFIX = "ska_"  # noqa: S105 - the public start of every token of a member
RANDOM_BYTES = 32
"""256 bits: 43 URL-safe characters. Not to be guessed, so a plain digest is enough to keep."""

_SHOWN = len(TOKEN_PREFIX) + 4


def form_token(randomness: bytes, prefix: str = TOKEN_PREFIX) -> str:
    """Spell random bytes as a token. The prefix lets secret scanners and people tell what it is."""
    return prefix + base64.urlsafe_b64encode(randomness).rstrip(b"=").decode()


def digest_token(secret: str) -> bytes:
    """Digest a presented or a new token (SHA-256). Tokens are found and kept by this, never by themselves."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()


def shown_start(secret: str) -> str:
    """Give the part of a token that may be shown later, to tell one from another."""
    return secret[:_SHOWN]
