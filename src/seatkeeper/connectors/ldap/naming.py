"""Names of entries: making new ones, changing them, and telling a taken name from another refusal."""

from collections.abc import Mapping, Sequence

from seatkeeper.connectors.ldap.directory import Directory, Request
from seatkeeper.connectors.ldap.places import Places
from seatkeeper.connectors.ldap.protocol import requests
from seatkeeper.connectors.ldap.protocol.connections import ResultError
from seatkeeper.connectors.ldap.protocol.filters import equals
from seatkeeper.connectors.ldap.protocol.names import split, write_rdn
from seatkeeper.connectors.ldap.protocol.responses import Result
from seatkeeper.connectors.ldap.refusals import CONSTRAINT, ENTRY_EXISTS, describe, interpret
from seatkeeper.core.ids import Uid
from seatkeeper.spi.errors import AccountExistsError, ConnectorError


class Naming:
    """The names of the entries of one kind, which one attribute gives them."""

    def __init__(self, directory: Directory, places: Places, attribute: str) -> None:
        self._directory = directory
        self._places = places
        self._attribute = attribute

    async def add(self, name: str, parent: str, attributes: Mapping[str, Sequence[bytes]]) -> Uid:
        """Make an entry of that name. Raises ``AccountExistsError`` when the name is taken."""
        dn = f"{write_rdn(((self._attribute, name),))},{parent}"
        try:
            uid = Uid(await self._directory.add(dn, attributes))
        except ResultError as error:
            raise await self._refusal(error.result, name, f"add {dn}") from None
        self._places.remember(uid, dn)
        return uid

    def names(self, dn: str) -> bool:
        """Say whether the attribute is part of that DN; an entry that others made may be named by another."""
        return self._attribute.lower() in dict(split(dn)[0])

    async def rename(self, uid: Uid, dn: str, name: str) -> str:
        """Give an entry another name and return its new DN. Raises ``AccountExistsError`` when it is taken.

        Other attributes in the relative name, and its place, stay as they are.
        """
        rdn, parent = split(dn)
        attribute = self._attribute.lower()
        changed = write_rdn(tuple((each, name if each == attribute else value) for each, value in rdn))
        if changed == write_rdn(rdn):
            return dn
        try:
            await self._directory.attempt(Request(requests.rename(dn, changed), f"rename {dn}"))
        except ResultError as error:
            raise await self._refusal(error.result, name, f"rename {dn} to {changed}") from None
        renamed = f"{changed},{parent}"
        self._places.remember(uid, renamed)
        return renamed

    async def _refusal(self, result: Result, name: str, what: str) -> ConnectorError:
        if result.code == CONSTRAINT and await self._is_taken(result, name):
            return AccountExistsError(f"The directory refused to {what}: {describe(result)}.")
        if result.code == ENTRY_EXISTS:
            return AccountExistsError(f"The directory refused to {what}: there is one already.")
        return interpret(result, what)

    async def _is_taken(self, result: Result, name: str) -> bool:
        # A server that minds unique values answers like one that minds any other rule: with its own words for it.
        if any(mark in result.text.lower() for mark in self._directory.dialect.duplicate_marks):
            return True
        return bool(await self._places.matching(equals(self._attribute, name)))
