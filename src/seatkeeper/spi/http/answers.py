"""An app's answer, and what a refusal means in the words of ``spi.errors``."""

import json
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
        return str(self.headers.get("content-type", "")).partition(";")[0].strip().lower() == "text/html"

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
    """Read ``Retry-After`` in both its forms (RFC 9110 §10.2.3)."""
    return ThrottledError(f"{answer.call} answered {answer.status}: too many calls.", retry_after(answer.headers))


def retry_after(headers: httpx.Headers) -> timedelta | None:
    """Read how long to wait. A date counts from the answer's own ``Date``, so nobody's clock needs to be right."""
    value = headers.get("retry-after", "").strip()
    if value.isdecimal():
        return timedelta(seconds=min(int(value), 86_400 * 30))
    until, now = _instant(value), _instant(headers.get("date", ""))
    return max(until - now, timedelta()) if until and now else None


def _instant(text: str) -> datetime | None:
    try:
        instant = parsedate_to_datetime(text)
    except ValueError:
        return None
    return instant if instant.tzinfo else None
