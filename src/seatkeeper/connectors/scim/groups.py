"""Groups of a SCIM app. Their names are not unique in SCIM, so a name is looked up before a group is made."""

from collections.abc import Sequence
from typing import Any

from seatkeeper.connectors.scim.accounts import Accounts
from seatkeeper.connectors.scim.answers import check, resource_of
from seatkeeper.connectors.scim.changes import locate
from seatkeeper.connectors.scim.members import Members
from seatkeeper.connectors.scim.paths import CORE_GROUP
from seatkeeper.connectors.scim.profile import Profile
from seatkeeper.connectors.scim.settings import SCIMSettings
from seatkeeper.core.accounts import SeenGroup
from seatkeeper.core.ids import Uid
from seatkeeper.spi.errors import AccountExistsError, TransientError, UnsupportedError
from seatkeeper.spi.http import AppClient, Call

_PATH = "/Groups"


class Grouping(Accounts):
    """The app has groups."""

    def __init__(self, client: AppClient, profile: Profile, settings: SCIMSettings) -> None:
        super().__init__(client, profile, settings)
        self._members = Members(client, self._changing, self._listing, profile, settings)

    async def read_group(self, uid: Uid) -> SeenGroup | None:
        """Read a group; its members are empty where the app does not show them."""
        found = await self._changing.find(_PATH, uid)
        return None if found is None else await self._seen_group(found.resource)

    async def find_groups(self, name: str) -> Sequence[SeenGroup]:
        """Find groups by name, each compared on our side."""
        groups = []
        for resource in await self._find_named(name):
            # A list may leave members out, and then so does an empty group.
            whole = (
                resource if "members" in resource else (await self._changing.get(_PATH, resource["id"])).resource
            )
            groups.append(await self._seen_group(whole))
        return groups

    async def create_group(self, name: str) -> Uid:
        """Make a group without members: several apps drop the ones that come with it."""
        if await self._find_named(name):
            raise AccountExistsError(f"There is a group named {name} already.")
        needs_list = (members := self._profile.group_attribute("members")) is not None and members.required
        document = {"schemas": [CORE_GROUP], "displayName": name, **({"members": []} if needs_list else {})}
        answer = await self._client.send(Call("POST", _PATH, document=document))
        if answer.status >= 500 and await self._find_named(name):
            raise AccountExistsError(f"There is a group named {name}, and {answer.call} answered {answer.status}.")
        check(answer)
        if (resource := resource_of(answer)) is not None:
            return Uid(resource["id"])
        found = await self._find_named(name)
        if len(found) != 1:
            raise TransientError(f"The app made a group named {name} and does not say which one it is.")
        return Uid(found[0]["id"])

    async def rename_group(self, uid: Uid, name: str) -> None:
        """Change the name."""
        if not self._abilities.renames_groups:
            raise UnsupportedError("The app's schema says that the name of a group never changes.")
        await self._changing.change(_PATH, uid, {"displayName": name})

    async def delete_group(self, uid: Uid) -> None:
        """Remove the group."""
        check(await self._client.send(Call("DELETE", locate(_PATH, uid))))

    async def change_members(self, uid: Uid, *, add: Sequence[Uid], remove: Sequence[Uid]) -> None:
        """Take away, then add."""
        await self._members.change(uid, add=add, remove=remove)

    async def _find_named(self, name: str) -> list[dict[str, Any]]:
        return await self._listing.find(_PATH, "displayName", name, lambda group: group.get("displayName") == name)

    async def _seen_group(self, resource: dict[str, Any]) -> SeenGroup:
        members = await self._members.of(resource)
        return SeenGroup(Uid(resource["id"]), str(resource.get("displayName", "")), frozenset(members))
