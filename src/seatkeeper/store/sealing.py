"""Secrets at rest: AES-256-GCM, under a key the database never holds, each blob bound to what it belongs to."""

import base64
import binascii
import hashlib
import os
import re
from collections.abc import Mapping

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_FORMAT = 1
_NONCE_BYTES = 12
_KEY_BYTES = 32
_KEY_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")


class SealError(Exception):
    """The base of what can be wrong with a key or a sealed blob. No message holds a key or a secret."""


class KeyInvalidError(SealError):
    """A key was given in a shape that cannot be one."""


class KeyMissingError(SealError):
    """The blob was sealed with a key that is not at hand."""

    def __init__(self, key_id: str) -> None:
        super().__init__(
            f"The secret was sealed with the key {key_id}, which is not among the keys given."
            " Add that key behind the present one in SEATKEEPER_SECRET_KEY, or enter the secret again."
        )
        self.key_id = key_id


class SealBrokenError(SealError):
    """The blob was altered, cut, sealed for something else, or its key is another one of the same id."""

    def __init__(self) -> None:
        super().__init__(
            "The sealed secret cannot be opened: it was altered, belongs to something else, or was sealed with"
            " another key of the same id. Restore key and database of the same moment, or enter the secret again."
        )


class Keyring:
    """The keys at hand, by id. Seals with the current one and opens with any.

    A blob is ``format | id length | id | nonce | ciphertext and tag``; the head and ``bound_to`` are
    authenticated, so a blob opens only for what it was sealed for.
    """

    def __init__(self, keys: Mapping[str, bytes], current: str) -> None:
        for key_id, key in keys.items():
            if _KEY_ID.fullmatch(key_id) is None:
                raise KeyInvalidError("A key id has 1 to 64 letters, digits, dots, hyphens or underscores.")
            if len(key) != _KEY_BYTES:
                raise KeyInvalidError(f"The key {key_id} has {len(key)} bytes; it must have {_KEY_BYTES}.")
        if current not in keys:
            raise KeyInvalidError(f"The current key {current} is not among the keys given.")
        self.current = current
        self._ciphers = {key_id: AESGCM(key) for key_id, key in keys.items()}

    @classmethod
    def parse(cls, text: str) -> "Keyring":
        """Read ``key`` or ``id:key``, several with commas between them, the current one first.

        A key is 32 bytes in base64 or hex. Every key also answers to an id made from itself, so one that
        was used without an id is still found after it was given one.
        """
        named = [_parse_key(part.strip()) for part in text.split(",") if part.strip()]
        if not named:
            raise KeyInvalidError("The secret key is empty.")
        if len({key_id for key_id, _ in named}) < len(named):
            raise KeyInvalidError("Two keys have the same id.")
        keys = {_fingerprint(key): key for _, key in named} | dict(named)
        return cls(keys, named[0][0])

    def __repr__(self) -> str:
        return f"Keyring(ids={sorted(self._ciphers)}, current={self.current!r})"

    def seal(self, plain: bytes, *, bound_to: str) -> bytes:
        """Seal with the current key. The same plaintext gives another blob every time."""
        head = bytes([_FORMAT, len(self.current)]) + self.current.encode()
        nonce = os.urandom(_NONCE_BYTES)
        return head + nonce + self._ciphers[self.current].encrypt(nonce, plain, head + bound_to.encode())

    def unseal(self, sealed: bytes, *, bound_to: str) -> bytes:
        """Open a blob. Raises ``KeyMissingError`` or ``SealBrokenError``, each with its remedy."""
        head, key_id = _read_head(sealed)
        cipher = self._ciphers.get(key_id)
        if cipher is None:
            raise KeyMissingError(key_id)
        body = sealed[len(head) :]
        try:
            return cipher.decrypt(body[:_NONCE_BYTES], body[_NONCE_BYTES:], head + bound_to.encode())
        except (InvalidTag, ValueError):
            raise SealBrokenError from None

    def seal_secrets(self, secrets: Mapping[str, str], *, bound_to: str) -> bytes:
        """Seal the secret settings of one integration, by name."""
        return self.seal(orjson.dumps(dict(secrets)), bound_to=bound_to)

    def unseal_secrets(self, sealed: bytes | None, *, bound_to: str) -> dict[str, str]:
        """Open what ``seal_secrets`` sealed; nothing sealed is no secrets."""
        if sealed is None:
            return {}
        secrets: dict[str, str] = orjson.loads(self.unseal(sealed, bound_to=bound_to))
        return secrets


def make_key() -> str:
    """Make a new random key, in the form ``Keyring.parse`` reads."""
    return base64.b64encode(os.urandom(_KEY_BYTES)).decode()


def _read_head(sealed: bytes) -> tuple[bytes, str]:
    if len(sealed) < 2 or sealed[0] != _FORMAT:
        raise SealBrokenError
    head = sealed[: 2 + sealed[1]]
    key_id = head[2:].decode("ascii", errors="replace")
    if _KEY_ID.fullmatch(key_id) is None:
        raise SealBrokenError
    return head, key_id


def _parse_key(part: str) -> tuple[str, bytes]:
    key_id, colon, encoded = part.rpartition(":")
    key = _decode(encoded.strip())
    return (key_id.strip() if colon else _fingerprint(key)), key


def _decode(encoded: str) -> bytes:
    try:
        if len(encoded) == 2 * _KEY_BYTES:
            return bytes.fromhex(encoded)
        padded = encoded.replace("-", "+").replace("_", "/").rstrip("=") + "=" * (-len(encoded.rstrip("=")) % 4)
        key = base64.b64decode(padded, validate=True)
    except (ValueError, binascii.Error):
        key = b""
    if len(key) != _KEY_BYTES:
        raise KeyInvalidError("The secret key must be 32 bytes, written in base64 (44 characters) or hex (64).")
    return key


def _fingerprint(key: bytes) -> str:
    return hashlib.sha256(b"seatkeeper key id" + key).hexdigest()[:12]
