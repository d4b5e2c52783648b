"""Names of entries: making new ones, changing them, and telling a taken name from another refusal."""

from collections.abc import Mapping, Sequence

from seatkeeper.connectors.ldap.directory import Directory, Request
from seatkeeper.connectors.ldap.places import Places
from seatkeeper.connectors.ldap.protocol import requests
from seatkeeper.connectors.ldap.protocol.connections import ResultError
from seatkeeper.connectors.ldap.protocol.filters import equals
from seatkeeper.connectors.ldap.protocol.names import key, split, write_rdn
from seatkeeper.connectors.ldap.protocol.requests import Modification
from seatkeeper.connectors.ldap.protocol.responses import Result
from seatkeeper.connectors.ldap.refusals import CONSTRAINT, ENTRY_EXISTS, NO_SUCH_OBJECT, describe
from seatkeeper.core.ids import Uid
from seatkeeper.core.problems import ProblemCode
from seatkeeper.spi.errors import AccountExistsError, ConnectorError, RejectedError


class Naming:
    """The names of the entries of one kind, which one attribute gives them.

    Where several names are given, an entry gets the first that is free at its place.
    """

    def __init__(self, directory: Directory, places: Places, attribute: str) -> None:
        self._directory = directory
        self._places = places
        self._attribute = attribute

    async def add(self, names: Sequence[str], parent: str, attributes: Mapping[str, Sequence[bytes]]) -> Uid:
        """Make an entry. Raises ``AccountExistsError`` when a name is taken."""
        for name in names:
            dn = f"{write_rdn(((self._attribute, name),))},{parent}"
            try:
                uid = Uid(await self._directory.add(dn, attributes))
            except ResultError as error:
                if self._may_give_way(error.result, name, names):
                    continue
                if error.result.code == NO_SUCH_OBJECT:
                    raise _no_place(parent) from None
                raise await self._refusal(error.result, name, f"add {dn}") from None
            self._places.remember(uid, dn)
            return uid
        raise AssertionError("an entry was given no name")

    def names(self, dn: str) -> bool:
        """Say whether the attribute is part of that DN; an entry that others made may be named by another."""
        return self._attribute.lower() in dict(split(dn)[0])

    async def move(self, uid: Uid, dn: str, names: Sequence[str], parent: str | None = None) -> str:
        """Give an entry another name, another place, or both, and return its new DN.

        Without names it keeps its own, and without a parent its place; other attributes in the relative name stay.
        Raises ``AccountExistsError`` when the name is taken there.
        """
        rdn, old_parent = split(dn)
        changed = [self._renamed(dn, name) for name in names] or [write_rdn(rdn)]
        superior = parent if parent is not None and key(parent) != key(old_parent) else None
        if superior is None and write_rdn(rdn) in changed:
            return dn
        for name, each in zip(names or [""], changed, strict=True):
            try:
                await self._directory.attempt(Request(requests.rename(dn, each, superior), f"rename {dn}"))
            except ResultError as error:
                if self._may_give_way(error.result, name, names):
                    continue
                if superior is not None and await self._directory.read(superior, ("1.1",)) is None:
                    raise _no_place(superior) from None  # servers have several codes for this
                there = f"{each},{superior}" if superior is not None else each
                raise await self._refusal(error.result, name, f"rename {dn} to {there}") from None
            moved = f"{each},{superior or old_parent}"
            self._places.remember(uid, moved)
            return moved
        raise AssertionError("an entry was given no name")

    async def modify(self, dn: str, modifications: Sequence[Modification]) -> None:
        """Change an entry. Raises ``AccountExistsError`` when one of the values must be unique and is not."""
        what = f"change {dn}"
        try:
            await self._directory.attempt(Request(requests.modify(dn, modifications), what))
        except ResultError as error:
            if self._is_duplicate(error.result):
                raise AccountExistsError(_refused(error.result, what)) from None
            raise self._directory.interpret(error.result, what) from None

    def _renamed(self, dn: str, name: str) -> str:
        attribute = self._attribute.lower()
        return write_rdn(tuple((each, name if each == attribute else value) for each, value in split(dn)[0]))

    def _may_give_way(self, result: Result, name: str, names: Sequence[str]) -> bool:
        has_another = bool(names) and name != names[-1]
        return has_another and result.code == ENTRY_EXISTS and not self._is_duplicate(result)

    async def _refusal(self, result: Result, name: str, what: str) -> ConnectorError:
        if self._is_duplicate(result) or (result.code == CONSTRAINT and await self._is_taken(name)):
            return AccountExistsError(_refused(result, what))
        if result.code == ENTRY_EXISTS:
            return AccountExistsError(f"The directory refused to {what}: there is one already.")
        return self._directory.interpret(result, what)

    def _is_duplicate(self, result: Result) -> bool:
        # A server that minds unique values answers like one that minds any other rule: with its own words for it.
        if result.code not in {CONSTRAINT, ENTRY_EXISTS}:
            return False
        text = result.text.lower()
        return any(mark in text for mark in self._directory.dialect.duplicate_marks)

    async def _is_taken(self, name: str) -> bool:
        if self._directory.dialect.tells_duplicates or not name:
            return False
        return bool(await self._places.matching(equals(self._attribute, name)))


def _refused(result: Result, what: str) -> str:
    return f"The directory refused to {what}: {describe(result)}."


def _no_place(parent: str) -> ConnectorError:
    missing = f"The directory has no entry {parent} to put an entry below, or the service account may not see it."
    remedy = "Make that organizational unit, or map the person to another one."
    return RejectedError(f"{missing} {remedy}", ProblemCode.REJECTED_VALUE, remedy=remedy)
