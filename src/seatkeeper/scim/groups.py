"""The endpoints ``/Groups`` and ``/Groups/{id}``."""

from collections.abc import Callable, Sequence
from typing import Any

from starlette.responses import Response

from seatkeeper.core.ids import GroupId
from seatkeeper.core.users import Group
from seatkeeper.operations.groups import (
    GroupChange,
    MembersChange,
    change_group,
    create_group,
    delete_group,
    mark_unanswered,
)
from seatkeeper.scim.answers import answer, empty
from seatkeeper.scim.attributes import Selection
from seatkeeper.scim.calls import Call, resource_id
from seatkeeper.scim.drafts import new_group
from seatkeeper.scim.lists import Collection, answer_list
from seatkeeper.scim.members import group_patch, members_of
from seatkeeper.scim.models import Group as GroupModel
from seatkeeper.scim.preconditions import has_seen, wanted_version
from seatkeeper.scim.resources import entity_tag, group_resource, revision
from seatkeeper.scim.shapes import GROUP_SHAPE
from seatkeeper.scim.streams import STRETCH, streamed_group
from seatkeeper.store.database import Reader, Transaction
from seatkeeper.store.queries.filters import compile_group_filter
from seatkeeper.store.queries.groups import (
    Member,
    find_few_members,
    get_group,
    list_groups,
    list_groups_after,
    list_members,
    members_of_groups,
)
from seatkeeper.store.queries.sorting import compile_group_sort

_FEW = 100
"""Members of a group that is small enough to be shown after every patch."""


async def list_all(call: Call) -> Response:
    """Answer a query."""
    return await answer_list(call, GROUPS)


async def _show_all(call: Call, reader: Reader, groups: Sequence[Group]) -> list[dict[str, Any]]:
    """Read members only when they are shown: ``excludedAttributes=members`` is Entra's way."""
    base_url, selected = call.base_url, call.selection(GROUP_SHAPE)
    members = {}
    if selected.shows("members"):
        members = await members_of_groups(reader, [group.id for group in groups])
    return [group_resource(base_url, group, members.get(group.id), selected) for group in groups]


GROUPS = Collection(
    GroupModel, GROUP_SHAPE, compile_group_filter, compile_group_sort, list_groups, list_groups_after, _show_all
)
"""The groups of an integration."""


async def create(call: Call) -> Response:
    """Take in a group."""
    payload = await call.resource(GROUP_SHAPE)
    draft, members = new_group(payload), members_of(payload) or MembersChange()
    async with call.transaction() as tx:
        promised = None if call.promised is None else GroupId(call.promised)
        group = await create_group(tx, call.integration, draft, members, group_id=promised)
        shown = await _shown(call, tx, group)
        if await call.is_unheard():
            await mark_unanswered(tx, group.id)
    shown.status_code = 201
    shown.headers["Location"] = f"{call.base_url}/Groups/{group.id}"
    return shown


async def get(call: Call) -> Response:
    """Show a group."""
    async with call.read() as reader:
        group = await get_group(reader, call.integration.id, GroupId(resource_id(call)))
        if has_seen(call.request, revision(group)):
            return empty(304, {"ETag": entity_tag(revision(group))})
        selected, members = call.selection(GROUP_SHAPE), None
        if selected.shows("members"):
            members = await find_few_members(reader, group.id, STRETCH)
            if members is None:
                return streamed_group(call, group, selected)
        return _answered(call, group, members, selected)


async def replace(call: Call) -> Response:
    """Put a group. Members that are not spoken of stay: a rename must not empty a group."""
    payload = await call.resource(GROUP_SHAPE)
    draft, members = new_group(payload), members_of(payload)
    change = GroupChange(draft, members or MembersChange())
    async with call.change_of(resource_id(call)) as tx:
        group = await _changed(call, tx, lambda _: change)
        return await _shown(call, tx, group)


async def patch(call: Call) -> Response:
    """Patch a group.

    The answer holds the members only of a small group, as Microsoft advises: Entra sends a patch for every few
    members, and would be sent all of them each time. ``attributes=members`` asks for them all the same.
    """
    change = group_patch(await call.resource(GROUP_SHAPE))
    async with call.change_of(resource_id(call)) as tx:
        group = await _changed(call, tx, change)
        return await _shown(call, tx, group, all_members="attributes" in call.query)


async def delete(call: Call) -> Response:
    """Remove a group."""
    async with call.change_of(resource_id(call)) as tx:
        if_version = await _wanted_version(call, tx)
        await delete_group(tx, call.integration, GroupId(resource_id(call)), if_version=if_version)
    return empty(204)


async def _changed(call: Call, tx: Transaction, change: Callable[[Group], GroupChange]) -> Group:
    if_version = await _wanted_version(call, tx)
    return await change_group(tx, call.integration, GroupId(resource_id(call)), change, if_version=if_version)


async def _wanted_version(call: Call, reader: Reader) -> int | None:
    async def current() -> tuple[int, str]:
        group = await get_group(reader, call.integration.id, GroupId(resource_id(call)))
        return group.version, revision(group)

    return await wanted_version(call.request, current)


async def _shown(call: Call, reader: Reader, group: Group, *, all_members: bool = True) -> Response:
    selected = call.selection(GROUP_SHAPE)
    members = None
    if selected.shows("members"):
        all_or_few = list_members if all_members else _list_few_members
        members = await all_or_few(reader, group.id)
    return _answered(call, group, members, selected)


def _answered(call: Call, group: Group, members: Sequence[Member] | None, selected: Selection) -> Response:
    resource = group_resource(call.base_url, group, members, selected)
    return answer(call.request, resource, headers={"ETag": entity_tag(revision(group))})


async def _list_few_members(reader: Reader, group_id: GroupId) -> list[Member] | None:
    return await find_few_members(reader, group_id, _FEW)
