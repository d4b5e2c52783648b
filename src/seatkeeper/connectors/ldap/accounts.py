"""Accounts: entries of one object class below one base."""

from collections.abc import AsyncIterator, Sequence

from seatkeeper.connectors.ldap.directory import Directory
from seatkeeper.connectors.ldap.entries import (
    decode_attributes,
    encode_attributes,
    has_value,
    name_of,
    replacing,
)
from seatkeeper.connectors.ldap.naming import Naming
from seatkeeper.connectors.ldap.places import Places
from seatkeeper.connectors.ldap.protocol.filters import equals
from seatkeeper.connectors.ldap.protocol.responses import Entry
from seatkeeper.connectors.ldap.stages import list_stages
from seatkeeper.core.accounts import Abilities, SeenAccount
from seatkeeper.core.ids import Uid
from seatkeeper.core.problems import ProblemCode
from seatkeeper.core.values import Attributes, AttributeValue
from seatkeeper.spi.connector import Stage
from seatkeeper.spi.errors import RejectedError

_ALL = "*"


class Accounts:
    """A session that reads, lists, makes, changes and removes accounts (``spi.connector``)."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory
        self._settings = directory.settings
        self._name = directory.settings.naming_attribute
        self._people = Places(directory, directory.settings.people_base, directory.settings.person_class)
        self._naming = Naming(directory, self._people, self._name)
        self._disabling = directory.settings.disable_attribute
        extra = (self._disabling,) if self._disabling is not None else ()
        self._read = (_ALL, *extra)
        self._hidden = directory.dialect.password_attributes | {directory.dialect.uid_attribute}
        self._abilities = Abilities(
            name_attribute=self._name,
            disables=self._disabling is not None,
            groups=directory.settings.groups_base is not None,
            write_only=directory.dialect.password_attributes,
            ignores_case=directory.dialect.names_without_case | {self._name},
        )

    @property
    def abilities(self) -> Abilities:
        """What a directory can do, with these settings."""
        return self._abilities

    def stages(self) -> Sequence[Stage]:
        """List what has to hold of a directory."""
        return list_stages(self._directory)

    async def read_account(self, uid: Uid) -> SeenAccount | None:
        """Read one account."""
        entry = await self._people.find(uid, *self._read)
        return None if entry is None else self._seen(entry)

    async def find_accounts(self, attribute: str, value: str) -> Sequence[SeenAccount]:
        """Find accounts by the value of one attribute, compared again on our side."""
        found = await self._people.matching(equals(attribute, value), *self._read)
        ignores_case = attribute in self.abilities.ignores_case
        return [
            self._seen(entry) for entry in found if has_value(entry, attribute, value, ignores_case=ignores_case)
        ]

    async def list_accounts(self) -> AsyncIterator[SeenAccount]:
        """List all accounts."""
        async for entry in self._people.every(*self._read):
            yield self._seen(entry)

    async def create_account(self, attributes: Attributes) -> Uid:
        """Add an entry below the place the settings name."""
        name = attributes.get(self._name)
        if not isinstance(name, str) or not name:
            raise RejectedError(f"An account needs {self._name}, which names it.", ProblemCode.REQUIRED_MISSING)
        given: dict[str, AttributeValue | None] = {"objectClass": self._settings.object_classes, **attributes}
        if self._disabling is not None and self._settings.enabled_value is not None:
            given[self._disabling] = self._settings.enabled_value
        return await self._naming.add(name, self._settings.parent, encode_attributes(given))

    async def update_account(self, uid: Uid, changes: Attributes) -> None:
        """Rename the entry where its name changes, then replace just the values of what else changes."""
        dn = (await self._people.get(uid)).dn
        rest = dict(changes)
        name = rest.get(self._name)
        if isinstance(name, str) and self._naming.names(dn):
            dn = await self._naming.rename(uid, dn, name)
            del rest[self._name]
        if rest:
            await self._directory.modify(dn, [replacing(each, value) for each, value in rest.items()])

    async def delete_account(self, uid: Uid) -> None:
        """Remove the entry."""
        await self._directory.delete((await self._people.get(uid)).dn)

    def _seen(self, entry: Entry) -> SeenAccount:
        attributes = decode_attributes(entry, self._hidden)
        name = name_of(entry, self._name)
        if name:
            attributes[self._name] = name  # other values of it are aliases, which stay as they are
        return SeenAccount(self._people.uid_of(entry), name, self._is_active(entry), attributes)

    def _is_active(self, entry: Entry) -> bool | None:
        if self._disabling is None:
            return None
        return self._settings.disabled_value.encode() not in entry.attributes.get(self._disabling, ())


class Switching(Accounts):
    """Accounts that can be disabled, because the settings say by which attribute."""

    async def set_active(self, uid: Uid, *, active: bool) -> None:
        """Set the attribute, or take it away."""
        assert self._disabling is not None
        value = self._settings.enabled_value if active else self._settings.disabled_value
        await self._directory.modify((await self._people.get(uid)).dn, [replacing(self._disabling, value)])
