"""Measure everything once and print it as a table."""

import argparse
from collections.abc import Iterable, Mapping
from ipaddress import ip_network

from rich.console import Console
from rich.table import Table

from bench.connectors import Paces, measure_connectors
from bench.cycle import CycleExtent, measure_cycle
from bench.load import CONNECTIONS, Load
from bench.pages import FEW, MANY, Page, measure_pages
from bench.scale import Extent, measure_scale
from bench.scale_report import print_cycle, print_scale
from bench.scim import ADDED, LARGE, MEMBERS, SMALL, FrontDoor, measure_front_door
from bench.sync import CONCURRENCY, HEADCOUNT, Sync, measure_sync
from bench.tabs import TABS, Watching, measure_tabs
from seatkeeper.spi.destinations import allow_networks


def main() -> None:
    """Print what was seen beside what is aimed for. Nothing fails here: figures are for reading."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--seconds", type=int, help="length of each burst of requests")
    parser.add_argument("--scale", action="store_true", help="measure 500,000 people and large groups instead")
    parser.add_argument("--sizes", type=int, nargs="+", help="for --scale: numbers of people, ascending")
    parser.add_argument("--members", type=int, help="for --scale: members of the large group")
    parser.add_argument("--connectors", action="store_true", help="measure the connectors alone")
    parser.add_argument("--cycle", action="store_true", help="measure Entra ID's initial cycle alone")
    parser.add_argument("--without-cycle", action="store_true", help="for --scale: leave the initial cycle out")
    for name in ("people", "groups", "memberships"):
        parser.add_argument(f"--{name}", type=int, help=f"for the initial cycle: how many {name}")
    arguments = parser.parse_args()
    allow_networks([ip_network("127.0.0.0/8")])  # where the apps of the lab are
    if arguments.scale:
        _measure_scale(arguments)
    if arguments.cycle or (arguments.scale and not arguments.without_cycle):
        _measure_cycle(arguments)
    if arguments.connectors:
        _print_connectors(measure_connectors())
    if arguments.scale or arguments.cycle or arguments.connectors:
        return
    table = Table(
        title="Seatkeeper, one web process, client and database on the same machine", title_justify="left"
    )
    for heading in ("what", "rate", "p50", "p99", "errors", "aim"):
        table.add_column(heading, justify="left" if heading in {"what", "aim"} else "right")
    _add_front_door(table, measure_front_door(arguments.seconds or 10))
    _add_sync(table, measure_sync())
    _add_pages(table, measure_pages())
    _add_tabs(table, measure_tabs())
    Console().print(table)
    _print_connectors(measure_connectors())


def _measure_scale(arguments: argparse.Namespace) -> None:
    chosen = {"sizes": arguments.sizes, "members": arguments.members, "seconds": arguments.seconds}
    extent = Extent(**{name: value for name, value in chosen.items() if value is not None})
    print_scale(measure_scale(extent), extent, Console(width=160))


def _measure_cycle(arguments: argparse.Namespace) -> None:
    chosen = {name: getattr(arguments, name) for name in ("people", "groups", "memberships")}
    extent = CycleExtent(**{name: value for name, value in chosen.items() if value is not None})
    print_cycle(measure_cycle(extent), Console(width=160))


def _add_front_door(table: Table, seen: FrontDoor) -> None:
    flat = seen.look_ups_large.rate / seen.look_ups_small.rate
    _add_load(table, f"creates with {LARGE:,} users, {CONNECTIONS} connections", seen.creates, "≥ 1,000/s")
    _add_load(table, f"userName eq, {SMALL:,} users", seen.look_ups_small, "")
    _add_load(table, f"userName eq, {LARGE:,} users", seen.look_ups_large, "")
    table.add_row("  large : small", f"{flat:.2f}", "", "", "", "≥ 0.77 (1 : 1.3)")
    _add_load(table, f"add {ADDED} members to a group of {MEMBERS:,}", seen.group_patches, "≥ 150/s")


def _add_load(table: Table, what: str, load: Load, aim: str) -> None:
    figures = (f"{load.rate:,.0f}/s", f"{load.p50_ms:.1f} ms", f"{load.p99_ms:.1f} ms", str(load.errors))
    table.add_row(what, *figures, aim)


def _add_sync(table: Table, seen: Sync) -> None:
    table.add_row(
        f"first sync of {HEADCOUNT:,} people into slapd, {CONCURRENCY} at once", f"{seen.seatkeeper:,.0f}/s"
    )
    table.add_row("  a bare loop of the same calls", f"{seen.bare:,.0f}/s")
    table.add_row("  efficiency", f"{seen.efficiency:.2f}", "", "", "", "≥ 0.6")


def _add_pages(table: Table, pages: Mapping[str, Page]) -> None:
    table.add_row(f"a page with {MANY:,} people, and how many times that of {FEW}")
    for name, page in pages.items():
        table.add_row(f"  {name}", f"{page.ratio:.1f}", f"{page.many * 1000:.0f} ms", "", "", "< 100 ms")


def _add_tabs(table: Table, seen: Watching) -> None:
    table.add_row(f"a change until the last of {TABS} open tabs shows it", "", f"{seen.alone * 1000:,.0f} ms")
    in_bulk = f"{seen.in_bulk * 1000:,.0f} ms"
    table.add_row(f"  the last of a bulk, at {seen.cpu:.2f} of a core", "", in_bulk, "", "", "< 1,000 ms")


def _print_connectors(seen: Iterable[Paces]) -> None:
    table = Table(title="Accounts made by each connector, against a bare loop of its calls", title_justify="left")
    for heading in ("connector", "app", "accounts", "Seatkeeper", "bare loop", "efficiency"):
        table.add_column(heading, justify="left" if heading in {"connector", "app"} else "right")
    for each in seen:
        rates = (_pace(rate) for rate in (each.seatkeeper, each.bare))
        table.add_row(each.connector, each.title, str(each.people), *rates, f"{each.efficiency:.2f}")
    Console(width=115).print(table)


def _pace(rate: float) -> str:
    return f"{rate:,.0f}/s" if rate >= 2 else f"{rate * 60:,.0f}/min"


if __name__ == "__main__":
    main()
