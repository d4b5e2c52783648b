"""What ``bench.scale`` saw, as tables in Markdown, which ``docs/benchmarks.md`` takes in as they are."""

from collections.abc import Callable, Sequence

from rich.box import MARKDOWN
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from bench.cycle import Cycle
from bench.large_groups import FEW, LargeGroups
from bench.load import Load
from bench.peer import MEMBERS, PEOPLE
from bench.scale import Extent, Scale, Size

_MEGABYTE = 1 << 20


def print_scale(seen: Scale, extent: Extent, console: Console) -> None:
    """Print figures and ratios beside what is aimed for."""
    for table in (_sizes(seen), _groups(seen.groups, extent), _rest(seen, extent), _beside(seen)):
        console.print(table)
        console.print()


def print_cycle(seen: Cycle, console: Console) -> None:
    """Print the figures of an initial cycle."""
    table = _table("an initial cycle of Entra ID, 8 connections", "seen", "aim")
    extent = seen.extent
    table.add_row(f"{extent.people:,} people looked up and created", _paced(seen.people, seen.people_seconds), "")
    what = f"{extent.groups:,} groups with {extent.memberships:,} memberships"
    table.add_row(what, _paced(seen.memberships, seen.group_seconds), "")
    refused = sum(count for name, count in seen.requests.items() if name.split()[1] >= "4")
    table.add_row("requests, and those that were refused", f"{seen.requests.total():,}, {refused}", "0")
    table.add_row("memory gained after warm-up, at the peak", f"{seen.grown / _MEGABYTE:.0f} MB", "< 50 MB")
    console.print(table)


def _paced(count: int, seconds: float) -> str:
    return f"{count:,} in {seconds:,.0f} s ({count / seconds:,.0f}/s)"


def _ratio(one: float, other: float) -> str:
    """Give a ratio; a burst too short for one answer has none."""
    return f"{one / other:.2f}" if other else "none"


def _table(*headings: str) -> Table:
    table = Table(box=MARKDOWN)
    for heading in headings:
        table.add_column(heading, justify="left" if heading in {headings[0], "aim"} else "right", no_wrap=True)
    return table


def _sizes(seen: Scale) -> Table:
    sizes = seen.sizes
    table = _table("users", *(f"{size.people:,}" for size in sizes), "last : first", "aim")

    def row(what: str, read: Callable[[Size], float], written: str, aim: str) -> None:
        values = [read(size) for size in sizes]
        table.add_row(what, *(written.format(value) for value in values), _ratio(values[-1], values[0]), aim)

    row("creates, one web process", lambda size: size.creates.rate, "{:,.0f}/s", "≥ 1,000/s, ≥ 0.7")
    row("  p99", lambda size: size.creates.p99_ms, "{:.0f} ms", "< 100 ms")
    row("creates, two", lambda size: size.creates_by_two.rate, "{:,.0f}/s", "≥ 1,500/s, ≥ 0.7")
    row("  p99", lambda size: size.creates_by_two.p99_ms, "{:.0f} ms", "< 100 ms")
    for name in sizes[0].look_ups:
        row(escape(name), lambda size, name=name: size.look_ups[name], "{:.2f} ms", "≤ 1.3")  # type: ignore[misc]
    row("first page of 100 by cursor", lambda size: size.first_page, "{:.1f} ms", "")
    row("last page", lambda size: size.last_page, "{:.1f} ms", "")
    row("  last : first", lambda size: size.last_page / size.first_page, "{:.2f}", "≤ 2")
    return table


def _groups(seen: LargeGroups, extent: Extent) -> Table:
    small, large = seen.small, seen.large
    table = _table("a group of", f"{FEW:,}", f"{extent.members:,}", "ratio", "aim")

    def row(what: str, few: float, many: float, aim: str) -> None:
        table.add_row(what, f"{few:.1f} ms", f"{many:.1f} ms", _ratio(many, few), aim)

    row("add or remove a member", small.one, large.one, "≤ 5 ms, ≤ 1.5")
    row("add 100 members", small.batch, large.batch, "≤ 30 ms")
    row("read with excludedAttributes=members", small.without_members, large.without_members, "≤ 1.5")
    row("read all members", small.all_members * 1000, large.all_members * 1000, "")
    memory = [f"{costs.memory / _MEGABYTE:.0f} MB" for costs in (small, large)]
    table.add_row("  memory that takes", *memory, "", "flat")
    return table


def _rest(seen: Scale, extent: Extent) -> Table:
    table = _table("at once, and in the long run", "seen", "aim")
    rush = seen.groups.rush
    statuses = ", ".join(f"{count:,} of {status}" for status, count in sorted(rush.statuses.items()))
    what = f"{extent.rush:,} members added at one moment, one by one"
    table.add_row(what, f"{rush.kept:,} kept in {rush.seconds:.1f} s ({statuses})", "all, no 5xx")
    creates = [load for size in seen.sizes for load in (size.creates, size.creates_by_two)]
    table.add_row("creates that were refused", str(sum(load.errors for load in creates)), "0")
    table.add_row("memory gained after warm-up", f"{seen.grown / _MEGABYTE:.0f} MB", "< 50 MB")
    return table


def _beside(seen: Scale) -> Table:
    table = _table(f"{PEOPLE:,} users, one process each", "Seatkeeper", "scim2-server", "ratio")

    def row(what: str, loads: Sequence[Load]) -> None:
        ours, theirs = loads
        table.add_row(what, *(f"{load.rate:,.0f}/s" for load in loads), _ratio(ours.rate, theirs.rate))
        table.add_row("  p99", *(f"{load.p99_ms:.1f} ms" for load in loads), _ratio(ours.p99_ms, theirs.p99_ms))

    row("creates", [seen.ours.creates, seen.peer.creates])
    row("userName eq", [seen.ours.look_ups, seen.peer.look_ups])
    row(f"add or remove a member, group of {MEMBERS:,}", [seen.ours.patches, seen.peer.patches])
    return table
