"""Groups: entries that list the DNs of their members."""

from collections.abc import Mapping, Sequence

from seatkeeper.connectors.ldap.accounts import Accounts, Switching
from seatkeeper.connectors.ldap.directory import Directory, Request
from seatkeeper.connectors.ldap.entries import encode_attributes, encode_values, has_value, name_of
from seatkeeper.connectors.ldap.naming import Naming
from seatkeeper.connectors.ldap.places import Places
from seatkeeper.connectors.ldap.protocol import requests
from seatkeeper.connectors.ldap.protocol.connections import ResultError
from seatkeeper.connectors.ldap.protocol.filters import equals
from seatkeeper.connectors.ldap.protocol.names import key
from seatkeeper.connectors.ldap.protocol.requests import Modification, Operation
from seatkeeper.connectors.ldap.protocol.responses import Entry
from seatkeeper.connectors.ldap.refusals import OBJECT_CLASS
from seatkeeper.core.accounts import SeenGroup
from seatkeeper.core.ids import Uid
from seatkeeper.core.values import AttributeValue
from seatkeeper.spi.errors import AccountNotFoundError, ConnectorError

_NAME = "cn"


class _SoAlreadyError(Exception):
    """A member to add seems to be there, or one to take away not to be; ``error`` is what else it may mean."""

    def __init__(self, error: ConnectorError) -> None:
        super().__init__(str(error))
        self.error = error


class Grouping(Accounts):
    """Accounts beside groups they can be in (``spi.connector.ManagesGroups``)."""

    def __init__(self, directory: Directory) -> None:
        super().__init__(directory)
        groups = directory.profile.groups
        assert groups is not None
        self._group_kind = groups
        self._groups = Places(directory, groups.base, groups.kind)
        self._group_naming = Naming(directory, self._groups, _NAME)
        self._member, self._nobody = groups.member, groups.nobody
        self._asked = (_NAME, directory.asked_for(groups.member))

    async def read_group(self, uid: Uid) -> SeenGroup | None:
        """Read one group; members that are not accounts below the base of people are not counted."""
        entry = await self._groups.find(uid, *self._asked)
        return None if entry is None else await self._seen_group(entry)

    async def find_groups(self, name: str) -> Sequence[SeenGroup]:
        """Find groups by name, compared again on our side; without case, as the directory keeps names apart."""
        found = await self._groups.matching(equals(_NAME, name), *self._asked)
        return [
            await self._seen_group(entry) for entry in found if has_value(entry, _NAME, name, ignores_case=True)
        ]

    async def create_group(self, name: str) -> Uid:
        """Add a group that is empty, or holds only the DN of nobody where it must hold one."""
        self._keep_rules({_NAME: name})
        given: dict[str, AttributeValue | None] = {
            **self._group_kind.given,
            _NAME: name,
            **self._other_names(name),
        }
        if self._nobody is not None:
            given[self._member] = self._nobody
        return await self._group_naming.add((name,), self._groups.base, encode_attributes(given))

    async def rename_group(self, uid: Uid, name: str) -> None:
        """Rename the entry; what else holds its name changes first, so that a refusal leaves all as it was."""
        self._keep_rules({_NAME: name})
        dn = (await self._groups.get(uid)).dn
        others = self._other_names(name).items()
        if others:
            changes = [Modification(Operation.REPLACE, each, encode_values(value)) for each, value in others]
            await self._group_naming.modify(dn, changes)
        await self._group_naming.move(uid, dn, (name,))

    async def delete_group(self, uid: Uid) -> None:
        """Remove the entry."""
        await self._directory.delete((await self._groups.get(uid)).dn)

    async def change_members(self, uid: Uid, *, add: Sequence[Uid], remove: Sequence[Uid]) -> None:
        """Take away and add values of the member attribute, a batch in each call.

        An account that is gone is in no group, so taking it away is success. Adding it raises
        ``AccountNotFoundError``, once all others are in.
        """
        group = (await self._groups.get(uid)).dn
        places = await self._people.dns_of((*remove, *add))
        for operation, accounts in ((Operation.DELETE, remove), (Operation.ADD, add)):
            members = [places[each].encode() for each in dict.fromkeys(accounts) if each in places]
            for start in range(0, len(members), self._directory.profile.batch_size):
                batch = members[start : start + self._directory.profile.batch_size]
                await self._change(group, Modification(operation, self._member, batch))
        gone = [each for each in add if each not in places]
        if gone:
            raise AccountNotFoundError(f"The directory holds no account {', '.join(gone[:5])} to add to {group}.")

    async def _change(self, group: str, change: Modification) -> None:
        """Make a change, without the values for which it is so already: one such refuses the whole batch."""
        try:
            await self._modify(group, change)
        except _SoAlreadyError as so_already:
            needed = await self._needed(group, change)
            if len(needed) < len(change.values):
                parts = [needed]
            elif len(needed) > 1:  # the server takes for equal what is not spelled so: find out which
                parts = [needed[: len(needed) // 2], needed[len(needed) // 2 :]]
            elif change.operation is Operation.DELETE:  # a member it shows, and does not let go
                raise so_already.error from None
            else:
                parts = []
            for part in filter(None, parts):
                await self._change(group, Modification(change.operation, change.attribute, part))

    async def _needed(self, group: str, change: Modification) -> Sequence[bytes]:
        entry = await self._directory.read(group, self._asked)
        present = set() if entry is None else set(map(key, await self._members_of(entry)))
        adds = change.operation is Operation.ADD
        return [value for value in change.values if (key(value.decode()) in present) != adds]

    async def _modify(self, group: str, *changes: Modification) -> None:
        what = f"change the members of {group}"
        try:
            await self._directory.attempt(Request(requests.modify(group, changes), what))
        except ResultError as error:
            interpreted = self._directory.interpret(error.result, what)
            adds = changes[-1].operation is Operation.ADD
            if error.result.code in (self._dialect.member_there if adds else self._dialect.member_missing):
                raise _SoAlreadyError(interpreted) from None
            if error.result.code == OBJECT_CLASS and len(changes) == 1 and self._nobody is not None:
                # Somebody else made this group, and its last member goes: now it needs one that does not count.
                nobody = Modification(Operation.ADD, self._member, (self._nobody.encode(),))
                await self._modify(group, nobody, *changes)
                return
            raise interpreted from None

    async def _members_of(self, entry: Entry) -> Sequence[str]:
        values = await self._directory.values(entry, self._member)
        return [value.decode(errors="replace") for value in values]

    def _other_names(self, name: str) -> Mapping[str, str]:
        return {attribute: spell(name) for attribute, spell in self._group_kind.also_named.items()}

    async def _seen_group(self, entry: Entry) -> SeenGroup:
        nobody = None if self._nobody is None else key(self._nobody)
        members = await self._people.uids_at(dn for dn in await self._members_of(entry) if key(dn) != nobody)
        return SeenGroup(self._groups.uid_of(entry), name_of(entry, _NAME), members)


class SwitchingAndGrouping(Switching, Grouping):
    """Accounts that can be disabled, beside groups."""
