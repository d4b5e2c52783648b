"""The endpoints ``/Users`` and ``/Users/{id}``."""

from collections.abc import Sequence
from typing import Any

from starlette.responses import Response

from seatkeeper.core.ids import UserId
from seatkeeper.core.users import User
from seatkeeper.operations.users import Arrived, change_user, delete_user, mark_unanswered
from seatkeeper.scim.answers import answer, empty
from seatkeeper.scim.calls import Call, resource_id
from seatkeeper.scim.drafts import new_user, replaced_user
from seatkeeper.scim.lists import Collection, answer_list
from seatkeeper.scim.patch import user_patch
from seatkeeper.scim.preconditions import has_seen, wanted_version
from seatkeeper.scim.provisioning import add_provisioning
from seatkeeper.scim.resources import entity_tag, revision, user_resource
from seatkeeper.store.database import Reader
from seatkeeper.store.queries.filters import compile_user_filter
from seatkeeper.store.queries.sorting import compile_user_sort
from seatkeeper.store.queries.users import Membership, get_user, list_groups_of, list_users, list_users_after


async def list_all(call: Call) -> Response:
    """Answer a query."""
    return await answer_list(call, users_of(call))


def users_of(call: Call) -> Collection:
    """Give the users of an integration as a collection."""
    shape = call.shape
    return Collection(
        shape.model, shape, compile_user_filter, compile_user_sort, list_users, list_users_after, _show_all
    )


async def _show_all(call: Call, reader: Reader, users: Sequence[User]) -> list[dict[str, Any]]:
    groups = await list_groups_of(reader, [user.id for user in users])
    base_url, selected = call.base_url, call.selection(call.shape)
    shown = [user_resource(base_url, call.shape, user, groups[user.id], selected) for user in users]
    return await add_provisioning(reader, shown, selected)


async def create(call: Call) -> Response:
    """Take in a user."""
    draft = new_user(call.shape, await call.resource(call.shape))
    arrived = await call.create_user(draft)
    user, groups = arrived.user, await _groups_joined(call, arrived)
    base_url = call.base_url
    resource = user_resource(base_url, call.shape, user, groups, call.selection(call.shape))
    headers = {"Location": f"{base_url}/Users/{user.id}", "ETag": entity_tag(revision(user, groups))}
    if await call.is_unheard():
        async with call.transaction() as tx:
            await mark_unanswered(tx, user.id)
    return answer(call.request, resource, 201, headers)


async def _groups_joined(call: Call, arrived: Arrived) -> Sequence[Membership]:
    """Read the groups of somebody new, who has none unless they waited for them."""
    if not arrived.may_have_groups:
        return ()
    async with call.read() as reader:
        return await _groups_of(reader, arrived.user.id)


async def get(call: Call) -> Response:
    """Show a user."""
    async with call.read() as reader:
        user, groups = await _with_groups(call, reader)
        tag = revision(user, groups)
        if has_seen(call.request, tag):
            return empty(304, {"ETag": entity_tag(tag)})
        return _shown(call, user, groups)


async def replace(call: Call) -> Response:
    """Put a user."""
    payload = await call.resource(call.shape)
    user_id = UserId(resource_id(call))
    async with call.transaction() as tx:
        user = await change_user(
            tx,
            call.integration,
            user_id,
            lambda before: replaced_user(call.shape, payload, before),
            if_version=await _wanted_version(call, tx),
        )
        return _shown(call, user, await _groups_of(tx, user.id))


async def patch(call: Call) -> Response:
    """Patch a user."""
    change = user_patch(call.shape, await call.resource(call.shape), call.tolerated)
    user_id = UserId(resource_id(call))
    async with call.transaction() as tx:
        if_version = await _wanted_version(call, tx)
        user = await change_user(tx, call.integration, user_id, change, if_version=if_version)
        return _shown(call, user, await _groups_of(tx, user.id))


async def delete(call: Call) -> Response:
    """Remove a user for good."""
    async with call.transaction() as tx:
        if_version = await _wanted_version(call, tx)
        await delete_user(tx, call.integration, UserId(resource_id(call)), if_version=if_version)
    return empty(204)


async def _wanted_version(call: Call, reader: Reader) -> int | None:
    async def current() -> tuple[int, str]:
        user, groups = await _with_groups(call, reader)
        return user.version, revision(user, groups)

    return await wanted_version(call.request, current)


async def _with_groups(call: Call, reader: Reader) -> tuple[User, Sequence[Membership]]:
    user = await get_user(reader, call.integration.id, UserId(resource_id(call)))
    return user, await _groups_of(reader, user.id)


async def _groups_of(reader: Reader, user_id: UserId) -> Sequence[Membership]:
    return (await list_groups_of(reader, [user_id]))[user_id]


def _shown(call: Call, user: User, groups: Sequence[Membership]) -> Response:
    resource = user_resource(call.base_url, call.shape, user, groups, call.selection(call.shape))
    return answer(call.request, resource, headers={"ETag": entity_tag(revision(user, groups))})
