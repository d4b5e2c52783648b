"""``seatkeeper activity``: what happened, as it is told to people, also while it happens."""

import asyncio
import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from seatkeeper.bootstrap.parts import Parts
from seatkeeper.cli.finding import MaybeSlug, find_by_slug
from seatkeeper.cli.moments import parse_moment
from seatkeeper.cli.opening import carry_out
from seatkeeper.cli.printing import AsJSON, plain, print_json, print_json_line, say, short_time, show
from seatkeeper.core.errors import StoreUnavailableError
from seatkeeper.core.events import EventKind
from seatkeeper.core.ids import EventId
from seatkeeper.core.wording import describe_event
from seatkeeper.store.queries.events import EventFilter, ListedEvent, list_events

_PAUSE = 1.0
_MANY = 1_000
_COMMITTED_WITHIN = timedelta(seconds=30)
"""An event becomes visible when its change is committed, which may be after later ones: look back this far."""

_STYLES: Mapping[EventKind, str] = {
    EventKind.JOB_SUCCEEDED: "green",
    EventKind.JOB_UNCHANGED: "green",
    EventKind.INTEGRATION_RELEASED: "green",
    EventKind.JOB_FAILED: "red",
    EventKind.INTEGRATION_QUARANTINED: "red",
    EventKind.JOB_UNVERIFIED: "yellow",
    EventKind.JOB_RETRYING: "yellow",
    EventKind.JOB_WAITING: "yellow",
    EventKind.TASK_OPENED: "yellow",
    EventKind.MEMBER_SIGN_IN_FAILED: "yellow",
    EventKind.INTEGRATION_ADDRESS_REFUSED: "yellow",
    EventKind.INTEGRATION_SYNC_REQUESTED: "magenta",
    EventKind.USER_SYNC_REQUESTED: "magenta",
    EventKind.MEMBER_SIGNED_IN: "default",
}
_STYLES_BY_SUBJECT: Mapping[str, str] = {
    "removals": "yellow",
    "job": "magenta",
    "task": "magenta",
    "user": "default",
    "group": "default",
    "account": "default",
    "integration": "blue",
    "token": "blue",
    "role": "blue",
    "member": "blue",
    "provider": "blue",
    "api_token": "blue",
    "notification_rule": "blue",
    "recording": "blue",
}
"""Where the kind has no colour of its own. Complete: a test holds it against ``EventKind``."""

Since = Annotated[
    str | None, typer.Option(metavar="WHEN", help="From then on: 2h or 7d ago, or an instant.", show_default=False)
]
Follow = Annotated[bool, typer.Option("--follow", "-f", help="Go on until Ctrl-C, as it happens.")]
Limit = Annotated[int, typer.Option("--limit", "-n", min=1, max=10_000, help="The newest so many.")]


def register(app: typer.Typer) -> None:
    """Add this command to the application."""
    app.command()(activity)


def activity(
    integration: MaybeSlug = None,
    since: Since = None,
    follow: Follow = False,
    limit: Limit = 100,
    as_json: AsJSON = False,
) -> None:
    """Show what happened, the newest last.

    With --json the newest comes first, as in every list; with --follow, too, each event is a line of its own.
    """
    moment = None if since is None else parse_moment(since)

    async def read(parts: Parts) -> None:
        wanted = EventFilter(since=_instant(moment, parts.engine.clock()), limit=limit)
        async with parts.database.read() as reader:
            if integration is not None:
                wanted = replace(wanted, integration_id=(await find_by_slug(reader, integration)).id)
            events = await list_events(reader, wanted)
        if follow:
            await _follow(parts, wanted, events[::-1], as_json=as_json)
        elif as_json:
            print_json([document(event) for event in events])
        elif events:
            _print(events[::-1], parts.engine.clock())
        else:
            say("Nothing has happened yet.", style="dim")

    with contextlib.suppress(KeyboardInterrupt):
        carry_out(read)


def document(event: ListedEvent) -> dict[str, object]:
    """Give an event as it stands in JSON."""
    return {
        "id": event.id,
        "at": event.at,
        "integration": event.integration,
        "kind": event.kind,
        "sentence": sentence(event),
        "actor": event.actor,
        "actor_name": event.actor_name,
        "target": event.target,
        "user_id": event.user_id,
        "job_id": event.job_id,
        "request_id": event.request_id,
        "details": event.details,
    }


def sentence(event: ListedEvent) -> str:
    """Tell an event."""
    return describe_event(event.kind, actor=event.actor_name, target=event.target, details=event.details)


def style_of(kind: EventKind) -> str:
    """Colour an event by what it means for the account: proven, not yet, failed, or somebody's wish."""
    return _STYLES.get(kind) or _STYLES_BY_SUBJECT[kind.partition(".")[0]]


async def _follow(parts: Parts, wanted: EventFilter, shown: Sequence[ListedEvent], *, as_json: bool) -> None:
    known: dict[EventId, datetime] = {event.id: event.at for event in shown}
    start = parts.engine.clock()
    _show(shown, start, as_json=as_json)
    read_at = start
    while True:
        await asyncio.sleep(_PAUSE)
        now = parts.engine.clock()
        since = max(start, read_at - _COMMITTED_WITHIN)
        try:
            async with parts.database.read() as reader:
                recent = await list_events(reader, replace(wanted, since=since, limit=_MANY))
        except StoreUnavailableError:
            continue  # it comes back, and so does what happened meanwhile
        read_at = now
        new = [event for event in recent[::-1] if event.id not in known]
        _show(new, now, as_json=as_json)
        known = {event_id: at for event_id, at in known.items() if at >= since} | {
            each.id: each.at for each in new
        }


def _show(events: Sequence[ListedEvent], now: datetime, *, as_json: bool) -> None:
    if as_json:
        for event in events:
            print_json_line(document(event))
    elif events:
        _print(events, now)


def _print(events: Sequence[ListedEvent], now: datetime) -> None:
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True, style="dim", min_width=len("24 Nov 14:03"))
    table.add_column(no_wrap=True, max_width=20)
    table.add_column(overflow="fold")
    for event in events:
        told = Text(plain(sentence(event)), style=style_of(event.kind))
        table.add_row(short_time(event.at, now), plain(event.integration), told)
    show(table)


def _instant(moment: timedelta | datetime | None, now: datetime) -> datetime | None:
    return now - moment if isinstance(moment, timedelta) else moment
