"""Groups and entitlements: what is pushed, what the app offers, who holds it and through what."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from starlette.responses import Response

from seatkeeper.core.access import Permission
from seatkeeper.core.entitlements import Entitlement, group_of_source
from seatkeeper.core.errors import NotFoundError
from seatkeeper.operations.offers import read_offer
from seatkeeper.store.database import Reader
from seatkeeper.store.queries.kin import read_kin
from seatkeeper.store.queries.offers import (
    MOST_HOLDERS,
    Offer,
    find_offer,
    list_held_entitlements,
    list_holdings,
)
from seatkeeper.store.queries.pushed_groups import (
    MOST_MEMBERS,
    find_pushed_group,
    list_members_of,
    list_pushed_groups,
    name_groups,
)
from seatkeeper.store.texts import check_text
from seatkeeper.web.doors import Door
from seatkeeper.web.frames import integration_frame
from seatkeeper.web.visits import Visit

_PAGE = 50
_MOST_SHOWN = 200
"""Entitlements on a page; a search finds the others."""


async def show_groups(visit: Visit) -> Response:
    """Show the groups pushed and the entitlements there are."""
    after, search = check_text(visit.query("after"), "The place"), check_text(visit.query("q"), "The value")
    async with visit.read() as reader:
        page = await list_pushed_groups(reader, visit.integration.id, after=after)
        frame = {} if visit.is_fragment else await integration_frame(visit, reader)
        offered = {} if visit.is_fragment else await _entitlements(visit, reader, search)
    asked = urlencode({name: value for name, value in (("after", after), ("q", search)) if value})
    return visit.page(
        "parts/groups_rows.html" if visit.is_fragment else "groups.html",
        page=page,
        after=after,
        address=f"{_base(visit)}?{asked}" if asked else _base(visit),
        following=None if page.next is None else f"{_base(visit)}?{urlencode({'after': page.next})}",
        most_members=MOST_MEMBERS,
        **offered,
        **frame,
    )


async def show_offered(visit: Visit) -> Response:
    """Show the entitlements, asking the app for them where nobody ever did."""
    async with visit.read() as reader:
        is_known = await find_offer(reader, visit.integration.id) is not None
    problem = None if is_known else await read_offer(visit.house.engine, visit.integration)
    async with visit.read() as reader:
        context = await _entitlements(visit, reader, "")
    if not visit.is_fragment:
        return visit.go(_base(visit))
    return visit.page("parts/entitlements.html", **context | {"problem": problem, "asks": False})


async def read_again(visit: Visit) -> Response:
    """Ask the app once more what it offers."""
    problem = await read_offer(visit.house.engine, visit.integration)
    if problem is None:
        return visit.go(_base(visit), "The app told what it offers.")
    async with visit.read() as reader:
        page = await list_pushed_groups(reader, visit.integration.id)
        frame = await integration_frame(visit, reader)
        context = await _entitlements(visit, reader, "") | {"problem": problem, "asks": False}
    return visit.page(
        "groups.html",
        502,
        page=page,
        after="",
        address=_base(visit),
        following=None,
        most_members=MOST_MEMBERS,
        **context,
        **frame,
    )


async def show_group(visit: Visit) -> Response:
    """Show one group: how it stands in the app, who is in it, what it is in, and who is waited for."""
    group_id, after = _uuid(visit.param("group")), visit.query("after")
    async with visit.read() as reader:
        group = None if group_id is None else await find_pushed_group(reader, visit.integration.id, group_id)
        if group is None:
            raise NotFoundError("There is no such group in this integration.")
        members = await list_members_of(reader, group.id, after=_uuid(after), most=_PAGE + 1)
        kin = await read_kin(reader, group.id, _PAGE)
        frame = await integration_frame(visit, reader)
    following = urlencode({"after": members[_PAGE - 1].user_id}) if len(members) > _PAGE else None
    return visit.page(
        "group.html",
        group=group,
        members=members[:_PAGE],
        kin=kin,
        is_first=not after,
        address=f"{_base(visit)}/{group.id}",
        following=following,
        most_members=MOST_MEMBERS,
        **frame,
    )


async def show_entitlement(visit: Visit) -> Response:
    """Show who holds an entitlement and from where."""
    entitlement = Entitlement(visit.query("type"), check_text(visit.query("value"), "The value"))
    after = _uuid(visit.query("after"))
    place = None if after is None else (after, visit.query("source"))
    async with visit.read() as reader:
        found = await list_holdings(reader, visit.integration.id, entitlement, after=place, most=_PAGE + 1)
        held = found[:_PAGE]
        groups = {UUID(each) for one in held if (each := group_of_source(one.source)) is not None}
        names = await name_groups(reader, visit.integration.id, sorted(groups))
        frame = await integration_frame(visit, reader)
    following = {"after": held[-1].holder.account_id, "source": held[-1].source} if len(found) > _PAGE else None
    asked = {"type": entitlement.type, "value": entitlement.value}
    return visit.page(
        "entitlement.html",
        entitlement=entitlement,
        held=[(one.holder, group_of_source(one.source)) for one in held],
        names={str(group_id): name for group_id, name in names.items()},
        rules=[rule for rule in visit.integration.mapping.entitlements if rule.type == entitlement.type],
        is_first=place is None,
        following=None if following is None else f"?{urlencode(asked | following)}",
        first=f"?{urlencode(asked)}",
        **frame,
    )


async def _entitlements(visit: Visit, reader: Reader, search: str) -> dict[str, Any]:
    """Read what is offered or held, that whose type or value holds the text."""
    offer = await find_offer(reader, visit.integration.id)
    held = await list_held_entitlements(reader, visit.integration.id)
    found = [one for one in _all(offer, held) if search.casefold() in f"{one.type}\n{one.value}".casefold()]
    return {
        "entitlements": [(one, held.get(one, 0)) for one in found[:_MOST_SHOWN]],
        "count": len(found),
        "search": search,
        "most_holders": MOST_HOLDERS,
        "read_at": None if offer is None else offer.read_at,
        "rules": visit.integration.mapping.entitlements,
        "problem": None,
        "asks": offer is None and bool(visit.integration.mapping.entitlements),
    }


def _all(offer: Offer | None, held: dict[Entitlement, int]) -> list[Entitlement]:
    return sorted({*held, *(() if offer is None else offer.entitlements)})


def _base(visit: Visit) -> str:
    return f"/integrations/{visit.integration.slug}/groups"


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


_GROUPS = "/integrations/{integration}/groups"
DOORS: Sequence[Door] = (
    Door("GET", _GROUPS, show_groups, Permission.SEE),
    Door("GET", f"{_GROUPS}/offered", show_offered, Permission.SEE),
    Door("POST", f"{_GROUPS}/read", read_again, Permission.OPERATE),
    Door("GET", "/integrations/{integration}/entitlement", show_entitlement, Permission.SEE),
    Door("GET", f"{_GROUPS}/{{group}}", show_group, Permission.SEE),
)
