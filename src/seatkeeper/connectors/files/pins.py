"""Which server is the right one: host keys as people write them down, and their fingerprints."""

import base64
import hashlib
import re
from collections.abc import Iterable

_FINGERPRINT = re.compile(r"SHA256:[A-Za-z0-9+/]{43}=?")
_BLOB = re.compile(r"(?P<type>[a-z0-9@.-]+) (?P<blob>AAAA[A-Za-z0-9+/]+={0,2})(?: |$)")
_CURVES = ("ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521")
_ALGORITHMS = {
    "ssh-ed25519": ("ssh-ed25519",),
    "ssh-rsa": ("rsa-sha2-512", "rsa-sha2-256"),
    **{name: (name,) for name in _CURVES},
}


def check_pin(text: str) -> str:
    """Check a fingerprint or a line with a key, as ssh-keyscan and .pub files have it. Raises ``ValueError``."""
    found = _BLOB.search(text)
    if _FINGERPRINT.fullmatch(text) is None and (found is None or found["type"] not in _ALGORITHMS):
        raise ValueError("write it like SHA256:… or like ssh-ed25519 AAAA…")
    return text


def fingerprint(pin: str) -> str:
    """Give the fingerprint of what was pinned."""
    found = _BLOB.search(pin)
    if found is None:
        return pin.rstrip("=")
    digest = hashlib.sha256(base64.b64decode(found["blob"] + "==")).digest()
    return f"SHA256:{base64.b64encode(digest).decode().rstrip('=')}"


def algorithms(pins: Iterable[str]) -> tuple[str, ...]:
    """Name the algorithms to ask the server for, so that it shows the key that was pinned; empty is any."""
    found = [_BLOB.search(pin) for pin in pins]
    types = [each["type"] for each in found if each is not None]
    if len(types) < len(found):
        return ()
    return tuple(name for each in types for name in _ALGORITHMS[each])


def mend_key(text: str) -> str:
    """Give a private key its lines back, which a form of one line takes away."""
    found = re.fullmatch(r"\s*(-----BEGIN [A-Z0-9 ]+-----)(.*)(-----END [A-Z0-9 ]+-----)\s*", text, re.DOTALL)
    if found is None or "\n" in found[2].strip():
        return text
    return "\n".join((found[1], *found[2].split(), found[3], ""))
