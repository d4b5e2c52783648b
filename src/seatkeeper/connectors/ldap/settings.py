"""What an Owner fills in to connect a directory."""

import re
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator, model_validator

from seatkeeper.spi.settings import ADVANCED, ConnectorSettings

_ATTRIBUTE = r"[A-Za-z][A-Za-z0-9-]*"
_DN = re.compile(rf"{_ATTRIBUTE}=[^=]+")
_TEMPLATE = re.compile(rf"(?P<attribute>{_ATTRIBUTE})=\{{(?P<place>{_ATTRIBUTE})\}},(?P<parent>.+)")
_PORTS = {"ldap": 389, "ldaps": 636}


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


class LDAPSettings(ConnectorSettings):
    """Address, service account and the places of people and groups; the rest fits a usual OpenLDAP."""

    url: str = Field(
        title="Address",
        description="ldaps://host or ldap://host, with :port where it is not the usual one. Several, separated by"
        " spaces, are tried in this order.",
    )
    allow_plaintext: bool = Field(
        default=False,
        title="Allow unencrypted connections",
        description="ldap:// is encrypted by StartTLS, and a server that does not offer it is refused. With this"
        " on, nothing is encrypted: everybody on the way can read the password. For this machine only.",
        json_schema_extra=ADVANCED,
    )
    ca_file: str | None = Field(
        default=None,
        title="CA file",
        description="PEM file with the authorities that may sign the server's certificate. Without it, those this"
        " system trusts.",
    )
    bind_dn: str = Field(
        min_length=1, title="Service account", description="Its DN, such as cn=seatkeeper,dc=example,dc=org."
    )
    bind_password: SecretStr = Field(
        min_length=1, title="Password", description="The password of the service account."
    )
    people_base: str = Field(
        title="People", description="The DN below which accounts are, such as ou=people,dc=example,dc=org."
    )
    dn_template: str = Field(
        default="uid={uid},{people_base}",
        title="DN of a new account",
        description="The attribute in braces names the account: changing it renames the entry. {people_base}"
        " stands for the setting above; any other DN may follow in its place.",
        json_schema_extra=ADVANCED,
    )
    object_classes: tuple[str, ...] = Field(
        default=("inetOrgPerson",),
        min_length=1,
        title="Object classes of an account",
        description="Given to new accounts. By the first one accounts are recognised.",
        json_schema_extra=ADVANCED,
    )
    groups_base: str | None = Field(
        default=None,
        title="Groups",
        description="The DN below which groups are, such as ou=groups,dc=example,dc=org. Without it groups are"
        " left alone.",
    )
    group_class: str = Field(
        default="groupOfNames",
        title="Object class of a group",
        description="groupOfNames or groupOfUniqueNames, or another whose members are DNs.",
        json_schema_extra=ADVANCED,
    )
    member_attribute: str = Field(
        default="member",
        pattern=f"^{_ATTRIBUTE}$",
        title="Member attribute",
        description="member for groupOfNames, uniqueMember for groupOfUniqueNames.",
        json_schema_extra=ADVANCED,
    )
    empty_group_member: str = Field(
        default="cn=nobody",
        title="Member of an empty group",
        description="A groupOfNames must not be empty, so this DN is put into each new group and is never counted."
        " The same as olcRefintNothing, where that is set.",
        json_schema_extra=ADVANCED,
    )
    disable_attribute: str | None = Field(
        default=None,
        pattern=f"^{_ATTRIBUTE}$",
        title="Attribute that disables",
        description="pwdAccountLockedTime where the ppolicy overlay watches over sign-in; else one that the"
        " applications look at, such as employeeType or loginShell, used for nothing else. Without it accounts"
        " cannot be disabled.",
    )
    disabled_value: str = Field(
        default="000001010000Z",
        min_length=1,
        title="Value when disabled",
        description="000001010000Z is the lock of pwdAccountLockedTime that never ends.",
        json_schema_extra=ADVANCED,
    )
    enabled_value: str | None = Field(
        default=None,
        title="Value when enabled",
        description="Without it the attribute is taken away. Needed where it must not be missing, as loginShell.",
        json_schema_extra=ADVANCED,
    )
    connections: int = Field(
        default=2,
        ge=1,
        le=32,
        title="Connections",
        description="At most so many at a time, shared by all calls.",
        json_schema_extra=ADVANCED,
    )
    connect_timeout: float = Field(
        default=10.0,
        gt=0,
        le=120,
        title="Patience to connect",
        description="Seconds to connect and sign in.",
        json_schema_extra=ADVANCED,
    )
    timeout: float = Field(
        default=30.0,
        gt=0,
        le=280,
        title="Patience",
        description="Seconds to wait for an answer.",
        json_schema_extra=ADVANCED,
    )
    page_size: int = Field(
        default=500,
        ge=1,
        le=10_000,
        title="Page size",
        description="Accounts asked for at once when listing all.",
        json_schema_extra=ADVANCED,
    )
    batch_size: int = Field(
        default=500,
        ge=1,
        le=5_000,
        title="Batch size",
        description="Members changed in one call.",
        json_schema_extra=ADVANCED,
    )

    @field_validator("url")
    @classmethod
    def _check_url(cls, url: str) -> str:
        if not url.split():
            raise ValueError("an address is needed, such as ldaps://ldap.example.org")
        for each in url.split():
            _address(each, allow_plaintext=False)
        return " ".join(url.split())

    @field_validator("bind_dn", "people_base", "groups_base", "empty_group_member")
    @classmethod
    def _check_dn(cls, dn: str | None) -> str | None:
        if dn is not None and not _DN.match(dn):
            raise ValueError("a DN is needed, such as ou=people,dc=example,dc=org")
        return dn

    @field_validator("dn_template")
    @classmethod
    def _check_template(cls, template: str) -> str:
        match = _TEMPLATE.fullmatch(template)
        if match is None or match["attribute"] != match["place"] or "{" in _plain(match["parent"]):
            raise ValueError("write it like uid={uid},{people_base}: one attribute in braces, and where it goes")
        return template

    @model_validator(mode="after")
    def _check_enabled_value(self) -> "LDAPSettings":
        if self.enabled_value == self.disabled_value:
            raise ValueError("enabled_value and disabled_value must differ")
        return self

    @property
    def addresses(self) -> tuple[Address, ...]:
        """The servers, in the order they are tried."""
        return tuple(_address(each, allow_plaintext=self.allow_plaintext) for each in self.url.split())

    @property
    def naming_attribute(self) -> str:
        """The attribute that names an account in its DN."""
        return self.dn_template.partition("=")[0]

    @property
    def parent(self) -> str:
        """The DN below which new accounts are made."""
        return self.dn_template.partition(",")[2].replace("{people_base}", self.people_base)

    @property
    def person_class(self) -> str:
        """The object class that accounts are recognised by."""
        return self.object_classes[0]


def _plain(parent: str) -> str:
    return parent.replace("{people_base}", "")


def _address(url: str, *, allow_plaintext: bool) -> Address:
    parts = urlsplit(url)
    if parts.scheme not in _PORTS or not parts.hostname or parts.path.strip("/") or parts.query:
        raise ValueError("write it like ldaps://ldap.example.org or ldap://ldap.example.org:389")
    try:
        port = parts.port or _PORTS[parts.scheme]
    except ValueError:
        raise ValueError("the port after the colon is a number up to 65535") from None
    unencrypted = Encryption.NONE if allow_plaintext else Encryption.START_TLS
    return Address(parts.hostname, port, Encryption.TLS if parts.scheme == "ldaps" else unencrypted)
