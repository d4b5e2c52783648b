"""A group too large to be shown at one go: its members are sent as they are read, a stretch at a time.

Each stretch is read by itself, so that whoever reads slowly holds no connection to the database. Who stays in the
group meanwhile is shown once; who comes or goes may be shown or not.
"""

from collections.abc import AsyncIterator, Sequence
from uuid import UUID

import orjson
from starlette.responses import Response, StreamingResponse

from seatkeeper.core.users import Group
from seatkeeper.scim.answers import media_type
from seatkeeper.scim.attributes import Selection
from seatkeeper.scim.calls import Call
from seatkeeper.scim.resources import entity_tag, group_resource, revision
from seatkeeper.store.queries.groups import Member, list_groups_within, list_people_after

STRETCH = 1_000
"""Members that are held in memory at once."""

_FIRST = UUID(int=0)


def streamed_group(call: Call, group: Group, selected: Selection) -> Response:
    """Answer with a group and all its members."""
    headers = {"ETag": entity_tag(revision(group))}
    media = media_type(call.request.headers.get("accept", ""))
    return StreamingResponse(_pieces(call, group, selected), 200, headers, media)


async def _pieces(call: Call, group: Group, selected: Selection) -> AsyncIterator[bytes]:
    head = orjson.dumps(group_resource(call.base_url, group, None, selected))
    yield head[:-1] + b',"members":['
    separator = b""
    async for members in _stretches(call, group):
        shown = group_resource(call.base_url, group, members, selected).get("members")
        if shown:
            yield separator + orjson.dumps(shown)[1:-1]
            separator = b","
    yield b"]}"


async def _stretches(call: Call, group: Group) -> AsyncIterator[Sequence[Member]]:
    last, more = _FIRST, True
    while more:
        async with call.read() as reader:
            members = await list_people_after(reader, group.id, last, STRETCH)
            more = len(members) == STRETCH
            last = members[-1].id if members else last
            if not more:
                members += await list_groups_within(reader, group.id)
        yield members
