"""How things look in a terminal, and as JSON for scripts."""

import sys
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Annotated, Any

import orjson
import typer
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from seatkeeper.core.explanations import Explanation
from seatkeeper.core.jobs import JobState

AsJSON = Annotated[bool, typer.Option("--json", help="Print JSON and nothing else.")]

_WIDE = 1_000
"""Columns where nobody looks: a line that goes to a file or a pipe is not broken."""

_REORDERING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")

STATE_STYLES = {
    JobState.QUEUED: "cyan",
    JobState.RUNNING: "bold cyan",
    JobState.RETRYING: "yellow",
    JobState.WAITING: "yellow",
    JobState.SUCCEEDED: "green",
    JobState.UNVERIFIED: "yellow",
    JobState.UNCHANGED: "green",
    JobState.FAILED: "red",
    JobState.CANCELLED: "dim",
    JobState.SUPERSEDED: "dim",
}
"""Green is proven, amber is not done or not proven, red is failed."""


def console(*, stderr: bool = False) -> Console:
    """Give a console for standard output or standard error."""
    stream = sys.stderr if stderr else sys.stdout
    width = None if stream.isatty() else _WIDE
    return Console(stderr=stderr, width=width, highlight=False, markup=False, emoji=False)


def plain(text: str) -> str:
    """Make text from elsewhere harmless: nothing an IdP or an app sent may steer the terminal."""
    return "".join(each if _is_harmless(each) else "\N{REPLACEMENT CHARACTER}" for each in text)


def _is_harmless(character: str) -> bool:
    return character == "\n" or (unicodedata.category(character) != "Cc" and character not in _REORDERING)


def print_json(value: object) -> None:
    """Print a value as JSON; instants are ISO 8601 in UTC."""
    options = orjson.OPT_INDENT_2 | orjson.OPT_UTC_Z
    typer.echo(orjson.dumps(value, option=options).decode())


def print_json_line(value: object) -> None:
    """Print a value as one line of JSON, for a stream that does not end."""
    typer.echo(orjson.dumps(value, option=orjson.OPT_UTC_Z).decode())


def print_table(columns: Sequence[str], rows: Iterable[Sequence[str | Text]], *, nothing: str) -> None:
    """Print rows under their headings, or a sentence when there are none."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for column in columns:
        table.add_column(column, overflow="fold", no_wrap=column in {"id", "when"})
    for row in rows:
        table.add_row(*(cell if isinstance(cell, Text) else plain(cell) for cell in row))
    if table.row_count == 0:
        console().print(nothing, style="dim")
    else:
        show(table)


def print_fields(fields: Iterable[tuple[str, str | Text]], *, indent: int = 0) -> None:
    """Print names and values below one another."""
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True, style="dim")
    table.add_column(overflow="fold")
    for name, value in fields:
        table.add_row(" " * indent + name, value if isinstance(value, Text) else plain(value))
    show(table)


def tell(told: Explanation, *, indent: str = "") -> None:
    """Print what went wrong, and below it what to do."""
    grid = Table.grid(padding=(0, 1, 0, 0))
    grid.add_row(Text(f"{indent}✗", style="red"), plain(told.sentence))
    grid.add_row(Text(f"{indent}→", style="cyan"), plain(told.remedy))
    show(grid)


def show(table: Table) -> None:
    """Print a table, without the blanks behind each line where it goes to a file or a pipe."""
    target = console()
    if target.is_terminal:
        target.print(table)
        return
    with target.capture() as capture:
        target.print(table)
    for line in capture.get().splitlines():
        typer.echo(line.rstrip())


def say(sentence: str, *, style: str | None = None, indent: int = 0) -> None:
    """Print a sentence; where it is broken, the next line begins below its first."""
    target = console()
    if target.is_terminal and indent:
        target.print(Padding(Text(plain(sentence)), (0, 0, 0, indent)), style=style)
    else:
        target.print(" " * indent + plain(sentence), style=style)


def short_time(at: datetime | None, now: datetime) -> str:
    """Give an instant in local time, as short as can be: the time today, the day this year, else the date."""
    if at is None:
        return "never"
    local, today = at.astimezone(), now.astimezone()
    if local.date() == today.date():
        return f"{local:%H:%M:%S}"
    return f"{local.day:>2} {local:%b %H:%M}" if local.year == today.year else f"{local:%Y-%m-%d}"


def short_id(value: Any) -> str:
    """Give the end of an id, its random part: enough to name the thing in another command."""
    return str(value)[-8:]
