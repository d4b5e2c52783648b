"""Who is in a group, and changing that without touching anybody else."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from seatkeeper.connectors.scim.answers import check, resource_of
from seatkeeper.connectors.scim.changes import Changing, locate, patch
from seatkeeper.connectors.scim.listing import Listing
from seatkeeper.connectors.scim.profile import Profile
from seatkeeper.connectors.scim.resources import Operation, Resource
from seatkeeper.connectors.scim.settings import SCIMSettings
from seatkeeper.core.ids import Uid
from seatkeeper.core.problems import ProblemCode
from seatkeeper.spi.errors import RejectedError, TransientError
from seatkeeper.spi.http import Answer, AppClient, Call

_PATH = "/Groups"
_PARTS = ("value", "$ref", "type")
_TRIES = 3


class Members:
    """Members of one app's groups.

    By RFC 7643 §4.2 a member's ``value`` is an id. Canaille says user names there, so the first member met is
    looked at. ``_named`` is what was learned: None until then.
    """

    def __init__(
        self, client: AppClient, changing: Changing, listing: Listing, profile: Profile, settings: SCIMSettings
    ) -> None:
        self._client = client
        self._changing = changing
        self._listing = listing
        self._batch = settings.batch_size
        self._base_url = settings.base_url
        reference = profile.group_attribute("members.$ref")
        self._needs_reference = reference is not None and reference.required
        self._patches = profile.patch
        self._removes_by_value = True
        self._removes_plainly = False
        self._named: bool | None = None if settings.members == "readable" else False

    async def of(self, group: Mapping[str, Any]) -> Mapping[Uid, str]:
        """Map the accounts in a group to the value by which the app calls each of them."""
        values = [member["value"] for member in _members(group) if member.get("type") != "Group"]
        if self._named is None:
            self._named = await self._are_names(values[:3])
        if not self._named:
            return {Uid(value): value for value in values}
        if not values:
            return {}
        # Read anew each time: a name that was freed may belong to somebody else by now.
        ids = {str(user.get("userName")): Uid(user["id"]) async for user in self._listing.every("/Users")}
        return {ids[value]: value for value in values if value in ids}

    async def _are_names(self, values: Sequence[str]) -> bool | None:
        for value in values:
            answer = await self._client.send(Call("GET", locate("/Users", value)))
            resource = resource_of(answer) if answer.is_success else None
            if resource is not None:
                return bool(resource["id"] != value)
        return None

    async def change(self, uid: Uid, *, add: Sequence[Uid], remove: Sequence[Uid]) -> None:
        """Take away, then add, in batches. The group is read first only where names stand for ids, or may."""
        calls: Mapping[Uid, str] = {}
        if self._named is not False:
            calls = await self.of((await self._changing.get(_PATH, uid)).resource)
        if self._named:
            remove, add = [each for each in remove if each in calls], [each for each in add if each not in calls]
        for batch in _batches(remove, self._batch):
            await self._remove(uid, [calls.get(each, each) for each in batch])
        for batch in _batches(add, self._batch):
            await self._add(uid, batch)

    async def _add(self, uid: Uid, accounts: Sequence[Uid]) -> None:
        answer = await self._patch(uid, [{"op": "add", "path": "members", "value": self._documents(accounts)}])
        if answer is None:
            await self._rewrite(uid, add=accounts)
        elif not answer.is_success:
            # Some refuse the whole batch because of one who is in already.
            present = await self.of((await self._changing.get(_PATH, uid)).resource)
            missing = [each for each in accounts if each not in present]
            if missing and len(missing) == len(accounts):
                check(answer)
            if missing:
                await self._add(uid, missing)

    async def _remove(self, uid: Uid, values: Sequence[str]) -> None:
        if self._removes_plainly and await self._remove_plainly(uid, values):
            return
        if not self._removes_by_value:
            await self._rewrite(uid, remove=values)
            return
        operations = [{"op": "remove", "path": f"members[value eq {json.dumps(value)}]"} for value in values]
        answer = await self._patch(uid, operations)
        if answer is not None and answer.is_success:
            return
        # RFC 7644 §3.5.2.2 lets an app refuse the whole batch (noTarget) because of one who is not in.
        present = {member["value"] for member in _members((await self._changing.get(_PATH, uid)).resource)}
        left = [value for value in values if value in present]
        if left and (answer is None or len(left) == len(values)):
            self._removes_by_value = False
        if left:
            await self._remove(uid, left)

    async def _remove_plainly(self, uid: Uid, values: Sequence[str]) -> bool:
        """Name whom to take out as a value, as django-scim2 wants it; give whether just they are out.

        RFC 7644 §3.5.2.2 makes that a removal of all members, so it is the last thing tried, and whoever else went
        is put back.
        """
        before = {member["value"] for member in _members((await self._changing.get(_PATH, uid)).resource)}
        named = [{"value": value} for value in values]
        answer = await self._patch(uid, [{"op": "remove", "path": "members", "value": named}])
        if answer is None or not answer.is_success:
            return False
        after = {member["value"] for member in _members((await self._changing.get(_PATH, uid)).resource)}
        lost = sorted(Uid(each) for each in before - after - set(values))
        if lost:
            await self._add(uid, lost)
        self._removes_plainly = not lost and not after & set(values)
        return self._removes_plainly

    async def _patch(self, uid: Uid, operations: list[Operation]) -> Answer | None:
        """Send a PATCH; None where the app turns out to have none."""
        if not self._patches:
            return None
        answer = await self._client.send(patch(_PATH, uid, operations))
        if answer.status in {405, 501} and operations[0]["op"] == "add":
            self._patches = False
            return None
        return answer

    async def _rewrite(self, uid: Uid, *, add: Sequence[Uid] = (), remove: Sequence[str] = ()) -> None:
        """Write the list as it was read, changed: only where nothing smaller works, and guarded by the ETag."""
        for _ in range(_TRIES):
            version = await self._changing.get(_PATH, uid)
            before = _members(version.resource)
            kept = [_plain(member) for member in before if member["value"] not in remove]
            present = {member["value"] for member in kept}
            after = [*kept, *self._documents(each for each in add if each not in present)]
            answer = await self._client.send(self._writing(uid, version.resource, after, version.etag))
            if self._patches and answer.status in {405, 501}:
                if remove and not add and await self._remove_plainly(uid, remove):
                    return
                self._patches = False
            elif answer.status != 412:
                check(answer)
                return
        raise TransientError(f"{_PATH}/{uid} is being changed by others at the same time.")

    def _writing(self, uid: Uid, group: Resource, members: list[Resource], etag: str | None) -> Call:
        if self._patches:
            return patch(_PATH, uid, [{"op": "replace", "path": "members", "value": members}], etag)
        document = {**{name: value for name, value in group.items() if name != "meta"}, "members": members}
        return Call("PUT", locate(_PATH, uid), document=document, headers={"If-Match": etag} if etag else {})

    def _documents(self, accounts: Iterable[Uid]) -> list[Resource]:
        made = []
        for account in accounts:
            reference = {"$ref": self._base_url + locate("/Users", account)} if self._needs_reference else {}
            made.append({"value": account, **reference})
        return made


def _members(group: Mapping[str, Any]) -> list[Resource]:
    members = group.get("members") or []
    if not isinstance(members, list):
        raise RejectedError("The app's group has members that are no list.", ProblemCode.NOT_SUPPORTED)
    return [each for each in members if isinstance(each, dict) and isinstance(each.get("value"), str)]


def _plain(member: Resource) -> Resource:
    return {part: member[part] for part in _PARTS if part in member}


def _batches(items: Sequence[Uid], size: int) -> Iterator[Sequence[Uid]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]
