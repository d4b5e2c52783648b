"""Groups of a REST app, and who is in them."""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

from seatkeeper.connectors.rest.accounts import Accounts
from seatkeeper.connectors.rest.app import App
from seatkeeper.connectors.rest.exchanging import needed
from seatkeeper.connectors.rest.listing import Found
from seatkeeper.connectors.rest.programs import Action, Groups, Listing
from seatkeeper.connectors.rest.refusals import StaleError
from seatkeeper.connectors.rest.values import as_texts, read
from seatkeeper.core.accounts import SeenGroup
from seatkeeper.core.ids import Uid
from seatkeeper.core.problems import ProblemCode
from seatkeeper.spi.errors import (
    AccountExistsError,
    AccountNotFoundError,
    RejectedError,
    TransientError,
    UnsupportedError,
)
from seatkeeper.spi.templates import as_text

_LOOKS = 3


class Grouping(Accounts):
    """The app has groups."""

    def __init__(self, app: App) -> None:
        super().__init__(app)
        assert app.program.groups is not None
        self._groups: Groups = app.program.groups

    async def read_group(self, uid: Uid) -> SeenGroup | None:
        """Read one group with its members."""
        found = await self._find_group(uid)
        return None if found is None else await self._seen_group(found)

    async def find_groups(self, name: str) -> Sequence[SeenGroup]:
        """Find groups by name, each compared on our side."""
        listings = self._groups.find or self._groups.listings
        try:
            found = [each async for each in self._every_group(listings, name=name) if self._is_named(each, name)]
        except AccountNotFoundError:
            return ()
        return [await self._seen_group(each) for each in found]

    async def create_group(self, name: str) -> Uid:
        """Make an empty group, and find out which one it is where the app does not say so."""
        groups = self._groups
        if groups.create is None:
            raise UnsupportedError("Groups are made in the app by hand.")
        if not groups.unique and await self.find_groups(name):
            raise AccountExistsError(f"There is a group named {name} already.")
        try:
            done = await self._app.caller.run(groups.create.requests, self._app.caller.known(name=name))
        except AccountNotFoundError as error:
            raise RejectedError(str(error), ProblemCode.SETTINGS_INVALID) from None
        if groups.new_id is not None:
            return Uid(as_text(needed(groups.new_id, done.values, "id of the new group")))
        if done.given is not None:
            return self._group_uid(Found(done.given, done.values))
        found = await self.find_groups(name)
        if len(found) != 1:
            raise TransientError(f"The app made a group named {name} and does not say which one it is.")
        return found[0].uid

    async def rename_group(self, uid: Uid, name: str) -> None:
        """Change the name."""
        if self._groups.rename is None:
            raise UnsupportedError("The app cannot rename groups.")
        await self._change_group(uid, self._groups.rename, name=name)

    async def delete_group(self, uid: Uid) -> None:
        """Remove the group."""
        if self._groups.delete is None:
            raise UnsupportedError("Groups are removed in the app by hand.")
        await self._change_group(uid, self._groups.delete)

    async def change_members(self, uid: Uid, *, add: Sequence[Uid], remove: Sequence[Uid]) -> None:
        """Take the removed away, then add."""
        for action, members, is_add in ((self._groups.remove, remove, False), (self._groups.add, add, True)):
            if not members:
                continue
            before: frozenset[str] = frozenset()
            if self._reads_before(action):
                before = (await self._get_group(uid)).members
            asked = [
                each for each in dict.fromkeys(members) if (each in before) != is_add or self._groups.repeatable
            ]
            if not asked:
                continue
            if "after" in action.variables:
                after = sorted(before | set(asked) if is_add else before - set(asked))
                await self._change_group(uid, action, after=after, members=asked)
            else:
                await self._each_member(uid, action, asked)

    def _reads_before(self, action: Action) -> bool:
        return not self._groups.repeatable or "after" in action.variables

    async def _each_member(self, uid: Uid, action: Action, members: Sequence[Uid]) -> None:
        if "member" in action.variables:
            for member in members:
                await self._change_group(uid, action, member=member)
            return
        size = self._groups.batch
        refused: list[RejectedError] = []
        for start in range(0, len(members), size):
            await self._batch(uid, action, members[start : start + size], refused)
        if refused:
            raise refused[0]

    async def _batch(self, uid: Uid, action: Action, members: Sequence[Uid], refused: list[RejectedError]) -> None:
        """Send a batch; where the app takes all or nothing, in halves, so that one refused holds up no other."""
        try:
            await self._change_group(uid, action, members=list(members))
        except RejectedError as error:
            if not self._groups.splits or error.code is ProblemCode.PERMISSION_MISSING:
                raise
            if len(members) == 1:
                refused.append(error)
                return
            half = len(members) // 2
            await self._batch(uid, action, members[:half], refused)
            await self._batch(uid, action, members[half:], refused)

    async def _change_group(self, uid: Uid, action: Action, **more: Any) -> None:
        for look in range(1, _LOOKS + 1):
            values = self._app.caller.known(uid=uid, **more)
            if not action.variables.isdisjoint({"seen", "etag"}) or any(
                request.reads_first for request in action.requests
            ):
                values |= await self._before_group(uid)
            try:
                await self._app.caller.run(action.requests, values)
            except StaleError:
                if look == _LOOKS or not action.begins_anew:
                    raise
            else:
                return

    async def _before_group(self, uid: Uid) -> dict[str, Any]:
        found = await self._find_group(uid)
        if found is None:
            raise AccountNotFoundError(f"The group {uid} is not there.")
        etag = read(self._groups.etag, {**found.values, "item": found.item}, "etag")
        return {"seen": found.item, **({} if etag is None else {"etag": etag})}

    async def _find_group(self, uid: Uid) -> Found | None:
        groups = self._groups
        if groups.read is None:
            async for found in self._every_group(groups.listings):
                if self._group_uid(found) == uid:
                    return found
            return None
        try:
            done = await self._app.caller.run(groups.read.requests, self._app.caller.known(uid=uid), reads=True)
        except AccountNotFoundError:
            return None
        given = any(request.gives is not None for request in groups.read.requests)
        item = done.given if given else done.values["body"]
        if isinstance(item, list):
            item = item[0] if len(item) == 1 else None
        found = Found(item, done.values)
        return None if item is None or self._is_gone(found) or self._group_uid(found) != uid else found

    async def _get_group(self, uid: Uid) -> SeenGroup:
        found = await self.read_group(uid)
        if found is None:
            raise AccountNotFoundError(f"The group {uid} is not there.")
        return found

    async def _every_group(self, listings: Sequence[Listing], **values: str) -> AsyncIterator[Found]:
        known = self._app.caller.known(**values)
        async for listing, found in self._app.lists.all_of(listings, known, self._groups.id):
            if self._is_gone(found):
                continue
            # Reading each is put off until the name has been compared: a group may have many members.
            if not listing.read_each or ("name" in values and not self._is_named(found, values["name"])):
                yield found
            elif (whole := await self._find_group(self._group_uid(found))) is not None:
                yield whole

    async def _seen_group(self, found: Found) -> SeenGroup:
        uid, values = self._group_uid(found), {**found.values, "item": found.item}
        name = as_text(needed(self._groups.name, values, "name of the group"))
        return SeenGroup(uid, name, await self._members(uid, values))

    async def _members(self, uid: Uid, values: Mapping[str, Any]) -> frozenset[Uid]:
        groups = self._groups
        if groups.members is not None:
            return frozenset(map(Uid, as_texts(read(groups.members, values, "members"), "members")))
        if not groups.member_listings:
            return frozenset()
        known = self._app.caller.known(uid=uid)
        found = self._app.lists.every(groups.member_listings, known, groups.member_id)
        return frozenset([Uid(await self._app.value_of(groups.member_id, each)) async for each in found])

    def _group_uid(self, found: Found) -> Uid:
        return Uid(as_text(needed(self._groups.id, {**found.values, "item": found.item}, "id")))

    def _is_named(self, found: Found, name: str) -> bool:
        shown = as_text(read(self._groups.name, {**found.values, "item": found.item}, "name") or "")
        return shown.casefold() == name.casefold() if self._groups.ignores_case else shown == name

    def _is_gone(self, found: Found) -> bool:
        absent = self._groups.absent
        return absent is not None and absent.holds({**found.values, "item": found.item})
