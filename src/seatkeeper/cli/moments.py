"""Spans and instants as people type them."""

from datetime import UTC, datetime, timedelta

import typer

from seatkeeper.operations.durations import parse_duration


def parse_span(typed: str) -> timedelta:
    """Read a span such as 30s, 15m, 24h or 365d."""
    try:
        return parse_duration(typed)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None


def parse_moment(typed: str) -> timedelta | datetime:
    """Read a span before now, or an ISO 8601 instant; one without a zone is local time."""
    try:
        return parse_duration(typed)
    except ValueError:
        pass
    try:
        return datetime.fromisoformat(typed).astimezone(UTC)
    except ValueError:
        raise typer.BadParameter("give a span such as 2h or 7d, or an instant such as 2026-03-01T12:00") from None
