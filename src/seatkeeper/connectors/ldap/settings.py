"""What an Owner fills in to connect OpenLDAP, or a directory like it."""

from typing import Literal

from pydantic import Field, field_validator, model_validator

from seatkeeper.connectors.ldap.dialects import DIRECTORY_SERVER, OPENLDAP, ByValue, Disabling
from seatkeeper.connectors.ldap.fields import (
    ATTRIBUTE,
    DN,
    URL,
    BatchSize,
    BindPassword,
    CAFile,
    Connections,
    ConnectTimeout,
    PageSize,
    Template,
    Timeout,
    parse_address,
    split_template,
)
from seatkeeper.connectors.ldap.profiles import Access, Groups, People, Profile
from seatkeeper.connectors.ldap.protocol.filters import equals
from seatkeeper.spi.settings import ADVANCED, ConnectorSettings

_DIALECTS = {dialect.name: dialect for dialect in (OPENLDAP, DIRECTORY_SERVER)}


class LDAPSettings(ConnectorSettings):
    """Address, service account and the places of people and groups; the rest fits a usual OpenLDAP."""

    directory: Literal["OpenLDAP", "389 Directory Server"] = Field(
        default="OpenLDAP",
        title="Kind of directory",
        description="What server it is. For Active Directory there is a connector of its own.",
    )
    url: URL = Field(
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
    ca_file: CAFile = None
    bind_dn: DN = Field(
        min_length=1, title="Service account", description="Its DN, such as cn=seatkeeper,dc=example,dc=org."
    )
    bind_password: BindPassword
    people_base: DN = Field(
        title="People", description="The DN below which accounts are, such as ou=people,dc=example,dc=org."
    )
    dn_template: Template = Field(
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
    groups_base: DN | None = Field(
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
        pattern=f"^{ATTRIBUTE}$",
        title="Member attribute",
        description="member for groupOfNames, uniqueMember for groupOfUniqueNames.",
        json_schema_extra=ADVANCED,
    )
    empty_group_member: DN = Field(
        default="cn=nobody",
        title="Member of an empty group",
        description="In OpenLDAP a groupOfNames must not be empty, so this DN is put into each new group and is"
        " never counted. The same as olcRefintNothing, where that is set.",
        json_schema_extra=ADVANCED,
    )
    disable_attribute: str | None = Field(
        default=None,
        pattern=f"^{ATTRIBUTE}$",
        title="Attribute that disables",
        description="In OpenLDAP pwdAccountLockedTime where the ppolicy overlay watches over sign-in; else one"
        " that the applications look at, such as employeeType or loginShell, used for nothing else. Without it"
        " accounts cannot be disabled, but in 389 Directory Server, where it is nsAccountLock.",
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
    connections: Connections = 2
    connect_timeout: ConnectTimeout = 10.0
    timeout: Timeout = 30.0
    page_size: PageSize = 500
    batch_size: BatchSize = 500

    @field_validator("dn_template")
    @classmethod
    def _check_template(cls, template: str) -> str:
        attribute, place, _ = split_template(template, "")
        if attribute != place:
            raise ValueError("write it like uid={uid},{people_base}: the same attribute twice, and where it goes")
        return template

    @model_validator(mode="after")
    def _check_enabled_value(self) -> "LDAPSettings":
        if self.enabled_value == self.disabled_value:
            raise ValueError("enabled_value and disabled_value must differ")
        return self

    def profile(self) -> Profile:
        """Put together what a session works with."""
        return Profile(
            dialect=_DIALECTS[self.directory],
            access=self._access(),
            people=self._people(),
            groups=self._groups(),
            page_size=self.page_size,
            batch_size=self.batch_size,
        )

    def _access(self) -> Access:
        addresses = (parse_address(url, allow_plaintext=self.allow_plaintext) for url in self.url.split())
        return Access(
            addresses=tuple(addresses),
            ca_file=self.ca_file,
            account=self.bind_dn,
            password=self.bind_password,
            connections=self.connections,
            connect_timeout=self.connect_timeout,
            timeout=self.timeout,
        )

    def _people(self) -> People:
        attribute, place, parent = split_template(self.dn_template, self.people_base)
        return People(
            base=self.people_base,
            kind=equals("objectClass", self.object_classes[0]),
            parent=parent,
            rdn=attribute,
            named_by=place,
            name=attribute,
            given={"objectClass": self.object_classes},
            disabling=self._disabling(),
        )

    def _groups(self) -> Groups | None:
        if self.groups_base is None:
            return None
        return Groups(
            base=self.groups_base,
            kind=equals("objectClass", self.group_class),
            given={"objectClass": self.group_class},
            member=self.member_attribute,
            nobody=self.empty_group_member if _DIALECTS[self.directory].groups_hold_somebody else None,
        )

    def _disabling(self) -> Disabling | None:
        if self.disable_attribute is not None:
            return ByValue(self.disable_attribute, self.disabled_value, self.enabled_value)
        return _DIALECTS[self.directory].disabling
