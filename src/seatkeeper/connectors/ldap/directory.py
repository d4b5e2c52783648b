"""The directory as accounts and groups see it: entries in, entries out, and errors of the closed set."""

import contextlib
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass

from seatkeeper.connectors.ldap.pools import Pool
from seatkeeper.connectors.ldap.profiles import Profile
from seatkeeper.connectors.ldap.protocol import requests
from seatkeeper.connectors.ldap.protocol.connections import (
    Answer,
    Connection,
    ConnectionLostError,
    ResultError,
    UnansweredError,
)
from seatkeeper.connectors.ldap.protocol.filters import Filter, present
from seatkeeper.connectors.ldap.protocol.requests import Modification, Scope, Search
from seatkeeper.connectors.ldap.protocol.responses import Entry, Result
from seatkeeper.connectors.ldap.refusals import NO_SUCH_OBJECT, interpret
from seatkeeper.core.problems import ProblemCode
from seatkeeper.spi.errors import ConnectorError, RejectedError, TransientError, UnsupportedError

_ANYTHING = present("objectClass")


@dataclass(frozen=True, slots=True)
class Request:
    """An operation; ``what`` follows "refused to" in the sentence for people when it fails."""

    operation: bytes
    what: str
    controls: Sequence[bytes] = ()
    repeatable: bool = False
    """Sent once more when its connection is lost: it may have been idle, and closed by the other side."""


class Directory:
    """One directory, with the settings of one integration. Every method may raise the errors of ``spi.errors``."""

    def __init__(self, profile: Profile) -> None:
        self.profile = profile
        self.dialect = profile.dialect
        self._pool = Pool(profile.access, profile.dialect)

    async def close(self) -> None:
        """Close every connection."""
        await self._pool.close()

    async def reach(self) -> str:
        """Say which server takes a connection."""
        return str(await self._pool.reach())

    async def encrypt(self) -> str:
        """Say which server proves who it is."""
        return str(await self._pool.encrypt())

    async def sign_in(self) -> None:
        """Have a connection on which the service account is signed in."""
        await self._pool.get()

    async def count(self, wanted: Search, at_most: int) -> tuple[int, bool]:
        """Count entries as far as one page goes, and say whether there are more."""
        request = Request(requests.search(wanted), f"list {wanted.base}", (requests.paged(at_most),))
        async with self._pool.own() as connection:
            try:
                answer = await self._sent(connection, request)
            except ResultError as error:
                raise self._interpret_search(error, wanted) from None
        return len(answer.entries), bool(answer.result.next_page)

    async def search(self, wanted: Search) -> Sequence[Entry]:
        """Find entries below a base that must be there."""
        request = Request(requests.search(wanted), f"search {wanted.base}", repeatable=True)
        try:
            return (await self.attempt(request)).entries
        except ResultError as error:
            raise self._interpret_search(error, wanted) from None

    async def read(self, dn: str, attributes: Sequence[str], condition: Filter = _ANYTHING) -> Entry | None:
        """Read one entry by its DN; None when nothing is there that meets the condition."""
        wanted = Search(dn, condition, attributes, Scope.BASE)
        request = Request(requests.search(wanted), f"read {dn}", repeatable=True)
        try:
            entries = (await self.attempt(request)).entries
        except ResultError as error:
            if error.result.code == NO_SUCH_OBJECT:
                return None
            raise self.interpret(error.result, request.what) from None
        return entries[0] if entries else None

    async def values(self, entry: Entry, attribute: str) -> Sequence[bytes]:
        """Give all values of an attribute, also those the server kept back: ``asked_for`` says how to ask.

        They come a range at a time ([MS-ADTS] §3.1.1.3.1.3.3), under a name such as ``member;range=0-1499``; the
        last range ends with a star.
        """
        found = list(entry.attributes.get(attribute, ()))
        name, end = _range_of(entry, attribute)
        while name:
            found += entry.attributes[name]
            if end is None:
                break
            more = await self.read(entry.dn, [self.asked_for(attribute, end + 1)])
            if more is None:
                raise TransientError(f"The directory lost {entry.dn} while its {attribute} was read.")
            entry = more
            name, end = _range_of(entry, attribute)
        return found

    def asked_for(self, attribute: str, start: int = 0) -> str:
        """Name an attribute of many values as a search has to ask for it."""
        if not self.dialect.members_kept_back:
            return attribute
        return f"{attribute};range={start}-{start + self.profile.page_size - 1}"

    async def pages(self, wanted: Search) -> AsyncIterator[Entry]:
        """Find any number of entries, a page at a time; a page that does not come is an error."""
        cookie = b""
        async with self._pool.own() as connection:
            while True:
                control = requests.paged(self.profile.page_size, cookie)
                request = Request(requests.search(wanted), f"list {wanted.base}", (control,))
                try:
                    answer = await self._sent(connection, request)
                except ResultError as error:
                    raise self._interpret_search(error, wanted) from None
                for entry in answer.entries:
                    yield entry
                if answer.result.next_page is None:
                    raise UnsupportedError(
                        f"The directory lists {wanted.base} without pages, so its end is unknown."
                    )
                cookie = answer.result.next_page
                if not cookie:
                    return

    async def add(self, dn: str, attributes: Mapping[str, Sequence[bytes]]) -> str:
        """Make an entry and give its Uid. Raises ``ResultError`` for the caller to interpret."""
        uid_attribute = self.dialect.ids.attribute
        operation = requests.add(dn, attributes)
        answer = await self.attempt(Request(operation, f"add {dn}", (requests.post_read(uid_attribute),)))
        entry = answer.result.read_after or await self.read(dn, [uid_attribute])
        if entry is None or not entry.attributes.get(uid_attribute):
            raise TransientError(f"The directory added {dn} and does not show its {uid_attribute}.")
        return self.dialect.ids.read(entry.attributes[uid_attribute][0])

    async def modify(self, dn: str, modifications: Sequence[Modification]) -> None:
        """Change an entry, all of it or nothing."""
        await self._carry_out(Request(requests.modify(dn, modifications), f"change {dn}"))

    async def delete(self, dn: str) -> None:
        """Remove an entry."""
        await self._carry_out(Request(requests.delete(dn), f"delete {dn}"))

    async def attempt(self, request: Request) -> Answer:
        """Send a request. Raises ``ResultError`` for whatever the server answers but success."""
        if request.repeatable:
            with contextlib.suppress(ConnectionLostError):
                return await self._send(await self._pool.get(), request)
        return await self._sent(await self._pool.get(), request)

    async def _carry_out(self, request: Request) -> None:
        try:
            await self.attempt(request)
        except ResultError as error:
            raise self.interpret(error.result, request.what) from None

    async def _sent(self, connection: Connection, request: Request) -> Answer:
        try:
            return await self._send(connection, request)
        except ConnectionLostError as error:
            raise TransientError(f"The directory was to {request.what}, but {error}.") from None

    async def _send(self, connection: Connection, request: Request) -> Answer:
        try:
            return await connection.call(request.operation, request.controls, patience=self.profile.access.timeout)
        except UnansweredError as error:
            raise TransientError(f"The directory was to {request.what}, but {error}.") from None

    def interpret(self, result: Result, what: str) -> ConnectorError:
        """Make the error for a request that failed; ``what`` follows "refused to" in a sentence for people."""
        return interpret(result, what, self.dialect.advice)

    def _interpret_search(self, error: ResultError, wanted: Search) -> ConnectorError:
        if error.result.code == NO_SUCH_OBJECT:
            missing = f"The directory has no entry {wanted.base}, or the service account may not see it."
            return RejectedError(missing, ProblemCode.SETTINGS_INVALID)
        return self.interpret(error.result, f"search {wanted.base}")


def _range_of(entry: Entry, attribute: str) -> tuple[str, int | None]:
    """Find the name that a range goes by, and where it ends; None for the last one."""
    begin = f"{attribute};range=".lower()
    name = next((name for name in entry.attributes if name.lower().startswith(begin)), "")
    end = name.rpartition("-")[2]
    return name, int(end) if end.isdecimal() else None
