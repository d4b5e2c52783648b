"""What a person asks Activity for, in the URL: so a view can be shared, and the page makes its links from it."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TypeVar
from urllib.parse import urlencode
from uuid import UUID

from seatkeeper.core.errors import InvalidValueError
from seatkeeper.core.events import ActorKind
from seatkeeper.core.ids import EventId, IntegrationId
from seatkeeper.core.jobs import JobState
from seatkeeper.core.topics import TOPICS, Topic
from seatkeeper.store.queries.activity import ActivityFilter, Span
from seatkeeper.store.texts import check_text
from seatkeeper.web.visits import Visit

PAGE = 50
"""Rows of a page."""

FIELDS = ("topic", "person", "state", "actor", "from", "to", "every")
_LONGEST_NAME = 200

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Asked:
    """A view of Activity. ``fields`` are the filters as they were entered; what is empty is not among them.

    ``seen`` is the newest event the browser knows of. It ``holds``: somebody reads, and rows stay where they are.
    """

    path: str
    fields: Mapping[str, str]
    before: EventId | None = None
    after: EventId | None = None
    seen: EventId | None = None
    holds: bool = False

    @property
    def is_back(self) -> bool:
        """An older page is looked at."""
        return self.before is not None or self.after is not None

    @property
    def stays(self) -> bool:
        """The rows are those of before, and what came after them is only counted."""
        return self.is_back or self.holds

    @property
    def sameness(self) -> Hashable:
        """Everything the rows depend on: where the view is the same, this is, and the other way round."""
        seen = self.seen if self.stays else None
        return (self.path, frozenset(self.fields.items()), self.before, self.after, seen, self.holds)

    @property
    def span(self) -> Span:
        """Which rows to read: one more than a page, which says whether there are others."""
        at_most = self.seen if self.holds and not self.is_back else None
        return Span(self.before, self.after, at_most, PAGE + 1)

    def url(self, **more: object) -> str:
        """Give the address of the view, with something more."""
        query = urlencode({**self.fields, **{name: str(value) for name, value in more.items() if value}})
        return f"{self.path}?{query}" if query else self.path

    @property
    def download_url(self) -> str:
        """Give the address of every row of the view as a file."""
        return self.url().replace(self.path, f"{self.path}.csv", 1)

    def fragment_url(self, seen: EventId | None) -> str:
        """Give the address at which the rows of this very view are read anew."""
        return self.url(before=self.before, after=self.after, seen=seen)

    def narrow(
        self,
        integrations: Sequence[IntegrationId],
        *,
        with_deleted: bool = False,
        topics: Mapping[str, Topic] = TOPICS,
    ) -> ActivityFilter:
        """Make the filter. Raises ``InvalidValueError`` for what cannot have come from the page."""
        fields = self.fields
        topic, until = fields.get("topic"), _day(fields.get("to"))
        if topic is not None and topic not in topics:
            raise InvalidValueError(f"There is no topic {topic}.")
        return ActivityFilter(
            integrations,
            kinds=topics[topic].kinds if topic else frozenset(),
            actor=_member(ActorKind, fields.get("actor"), "actor"),
            person=check_text(fields.get("person", ""), "The name")[:_LONGEST_NAME],
            state=_member(JobState, fields.get("state"), "state"),
            since=_day(fields.get("from")),
            until=None if until is None else until + timedelta(days=1),
            every="every" in fields,
            with_deleted=with_deleted,
        )


def read_asked(visit: Visit, path: str) -> Asked:
    """Read what is asked for from the URL. Raises ``InvalidValueError``."""
    given = {name: visit.query(name) for name in FIELDS}
    before, after = _event(visit, "before"), _event(visit, "after")
    if before and after:
        raise InvalidValueError("Ask for the rows before an event, or for those after one.")
    fields = {name: value for name, value in given.items() if value}
    return Asked(path, fields, before, after, _event(visit, "seen"), holds=visit.query("hold") == "1")


def _event(visit: Visit, name: str) -> EventId | None:
    given = visit.query(name)
    try:
        return EventId(UUID(given)) if given else None
    except ValueError:
        raise InvalidValueError(f"{name} is not the id of an event.") from None


def _day(given: str | None) -> datetime | None:
    try:
        return None if given is None else datetime.strptime(given, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        raise InvalidValueError("Give a day as year-month-day, such as 2026-01-31.") from None


def _member(kind: Callable[[str], T], given: str | None, name: str) -> T | None:
    try:
        return None if given is None else kind(given)
    except ValueError:
        raise InvalidValueError(f"There is no {name} {given}.") from None
