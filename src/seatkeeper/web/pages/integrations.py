"""The list of integrations: what there is, how each one stands, and what needs somebody."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from starlette.responses import Response

from seatkeeper.core.access import Permission
from seatkeeper.core.health import Health, health_of
from seatkeeper.core.integrations import Integration
from seatkeeper.operations.access import list_visible_integrations
from seatkeeper.store.queries.owners import Owner, list_owners
from seatkeeper.store.queries.standings import Standing, list_standings
from seatkeeper.web.doors import Door
from seatkeeper.web.visits import Visit

_FIELDS = ("q", "connector", "status", "owner")


@dataclass(frozen=True, slots=True)
class Listed:
    """An integration as the list shows it."""

    integration: Integration
    standing: Standing
    health: Health
    owners: Sequence[Owner]


async def show_list(visit: Visit) -> Response:
    """Show the integrations the guest may see, those the filters let through."""
    asked = {name: visit.query(name) for name in _FIELDS}
    given = urlencode({name: value for name, value in asked.items() if value})
    everything = await _read(visit)
    context: dict[str, Any] = {
        "rows": [one for one in everything if _passes(one, asked)],
        "total": len(everything),
        "asked": asked,
        "address": f"/?{given}" if given else "/",
        "connectors": visit.house.connectors,
    }
    if visit.is_fragment:
        return visit.page("parts/integrations_rows.html", **context)
    return visit.page("integrations.html", **context, **_choices(everything))


async def _read(visit: Visit) -> list[Listed]:
    async with visit.read() as reader:
        seen = await list_visible_integrations(reader, visit.known)
        standings, owners = await list_standings(reader), await list_owners(reader)
    return [_listed(one, standings[one.id], owners.get(one.id, ())) for one, _ in seen if one.id in standings]


def _listed(integration: Integration, standing: Standing, owners: Sequence[Owner]) -> Listed:
    health = health_of(integration, proven=standing.proven, failed=standing.failed, tasks=standing.tasks)
    return Listed(integration, standing, health, owners)


def _passes(one: Listed, asked: Mapping[str, str]) -> bool:
    called = f"{one.integration.name}\n{one.integration.slug}".casefold()
    return (
        asked["q"].casefold() in called
        and asked["connector"] in {"", one.integration.connector}
        and asked["status"] in {"", one.health.value}
        and asked["owner"] in {"", *(str(owner.id) for owner in one.owners)}
    )


def _choices(everything: Sequence[Listed]) -> dict[str, Any]:
    return {
        "used_connectors": sorted({one.integration.connector for one in everything}),
        "healths": list(Health),
        "owners": sorted(set(_owners(everything))),
    }


def _owners(everything: Sequence[Listed]) -> Iterator[Owner]:
    for one in everything:
        yield from one.owners


DOORS: Sequence[Door] = (Door("GET", "/", show_list, Permission.ENTER),)
