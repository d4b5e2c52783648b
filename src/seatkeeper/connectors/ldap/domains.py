"""What an Owner fills in to connect a domain of Active Directory."""

from typing import Literal

from pydantic import Field, field_validator

from seatkeeper.connectors.ldap.active_directory import ACTIVE_DIRECTORY, to_group_name
from seatkeeper.connectors.ldap.fields import (
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
from seatkeeper.connectors.ldap.protocol.filters import Filter, all_of, equals, unless
from seatkeeper.core.values import AttributeValue
from seatkeeper.spi.settings import ADVANCED, ConnectorSettings

_GLOBAL_SECURITY_GROUP = -0x7FFFFFFE
"""``groupType``: GLOBAL 0x2 and SECURITY_ENABLED 0x80000000 as a signed number ([MS-ADTS] §2.2.12)."""
_NOT_BUILT_IN = unless(equals("isCriticalSystemObject", "TRUE"))
"""Administrator, krbtgt, Domain Admins and their like are never seen, and so never changed."""


class ADSettings(ConnectorSettings):
    """Domain controllers, service account and organizational units. Every connection is encrypted."""

    url: URL = Field(
        title="Domain controller",
        description="ldaps://dc1.ad.example.org, or ldap:// for StartTLS; nothing is sent unencrypted. More of"
        " them, separated by spaces, stand in when it is away. Name one rather than the domain: what one has been"
        " told, the others learn a little later.",
    )
    ca_file: CAFile = None
    service_account: str = Field(
        min_length=1,
        title="Service account",
        description="Its user principal name, such as seatkeeper@ad.example.org; or DOMAIN\\name, or its DN.",
    )
    bind_password: BindPassword
    people_base: DN = Field(
        title="People",
        description="The organizational unit whose users are managed, with those below it, such as"
        " OU=Staff,DC=ad,DC=example,DC=org.",
    )
    groups_base: DN | None = Field(
        default=None,
        title="Groups",
        description="The organizational unit whose groups are managed, such as OU=Groups,DC=ad,DC=example,DC=org."
        " Without it groups are left alone.",
    )
    must_change_password: bool = Field(
        default=True,
        title="Change the password at first sign-in",
        description="A new account gets a password that nobody knows, unless one is mapped to unicodePwd. With"
        " this on, whoever gets a password for it has to change it at once.",
    )
    name_attribute: Literal["sAMAccountName", "userPrincipalName"] = Field(
        default="sAMAccountName",
        title="Sign-in name",
        description="The attribute that is the account's name.",
        json_schema_extra=ADVANCED,
    )
    dn_template: Template = Field(
        default="CN={displayName},{people_base}",
        title="DN of a new account",
        description="The attribute in braces names the entry, and renames it when it changes. Where that name is"
        " taken, the sign-in name follows it in brackets; with CN={cn} it is used as it is. {people_base} stands"
        " for the setting above; any other DN may follow in its place.",
        json_schema_extra=ADVANCED,
    )
    connections: Connections = 2
    connect_timeout: ConnectTimeout = 10.0
    timeout: Timeout = 30.0
    page_size: PageSize = 500
    batch_size: BatchSize = 500

    @field_validator("service_account")
    @classmethod
    def _check_account(cls, account: str) -> str:
        if not any(mark in account for mark in "@\\="):
            raise ValueError("write it like seatkeeper@ad.example.org, DOMAIN\\seatkeeper, or as a DN")
        return account

    def profile(self) -> Profile:
        """Put together what a session works with."""
        return Profile(
            dialect=ACTIVE_DIRECTORY,
            access=self._access(),
            people=self._people(),
            groups=self._groups(),
            page_size=self.page_size,
            batch_size=self.batch_size,
        )

    def _access(self) -> Access:
        return Access(
            addresses=tuple(parse_address(url) for url in self.url.split()),
            ca_file=self.ca_file,
            account=self.service_account,
            password=self.bind_password,
            connections=self.connections,
            connect_timeout=self.connect_timeout,
            timeout=self.timeout,
        )

    def _people(self) -> People:
        attribute, place, parent = split_template(self.dn_template, self.people_base)
        changed = {"pwdLastSet": "0"} if self.must_change_password else {}
        given: dict[str, AttributeValue] = {"objectClass": "user", **changed}
        return People(
            base=self.people_base,
            kind=_kind(equals("objectCategory", "person"), equals("objectClass", "user")),
            parent=parent,
            rdn=attribute,
            named_by=place,
            name=self.name_attribute,
            given=given,
            disabling=ACTIVE_DIRECTORY.disabling,
        )

    def _groups(self) -> Groups | None:
        if self.groups_base is None:
            return None
        return Groups(
            base=self.groups_base,
            kind=_kind(equals("objectClass", "group")),
            given={"objectClass": "group", "groupType": _GLOBAL_SECURITY_GROUP},
            member="member",
            nobody=None,
            also_named={"sAMAccountName": to_group_name},
        )


def _kind(*conditions: Filter) -> Filter:
    # A computer has the class user, too, and another category.
    return all_of(*conditions, _NOT_BUILT_IN)
