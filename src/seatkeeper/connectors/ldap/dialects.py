"""What differs between kinds of directory servers, as data. All else in this package is the same for all."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, Protocol

from seatkeeper.connectors.ldap.protocol.requests import Modification, Operation
from seatkeeper.connectors.ldap.protocol.responses import Entry

NO_SUCH_ATTRIBUTE, VALUE_EXISTS = 16, 20
"""RFC 4511 §4.1.9. A value to take away is not there; a value to add is."""


@dataclass(frozen=True, slots=True)
class Identifier:
    """The attribute that is the Uid: operational, unique, and kept through every rename."""

    attribute: str
    read: Callable[[bytes], str] = bytes.decode
    write: Callable[[str], bytes | None] = str.encode
    """Gives None for what cannot be such an id, so that nobody has it."""


@dataclass(frozen=True, slots=True)
class Password:
    """The attribute a password is written to. It is never read, and never shown."""

    attribute: str
    encode: Callable[[str], bytes] = str.encode
    generate: Callable[[], str] | None = None
    """Makes one for a new account that is given none, where the server wants one."""


class Disabling(Protocol):
    """How an account is kept from being signed in with."""

    @property
    def attribute(self) -> str:
        """The attribute that says so."""
        ...

    def initial(self) -> str | None:
        """Give its value for a new account; None where it has none."""
        ...

    def is_active(self, entry: Entry) -> bool | None:
        """Say whether the account can be signed in with; None where the entry does not show it."""
        ...

    def switch(self, entry: Entry, *, active: bool) -> Modification | None:
        """Say what to change; None where the entry does not show what would have to be kept."""
        ...


@dataclass(frozen=True, slots=True)
class ByValue:
    """One value means disabled; another one, or none, means that the person is back."""

    attribute: str
    disabled: str
    enabled: str | None = None

    def initial(self) -> str | None:
        """Give the value of those who may sign in."""
        return self.enabled

    def is_active(self, entry: Entry) -> bool | None:
        """Anything but the one value is active."""
        return self.disabled.encode() not in entry.attributes.get(self.attribute, ())

    def switch(self, entry: Entry, *, active: bool) -> Modification | None:
        """Replace whatever is there."""
        del entry
        value = self.enabled if active else self.disabled
        return Modification(Operation.REPLACE, self.attribute, () if value is None else (value.encode(),))


@dataclass(frozen=True, slots=True)
class ByFlag:
    """One bit of a number means disabled; all others are left as they are."""

    attribute: str
    bit: int
    usual: int
    """The number of a new account."""

    def initial(self) -> str | None:
        """Give the number of those who may sign in."""
        return str(self.usual)

    def is_active(self, entry: Entry) -> bool | None:
        """Look at the bit."""
        flags = self._flags(entry)
        return None if flags is None else not flags & self.bit

    def switch(self, entry: Entry, *, active: bool) -> Modification | None:
        """Change the bit of the number that is there."""
        flags = self._flags(entry)
        if flags is None:
            return None
        changed = flags & ~self.bit if active else flags | self.bit
        return Modification(Operation.REPLACE, self.attribute, (str(changed).encode(),))

    def _flags(self, entry: Entry) -> int | None:
        values = entry.attributes.get(self.attribute, ())
        return int(values[0]) if values else None


@dataclass(frozen=True, slots=True)
class Advice:
    """What a refusal means in plain words, and what to do about it."""

    meaning: str
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Dialect:
    """One kind of server."""

    name: str
    ids: Identifier
    dn_attribute: str
    """An entry's own DN, which can be searched for."""
    password: Password
    names_without_case: frozenset[str]
    """Attributes that say who somebody is, and that the server compares without case."""
    duplicate_marks: tuple[str, ...]
    """What the server says, in small letters, when a value must be unique and is not."""
    disabling: Disabling | None = None
    """How it is done unless the settings say otherwise; None where the server knows nothing of it."""
    groups_hold_somebody: bool = False
    """A group must not be empty."""
    tells_duplicates: bool = False
    """It says so each time. Where it may say nothing of the kind, the name is looked for."""
    unread: frozenset[str] = frozenset()
    """Attributes that are binary, or very long, or that the server alone writes, and so are never shown."""
    members_kept_back: bool = False
    """It gives the values of a long attribute only by ranges."""
    member_there: frozenset[int] = frozenset({VALUE_EXISTS})
    """Result codes for a member to add who is one."""
    member_missing: frozenset[int] = frozenset({NO_SUCH_ATTRIBUTE})
    """Result codes for a member to take away who is none."""
    rules: Mapping[str, Callable[[str], str]] = field(default_factory=dict)
    """By attribute: says what is wrong with a value, before the server is asked; nothing where it is fine."""
    advice: Mapping[str, Advice] = field(default_factory=dict)
    """By what the server says of a refused change, in small letters."""
    sign_in_advice: Mapping[str, Advice] = field(default_factory=dict)
    """By what it says of a refused sign-in, in small letters."""


OPENLDAP: Final = Dialect(
    name="OpenLDAP",
    ids=Identifier("entryUUID"),
    dn_attribute="entryDN",
    password=Password("userPassword"),
    names_without_case=frozenset({"uid", "mail"}),
    duplicate_marks=("non-unique", "not unique"),
    groups_hold_somebody=True,
)
"""OpenLDAP 2.4 and later. The marks are what the ``unique`` overlay says."""

DIRECTORY_SERVER: Final = Dialect(
    name="389 Directory Server",
    ids=Identifier("nsUniqueId"),
    dn_attribute="entrydn",
    password=Password("userPassword"),
    names_without_case=frozenset({"uid", "mail"}),
    duplicate_marks=("another entry with the same attribute value",),
    disabling=ByValue("nsAccountLock", "true"),
)
"""389 Directory Server, and what is built on it. The mark is what its Attribute Uniqueness plug-in says."""
