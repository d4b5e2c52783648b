"""What an app says about a failure, made fit to be shown and stored.

Vendors put the strangest things into an error: whole pages, the request with its headers, and once the hash of
the password that had just been set.
"""

import re
from collections.abc import Collection

LONGEST = 300
HIDDEN = "[hidden]"

_TITLE = re.compile(r"<title[^>]*>(.*?)</title>", re.IGNORECASE | re.DOTALL)
_MARKUP = re.compile(r"<(script|style)\b.*?</\1\s*>|<[^>]+>", re.IGNORECASE | re.DOTALL)
_SECRETS = (
    re.compile(r"\$?\b(?:scrypt|pbkdf2\w*|bcrypt\w*|argon2\w*)[:$][^\s\"';)]{8,}", re.IGNORECASE),  # Django
    re.compile(r"\$[a-z0-9-]{1,12}\$[^\s\"';)]{8,}", re.IGNORECASE),  # crypt: $2b$12$…, $argon2id$…, $6$…
    re.compile(r"\{(?:S?SHA\d*|MD5|CRYPT|PBKDF2[^}]*)\}[^\s\"',;)]+", re.IGNORECASE),  # RFC 2307
    re.compile(r"\beyJ[\w-]{8,}\.[\w-]+\.[\w-]*"),  # a JSON web token
    re.compile(r"(?<=\bbearer )\S+|(?<=\bbasic )\S{8,}", re.IGNORECASE),
)
_NAMED = re.compile(
    # From the beginning of a word only: to begin at each of its letters takes the square of its length.
    r"""(["']?(?<![\w.-])[\w.-]*(?:password|passwd|pwd|secret|token|api[_-]?key|credential)[\w.-]*["']?\s*[:=]\s*)"""
    r"""("[^"]*"|'[^']*'|[^\s,;&}\]]+)""",
    re.IGNORECASE,
)


def redact(text: str, secrets: Collection[str] = ()) -> str:
    """Hide what looks like a secret and every one of ``secrets``, strip markup, and cut to ``LONGEST``."""
    title = _TITLE.search(text)
    plain = " ".join((title.group(1) if title else _MARKUP.sub(" ", text)).split())
    for secret in sorted(secrets, key=len, reverse=True):
        plain = plain.replace(secret, HIDDEN) if secret else plain
    plain = _NAMED.sub(rf"\g<1>{HIDDEN}", plain)
    for pattern in _SECRETS:
        plain = pattern.sub(HIDDEN, plain)
    return plain if len(plain) <= LONGEST else plain[: LONGEST - 1] + "…"
