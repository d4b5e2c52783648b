"""Where entries are: from Uids to DNs and back, in few searches.

A DN may belong to somebody else tomorrow, a Uid never. So the DN at which a Uid was last seen is only a hint: an
entry counts as found when it has been read and shows that Uid. The hint saves a search of the whole branch, which
takes long in a directory without an index for its ids.
"""

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence

from seatkeeper.connectors.ldap.directory import Directory
from seatkeeper.connectors.ldap.protocol.filters import Filter, all_of, any_of, equals
from seatkeeper.connectors.ldap.protocol.names import key
from seatkeeper.connectors.ldap.protocol.requests import Scope, Search
from seatkeeper.connectors.ldap.protocol.responses import Entry
from seatkeeper.core.ids import Uid
from seatkeeper.spi.errors import AccountNotFoundError, TransientError

_ASKED_AT_ONCE = 100
"""Alternatives in one search. The server compares each hit with all of them, so that more would take longer."""
_SEARCHES_AT_ONCE = 4
_HINTS = 10_000


class Places:
    """The entries of one kind below one base."""

    def __init__(self, directory: Directory, base: str, kind: Filter) -> None:
        self.base = base
        self._directory = directory
        self._ids = directory.dialect.ids
        self._kind = kind
        self._hints: OrderedDict[Uid, str] = OrderedDict()

    def uid_of(self, entry: Entry) -> Uid:
        """Give the Uid an entry shows."""
        values = entry.attributes.get(self._ids.attribute)
        if not values:
            raise TransientError(f"The directory does not show the {self._ids.attribute} of {entry.dn}.")
        return Uid(self._ids.read(values[0]))

    async def find(self, uid: Uid, *attributes: str) -> Entry | None:
        """Find the entry of that Uid, wherever it is by now; None when there is none."""
        hint = self._hints.get(uid)
        if hint is not None:
            entry = await self._directory.read(hint, self._told(attributes), self._kind)
            if entry is not None and self.uid_of(entry) == uid:
                return entry
            self._hints.pop(uid, None)
        octets = self._ids.write(uid)
        if octets is None:
            return None
        entries = await self.matching(equals(self._ids.attribute, octets), *attributes)
        return next((entry for entry in entries if self.uid_of(entry) == uid), None)

    async def get(self, uid: Uid, *attributes: str) -> Entry:
        """Find the entry of that Uid. Raises ``AccountNotFoundError``."""
        entry = await self.find(uid, *attributes)
        if entry is None:
            raise AccountNotFoundError(f"The directory holds no entry {uid} below {self.base}.")
        return entry

    async def matching(self, condition: Filter, *attributes: str) -> Sequence[Entry]:
        """Find every entry the server takes for a match."""
        entries = await self._directory.search(self._search(condition, attributes))
        for entry in entries:
            self.remember(self.uid_of(entry), entry.dn)
        return entries

    async def children(self, parent: str, *attributes: str) -> Sequence[Entry]:
        """Find the entries right below a DN; none where that is not there."""
        if await self._directory.read(parent, ("1.1",)) is None:
            return ()
        return await self._directory.search(Search(parent, self._kind, self._told(attributes), Scope.CHILDREN))

    def every(self, *attributes: str) -> AsyncIterator[Entry]:
        """Find all entries, page by page."""
        return self._directory.pages(self._search(self._kind, attributes))

    async def dns_of(self, uids: Iterable[Uid]) -> Mapping[Uid, str]:
        """Find where these are; those that are nowhere are left out."""
        wanted = set(uids)
        octets = filter(None, map(self._ids.write, wanted))
        found = await self._any_of([equals(self._ids.attribute, each) for each in octets])
        return {uid: entry.dn for entry in found if (uid := self.uid_of(entry)) in wanted}

    async def uids_at(self, dns: Iterable[str]) -> frozenset[Uid]:
        """Find who is at these DNs; a DN with no entry of this kind is left out."""
        names = tuple(dns)
        keys = set(map(key, names))
        found = await self._any_of([equals(self._directory.dialect.dn_attribute, dn) for dn in names])
        return frozenset(self.uid_of(entry) for entry in found if key(entry.dn) in keys)

    def remember(self, uid: Uid, dn: str) -> None:
        """Keep in mind where a Uid was seen."""
        self._hints[uid] = dn
        self._hints.move_to_end(uid)
        if len(self._hints) > _HINTS:
            self._hints.popitem(last=False)

    async def _any_of(self, conditions: Sequence[Filter]) -> Sequence[Entry]:
        at_once = asyncio.Semaphore(_SEARCHES_AT_ONCE)

        async def search(start: int) -> Sequence[Entry]:
            async with at_once:
                asked = any_of(conditions[start : start + _ASKED_AT_ONCE])
                return await self._directory.search(self._search(asked, ()))

        found = await asyncio.gather(*map(search, range(0, len(conditions), _ASKED_AT_ONCE)))
        return [entry for entries in found for entry in entries]

    def _search(self, condition: Filter, attributes: Sequence[str]) -> Search:
        return Search(self.base, all_of(self._kind, condition), self._told(attributes))

    def _told(self, attributes: Sequence[str]) -> Sequence[str]:
        return (self._ids.attribute, *attributes)
