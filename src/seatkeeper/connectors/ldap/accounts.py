"""Accounts: entries of one kind below one base."""

from collections.abc import AsyncIterator, Mapping, Sequence

from seatkeeper.connectors.ldap.directory import Directory
from seatkeeper.connectors.ldap.entries import (
    decode_attributes,
    encode_attributes,
    encode_values,
    has_value,
    name_of,
)
from seatkeeper.connectors.ldap.naming import Naming
from seatkeeper.connectors.ldap.places import Places
from seatkeeper.connectors.ldap.protocol.filters import equals
from seatkeeper.connectors.ldap.protocol.names import split
from seatkeeper.connectors.ldap.protocol.requests import Modification, Operation
from seatkeeper.connectors.ldap.protocol.responses import Entry
from seatkeeper.connectors.ldap.stages import list_stages
from seatkeeper.connectors.ldap.units import ATTRIBUTE as UNIT
from seatkeeper.connectors.ldap.units import Units
from seatkeeper.core.accounts import Abilities, SeenAccount
from seatkeeper.core.ids import Uid
from seatkeeper.core.problems import ProblemCode
from seatkeeper.core.values import Attributes, AttributeValue
from seatkeeper.spi.connector import Stage
from seatkeeper.spi.errors import RejectedError

_ALL = "*"
_LONGEST_CN = 64
"""The upper bound of X.520 for a common name, and what Active Directory takes."""


class Accounts:
    """A session that reads, lists, makes, changes and removes accounts (``spi.connector``)."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory
        self._kind = people = directory.profile.people
        self._dialect = dialect = directory.dialect
        self._people = Places(directory, people.base, people.kind)
        self._naming = Naming(directory, self._people, people.rdn)
        self._units = Units(people.parent)
        self._disabling = people.disabling
        self._read = (_ALL,) if people.disabling is None else (_ALL, people.disabling.attribute)
        self._derived = frozenset({people.rdn.lower()} if people.is_derived else ())
        self._hidden = (
            frozenset({dialect.password.attribute, dialect.ids.attribute}) | dialect.unread | self._derived
        )
        self._abilities = Abilities(
            name_attribute=people.name,
            requires=frozenset({people.name, people.named_by}),
            disables=people.disabling is not None,
            groups=directory.profile.groups is not None,
            write_only=frozenset({dialect.password.attribute}),
            ignores_case=dialect.names_without_case | {people.name, UNIT},
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
        if attribute == UNIT:
            return [
                self._seen(each) for each in await self._people.children(self._units.dn_of(value), *self._read)
            ]
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
        """Add an entry in its organizational unit, or below the place the settings name."""
        self._check(attributes)
        named_by, name = self._kind.named_by, attributes.get(self._kind.name)
        named = attributes.get(named_by)
        for attribute, value in ((self._kind.name, name), (named_by, named)):
            if not isinstance(value, str) or not value:
                raise RejectedError(f"An account needs {attribute}, which names it.", ProblemCode.REQUIRED_MISSING)
        names = self._entry_names(str(named), str(name))
        return await self._naming.add(names, self._parent(attributes.get(UNIT)), self._encoded(attributes))

    async def update_account(self, uid: Uid, changes: Attributes) -> None:
        """Rename or move the entry where that changes, then replace just the values of what else changes."""
        self._check(changes)
        entry = await self._people.get(uid, self._kind.name)
        rest, dn = dict(changes), entry.dn
        parent = self._parent(rest.pop(UNIT)) if UNIT in rest else None
        named = rest.get(self._kind.named_by)
        names: Sequence[str] = ()
        if isinstance(named, str) and named and self._naming.names(dn):
            name = changes.get(self._kind.name) or name_of(entry, self._kind.name)
            names = self._entry_names(named, str(name))
            if not self._kind.is_derived:
                del rest[self._kind.named_by]
        if names or parent is not None:
            dn = await self._naming.move(uid, dn, names, parent)
        if rest:
            await self._naming.modify(dn, [self._replacing(each, value) for each, value in rest.items()])

    async def delete_account(self, uid: Uid) -> None:
        """Remove the entry."""
        await self._directory.delete((await self._people.get(uid)).dn)

    def _check(self, attributes: Attributes) -> None:
        for attribute in attributes:
            if attribute.lower() in self._derived:
                told = f"{attribute} is made of {self._kind.named_by}, so it cannot be mapped. To map it, write"
                remedy = f"{told} {{{attribute}}} in the setting 'DN of a new account'."
                raise RejectedError(remedy, ProblemCode.SETTINGS_INVALID)
        self._keep_rules(attributes)

    def _keep_rules(self, attributes: Attributes) -> None:
        for attribute, rule in self._dialect.rules.items():
            value = attributes.get(attribute)
            fault = rule(str(value)) if value is not None and value != "" else ""
            if fault:
                raise RejectedError(f"{attribute} {value!r} {fault}.", ProblemCode.REJECTED_VALUE)

    def _entry_names(self, named: str, name: str) -> Sequence[str]:
        """Name the entry; one whose name is derived has another to give way to."""
        if not self._kind.is_derived:
            return (named,)
        suffix = f" ({name})"
        return (named[:_LONGEST_CN].rstrip(), named[: max(0, _LONGEST_CN - len(suffix))].rstrip() + suffix)

    def _parent(self, unit: AttributeValue | None) -> str:
        return self._units.dn_of("" if unit is None else str(unit))

    def _encoded(self, attributes: Attributes) -> Mapping[str, Sequence[bytes]]:
        given: dict[str, AttributeValue | None] = dict(self._kind.given)
        if self._disabling is not None:
            given[self._disabling.attribute] = self._disabling.initial()
        password = self._dialect.password
        if password.generate is not None:
            given[password.attribute] = password.generate()
        given |= {name: value for name, value in attributes.items() if name != UNIT}
        encoded = encode_attributes(given)
        if password.attribute in encoded:
            encoded[password.attribute] = self._values(password.attribute, given[password.attribute])
        return encoded

    def _replacing(self, attribute: str, value: AttributeValue | None) -> Modification:
        return Modification(Operation.REPLACE, attribute, self._values(attribute, value))

    def _values(self, attribute: str, value: AttributeValue | None) -> Sequence[bytes]:
        if attribute == self._dialect.password.attribute and isinstance(value, str) and value:
            return (self._dialect.password.encode(value),)
        return encode_values(value)

    def _seen(self, entry: Entry) -> SeenAccount:
        attributes = decode_attributes(entry, self._hidden)
        name = name_of(entry, self._kind.name)
        if name:
            attributes[self._kind.name] = name  # other values of it are aliases, which stay as they are
        unit = self._units.path_of(split(entry.dn)[1])
        if unit:
            attributes[UNIT] = unit
        active = None if self._disabling is None else self._disabling.is_active(entry)
        return SeenAccount(self._people.uid_of(entry), name, active, attributes)


class Switching(Accounts):
    """Accounts that can be disabled, because the directory or the settings say how."""

    async def set_active(self, uid: Uid, *, active: bool) -> None:
        """Change what disables, and nothing else."""
        assert self._disabling is not None
        entry = await self._people.get(uid, self._disabling.attribute)
        change = self._disabling.switch(entry, active=active)
        if change is None:
            hidden = f"The service account may not read {self._disabling.attribute} of {entry.dn}."
            raise RejectedError(hidden, ProblemCode.PERMISSION_MISSING)
        await self._directory.modify(entry.dn, [change])
