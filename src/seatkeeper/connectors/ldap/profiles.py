"""One directory as a session works with it: what its kind of server does, and what its settings chose."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from pydantic import SecretStr

from seatkeeper.connectors.ldap.dialects import Dialect, Disabling
from seatkeeper.connectors.ldap.protocol.filters import Filter
from seatkeeper.core.values import AttributeValue


class Encryption(StrEnum):
    """How a connection is kept from being read and changed on its way."""

    NONE = "none"
    START_TLS = "StartTLS"
    TLS = "TLS"


@dataclass(frozen=True, slots=True)
class Address:
    """One server."""

    host: str
    port: int
    encryption: Encryption

    def __str__(self) -> str:
        scheme = "ldaps" if self.encryption is Encryption.TLS else "ldap"
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{scheme}://{host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Access:
    """How to get in."""

    addresses: tuple[Address, ...]
    """In the order they are tried."""
    ca_file: str | None
    account: str
    password: SecretStr
    connections: int
    connect_timeout: float
    timeout: float


@dataclass(frozen=True, slots=True)
class People:
    """Which entries are accounts, and what a new one is made of."""

    base: str
    kind: Filter
    parent: str
    """The DN below which new ones are made."""
    rdn: str
    """The attribute in their DN."""
    named_by: str
    """The attribute whose value that is."""
    name: str
    """The attribute people sign in with: the Name."""
    given: Mapping[str, AttributeValue]
    """What each new one gets."""
    disabling: Disabling | None

    @property
    def is_derived(self) -> bool:
        """The name in the DN is made from another attribute, so that it may give way where it is taken."""
        return self.named_by.lower() != self.rdn.lower()


@dataclass(frozen=True, slots=True)
class Groups:
    """Which entries are groups, and what a new one is made of."""

    base: str
    kind: Filter
    given: Mapping[str, AttributeValue]
    member: str
    nobody: str | None
    """The DN that keeps one from being empty, where it must not be."""
    also_named: Mapping[str, Callable[[str], str]] = field(default_factory=dict)
    """Other attributes that hold the name, and how they spell it."""


@dataclass(frozen=True, slots=True)
class Profile:
    """Everything about one directory."""

    dialect: Dialect
    access: Access
    people: People
    groups: Groups | None
    page_size: int
    batch_size: int
