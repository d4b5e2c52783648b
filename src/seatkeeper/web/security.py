"""What keeps a page from being turned against its reader: headers, and the proof that a form is our own."""

import hashlib
import hmac
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

from starlette.requests import Request

CSRF_FIELD: Final = "csrf"

_HSTS = "max-age=31536000; includeSubDomains"


def page_headers(nonce: str, *, secure: bool) -> dict[str, str]:
    """Give the headers of every page. Scripts run only with this answer's nonce; nothing comes from others."""
    policy = {
        "default-src": "'none'",
        "script-src": f"'nonce-{nonce}'",
        "style-src": "'self'",
        "img-src": "'self' data:",
        "font-src": "'self'",
        "connect-src": "'self'",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
        "base-uri": "'none'",
        "require-trusted-types-for": "'script'",
        "trusted-types": "htmx",
    }
    headers = {
        "Content-Security-Policy": "; ".join(f"{name} {value}" for name, value in policy.items()),
        "Cache-Control": "no-store",
        **SAFE_HEADERS,
    }
    if secure:
        headers["Strict-Transport-Security"] = _HSTS
    return headers


SAFE_HEADERS: Mapping[str, str] = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}


def csrf_token(secret: str) -> str:
    """Derive the proof a form carries from the secret in the browser's cookie, which no other site can read."""
    return hmac.new(secret.encode("utf-8", "replace"), b"seatkeeper csrf", hashlib.sha256).hexdigest()


def is_ours(request: Request, secret: str, given: str | None) -> bool:
    """Say whether a write comes from one of our own pages, in the browser that holds the cookie."""
    if request.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
        return False
    origin = request.headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != request.headers.get("host"):
        return False
    return given is not None and hmac.compare_digest(given.encode(), csrf_token(secret).encode())


def safe_path(path: str | None, otherwise: str = "/") -> str:
    """Give a path of ours to go to after signing in; anything that could lead elsewhere becomes ``otherwise``."""
    if path is None or not path.startswith("/") or path.startswith(("//", "/\\")) or not path.isprintable():
        return otherwise
    return path
