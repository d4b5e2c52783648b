"""What is recorded of an identity provider's requests: one exchange after another, already masked."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import orjson

from seatkeeper.core.errors import InvalidValueError

FORMAT = "seatkeeper.recording/1"
"""What the first line of a file of a recording names itself."""
KEPT_HEADERS = ("accept", "content-type", "user-agent")
"""Headers that are recorded, and so sent again; never one that proves who somebody is."""


class EndReason(StrEnum):
    """Why a recording ended."""

    STOPPED = "stopped"
    """Somebody stopped it."""
    FULL = "full"
    """As many requests, or as many bytes, as it was to hold."""
    OVER = "over"
    """Its time was up."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a recording holds at most: it ends with whichever comes first."""

    requests: int = 500
    bytes: int = 10 * 1024 * 1024
    lasts: timedelta = timedelta(hours=1)

    def check(self) -> "Bounds":
        """Raise ``InvalidValueError`` for bounds that are none."""
        if not 1 <= self.requests <= 10_000:
            raise InvalidValueError("A recording holds between 1 and 10,000 requests.")
        if not 1 <= self.bytes <= 100 * 1024 * 1024:
            raise InvalidValueError("A recording holds at most 100 MiB.")
        if not timedelta(minutes=1) <= self.lasts <= timedelta(days=7):
            raise InvalidValueError("A recording lasts between a minute and a week.")
        return self


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and its answer, masked. ``target`` is path and query below the integration's endpoint."""

    at: datetime
    method: str
    target: str
    headers: Mapping[str, str]
    body: Any
    status: int
    ms: int
    answer: Any
    left_out: Sequence[str] = field(default=())
    """``body`` or ``answer``, where it was too large or no JSON."""

    @property
    def path(self) -> str:
        """The target without its query."""
        return self.target.partition("?")[0]

    def encode(self) -> str:
        """Write it as one line of JSON."""
        return orjson.dumps(self, option=orjson.OPT_UTC_Z).decode()


def decode_exchange(line: str | bytes) -> Exchange:
    """Read what ``Exchange.encode`` wrote. Raises ``InvalidValueError``."""
    try:
        fields = orjson.loads(line)
        return Exchange(**{**fields, "at": datetime.fromisoformat(fields["at"])})
    except (ValueError, TypeError, KeyError) as error:
        raise InvalidValueError(f"This is no line of a recording: {error}.") from None


def write_file(title: str, exchanges: Iterable[str]) -> Iterator[str]:
    """Write a file of a recording line by line; each exchange is already encoded."""
    yield orjson.dumps({"format": FORMAT, "integration": title}).decode() + "\n"
    for line in exchanges:
        yield f"{line}\n"


def read_file(lines: Iterable[bytes]) -> list[Exchange]:
    """Read such a file, in the order in which the requests came. Raises ``InvalidValueError``."""
    given = iter(lines)
    try:
        head = orjson.loads(next(given, b""))
    except ValueError:
        head = None
    if not isinstance(head, dict) or head.get("format") != FORMAT:
        raise InvalidValueError("This is not a recording of Seatkeeper: its first line does not say so.")
    exchanges = [decode_exchange(line) for line in given if line.strip()]
    return sorted(exchanges, key=lambda exchange: exchange.at)
