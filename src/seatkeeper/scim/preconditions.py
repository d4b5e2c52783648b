"""Entity tags: not changing what somebody else changed, not sending what the client has (RFC 7644 §3.14)."""

import re
from collections.abc import Awaitable, Callable

from starlette.requests import Request

from seatkeeper.core.errors import VersionMismatchError

_TAG = re.compile(r'(?:W/)?"([^"]*)"')


def has_seen(request: Request, revision: str) -> bool:
    """Say whether ``If-None-Match`` names this revision. Tags are compared weakly (RFC 9110 §13.1.2).

    Raises ``VersionMismatchError`` when ``If-Match`` names another one.
    """
    if "if-match" in request.headers and not _names(request.headers["if-match"], revision):
        raise _mismatch(revision)
    return _names(request.headers.get("if-none-match"), revision)


async def wanted_version(request: Request, current: Callable[[], Awaitable[tuple[int, str]]]) -> int | None:
    """Read which version a change is meant for; None when it is meant for any.

    ``current`` tells the version and the revision, and is asked only when the client names one. Weak tags are
    taken, for all of ours are. Raises ``VersionMismatchError``, also for one ``If-None-Match`` excludes.
    """
    headers = request.headers
    if "if-match" not in headers and "if-none-match" not in headers:
        return None
    version, revision = await current()
    if has_seen(request, revision):
        raise _mismatch(revision)
    return version


def _mismatch(revision: str) -> VersionMismatchError:
    return VersionMismatchError(f"The resource is at another version, {revision}: read it again.")


def _names(header: str | None, revision: str) -> bool:
    if header is None:
        return False
    return header.strip() == "*" or revision in _TAG.findall(header)
