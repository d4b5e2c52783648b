"""An app's answer, and what a refusal means in the words of ``spi.errors``."""

import json
import re
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import httpx

from seatkeeper.core.problems import ProblemCode
from seatkeeper.spi.errors import (
    AccountExistsError,
    AccountNotFoundError,
    ConnectorError,
    RejectedError,
    ThrottledError,
    TransientError,
)
from seatkeeper.spi.http.redaction import redact

_REJECTED = {402: ProblemCode.NO_SEATS, 405: ProblemCode.NOT_SUPPORTED, 501: ProblemCode.NOT_SUPPORTED}
_RAISED: dict[int, type[AccountNotFoundError | AccountExistsError | TransientError]] = {
    404: AccountNotFoundError,
    408: TransientError,
    409: AccountExistsError,
    410: AccountNotFoundError,
    412: TransientError,
    423: TransientError,
    425: TransientError,
}

_REMAINING = ("x-ratelimit-remaining", "ratelimit-remaining", "x-rate-limit-remaining")
_RESETS = ("x-ratelimit-reset", "ratelimit-reset", "x-rate-limit-reset")
_COUNTED = re.compile(r"(?:^|[;,\s])(?:t|reset)\s*=\s*(\d{1,9})")
"""draft-ietf-httpapi-ratelimit-headers: ``RateLimit: "default";r=0;t=30``, in older drafts ``reset=30``."""
_NUMBER = re.compile(r"\d{1,12}(\.\d+)?")
_EPOCH = 1_000_000_000
"""Above this a reset is a moment, below it a number of seconds: vendors do both under the same name."""
_LONGEST = 86_400 * 30


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer, read to its end. ``call`` names what was asked, for people; it holds no query."""

    call: str
    status: int
    headers: httpx.Headers
    content: bytes
    secrets: Collection[str] = field(default=(), repr=False)

    @property
    def is_success(self) -> bool:
        """2xx."""
        return 200 <= self.status < 300

    @property
    def is_page(self) -> bool:
        """HTML: written for people, by a sign-in page or a proxy in the way."""
        kind = str(self.headers.get("content-type", "")).partition(";")[0].strip().lower()
        return kind == "text/html" and bool(self.content)  # some name a kind of nothing

    @property
    def text(self) -> str:
        """The body as text, whatever it is made of; not yet fit to be shown."""
        return self.content.decode("utf-8", "replace")

    def shown(self, text: str | None = None) -> str:
        """Make the body, or a text taken from it, fit to be shown."""
        return redact(self.text if text is None else text, self.secrets)

    def document(self) -> Any:
        """Parse the body as JSON. Raises ``TransientError``: a proxy's or a login page instead of the app."""
        try:
            return json.loads(self.content)
        except ValueError:
            kind = self.headers.get("content-type", "nothing")
            raise TransientError(f"{self.call} answered with {kind} instead of JSON.") from None


def refuse_error(answer: Answer, detail: str | None = None) -> ConnectorError:
    """Say what an answer that is no success means. ``detail`` is the app's own sentence, found by the caller."""
    said = answer.shown(detail) if detail is not None else answer.shown()
    message = f"{answer.call} answered {answer.status}" + (f": {said}" if said else ".")
    if answer.status in _REJECTED:
        return RejectedError(message, _REJECTED[answer.status])
    if answer.status in _RAISED:
        return _RAISED[answer.status](message)
    return TransientError(message) if answer.status >= 500 else RejectedError(message)


def throttled_error(answer: Answer) -> ThrottledError:
    """Say that the app wants fewer calls, and for how long: RFC 9110 §10.2.3, or the end of what it counts."""
    return ThrottledError(f"{answer.call} answered {answer.status}: too many calls.", retry_after(answer.headers))


def is_throttled(answer: Answer) -> bool:
    """Say whether the app wants fewer calls. GitHub and others answer 403 once none is left of those counted."""
    match answer.status:
        case 429:
            return True
        case 403:
            return any(answer.headers.get(name, "").strip() == "0" for name in _REMAINING)
        case _:
            return answer.status == 503 and "retry-after" in answer.headers


def retry_after(headers: httpx.Headers) -> timedelta | None:
    """Read how long to wait, from ``Retry-After`` or else from the headers that count calls.

    A date counts from the answer's own ``Date``, so nobody's clock needs to be right.
    """
    value, now = headers.get("retry-after", "").strip(), _instant(headers.get("date", ""))
    if value.isdecimal():
        return _seconds(int(value))
    if value:
        until = _instant(value)
        return max(until - now, timedelta()) if until and now else None
    return _until_reset(headers, now)


def _until_reset(headers: httpx.Headers, now: datetime | None) -> timedelta | None:
    for name in _RESETS:
        text = headers.get(name, "").strip()
        if not _NUMBER.fullmatch(text):
            continue
        seconds = float(text)
        if seconds < _EPOCH:
            return _seconds(seconds)
        return _seconds(seconds - now.timestamp()) if now else None
    counted = _COUNTED.search(headers.get("ratelimit", ""))
    return _seconds(int(counted[1])) if counted else None


def _seconds(count: float) -> timedelta:
    return timedelta(seconds=min(max(count, 0), _LONGEST))


def _instant(text: str) -> datetime | None:
    try:
        instant = parsedate_to_datetime(text)
    except ValueError:
        return None
    return instant if instant.tzinfo else None
