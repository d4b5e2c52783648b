"""Activity as a file: CSV by RFC 4180, streamed, and harmless in a spreadsheet."""

from collections.abc import AsyncIterator
from dataclasses import replace

from starlette.responses import StreamingResponse

from seatkeeper.core.wording import describe_event
from seatkeeper.store.queries.activity import ActivityFilter, ActivityRow, Span, list_activity
from seatkeeper.web.spreadsheets import csv_headers, csv_lines
from seatkeeper.web.visits import Visit

HEADINGS = (
    *("at", "integration", "event", "sentence", "actor", "actor_name", "target"),
    *("job", "job_state", "problem", "request_id", "event_id"),
)
_AT_ONCE = 1000


class CSVResponse(StreamingResponse):
    """A download of every row that passes a filter.

    It goes on page by page from where it is, so that a slow reader holds no connection to the database, and no
    number of rows needs more memory than a page.
    """

    def __init__(self, visit: Visit, wanted: ActivityFilter, name: str) -> None:
        headers = csv_headers(visit, name)
        super().__init__(
            _parts(visit, wanted), media_type="text/csv; charset=utf-8; header=present", headers=headers
        )


async def _parts(visit: Visit, wanted: ActivityFilter) -> AsyncIterator[str]:
    yield csv_lines([HEADINGS])
    span = Span(limit=_AT_ONCE)
    while True:
        async with visit.read() as reader:
            rows = await list_activity(reader, wanted, span)
        yield csv_lines(map(_cells, rows))
        if len(rows) < _AT_ONCE:
            return
        span = replace(span, before=rows[-1].event.id)


def _cells(row: ActivityRow) -> tuple[str, ...]:
    event, job = row.event, row.job
    told = describe_event(event.kind, actor=event.actor_name, target=event.target, details=event.details)
    problem = "" if job is None or job.problem is None else job.problem.code.value
    return (
        *(event.at.isoformat(), event.integration, event.kind.value, told, event.actor, event.actor_name),
        *(event.target, str(event.job_id or ""), "" if job is None else job.state.value, problem),
        *(event.request_id or "", str(event.id)),
    )
