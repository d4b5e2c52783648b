"""The SCIM resources Seatkeeper serves, as scim2-models classes that take what real IdPs send.

Written here, and not taken from scim2-models, because its User refuses ``z@z`` as an address, a random word as
``profileUrl`` and a manager without ``$ref``, all of which Microsoft's validator sends. Values are kept as sent.
"""

from typing import Annotated, Any, Union

from pydantic import Field, GetCoreSchemaHandler
from pydantic_core import core_schema
from scim2_models import (
    URN,
    AnyExtension,
    CaseExact,
    ComplexAttribute,
    Extension,
    External,
    Mutability,
    Reference,
    Required,
    Resource,
    Returned,
    Uniqueness,
)

USER = URN("urn:ietf:params:scim:schemas:core:2.0:User")
GROUP = URN("urn:ietf:params:scim:schemas:core:2.0:Group")
ENTERPRISE_USER = URN("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User")

_ReadOnly = Annotated[str | None, Mutability.read_only]


class Link(Reference[External]):
    """A URL published as a reference and not checked to be one."""

    @classmethod
    def __get_pydantic_core_schema__(
        cls, _source_type: type[Any], _handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        """Take any string."""
        return core_schema.str_schema()


class Name(ComplexAttribute):
    """The parts of a person's name."""

    formatted: str | None = None
    """The full name as it is displayed."""
    family_name: str | None = None
    """The family name, or last name."""
    given_name: str | None = None
    """The given name, or first name."""
    middle_name: str | None = None
    """The middle names."""
    honorific_prefix: str | None = None
    """A title before the name, such as Ms."""
    honorific_suffix: str | None = None
    """A suffix after the name, such as III."""


class _Entry(ComplexAttribute):
    display: str | None = None
    """The value as it is displayed."""
    type: str | None = None
    """What the value is for."""
    primary: bool | None = None
    """Whether this is the preferred value; at most one is."""


class Email(_Entry):
    """An e-mail address, in whatever form it was sent."""

    value: str | None = None
    """The address."""
    type: str | None = Field(None, examples=["work", "home", "other"])
    """What the address is for."""


class PhoneNumber(_Entry):
    """A phone number, in whatever form it was sent."""

    value: str | None = None
    """The number."""
    type: str | None = Field(None, examples=["work", "home", "mobile", "fax", "pager", "other"])
    """What the number is for."""


class Im(_Entry):
    """An instant messaging address."""

    value: str | None = None
    """The address."""


class Photo(_Entry):
    """A picture of the person."""

    value: Link | None = None
    """The URL of the picture."""
    type: str | None = Field(None, examples=["photo", "thumbnail"])
    """What the picture is for."""


class Entitlement(_Entry):
    """Something the person is entitled to."""

    value: str | None = None
    """The entitlement."""


class Role(_Entry):
    """A role the person has."""

    value: str | None = None
    """The role."""


class X509Certificate(_Entry):
    """A certificate, in whatever form it was sent."""

    value: str | None = None
    """The certificate, DER in Base64."""


class Address(ComplexAttribute):
    """A postal address."""

    formatted: str | None = None
    """The full address as it is displayed."""
    street_address: str | None = None
    """The street, house number and the like."""
    locality: str | None = None
    """The city or locality."""
    region: str | None = None
    """The state or region."""
    postal_code: str | None = None
    """The postal code."""
    country: str | None = None
    """The country."""
    type: str | None = Field(None, examples=["work", "home", "other"])
    """What the address is for."""
    primary: bool | None = None
    """Whether this is the preferred address; at most one is."""


class GroupMembership(ComplexAttribute):
    """A group the person is a member of."""

    value: Annotated[str | None, Mutability.read_only, CaseExact.true] = None
    """The id of the group."""
    ref: Annotated[Reference["Group"] | None, Mutability.read_only] = Field(
        None, serialization_alias="$ref", validation_alias="$ref"
    )
    """The URL of the group."""
    display: _ReadOnly = None
    """The name of the group."""
    type: _ReadOnly = Field(None, examples=["direct", "indirect"])
    """How the person is a member."""


class User(Resource[AnyExtension]):
    """User Account."""

    __schema__ = USER

    user_name: Annotated[str | None, Uniqueness.server, Required.true] = None
    """The name the person is known by to the identity provider; unique without case."""
    name: Name | None = None
    """The parts of the person's name."""
    display_name: str | None = None
    """The name to show for the person."""
    nick_name: str | None = None
    """The casual name of the person."""
    profile_url: Link | None = None
    """The URL of the person's page."""
    title: str | None = None
    """The job title."""
    user_type: str | None = None
    """How the person is related to the organization, such as Contractor."""
    preferred_language: str | None = None
    """The language the person prefers."""
    locale: str | None = None
    """The person's locale."""
    timezone: str | None = None
    """The person's time zone."""
    active: bool | None = None
    """Whether the person is to have access. Taken as true where it was never sent."""
    password: Annotated[str | None, Mutability.write_only, Returned.never, CaseExact.true] = None
    """Accepted, because some identity providers always send one, and thrown away."""
    emails: list[Email] | None = None
    """E-mail addresses."""
    phone_numbers: list[PhoneNumber] | None = None
    """Phone numbers."""
    ims: list[Im] | None = None
    """Instant messaging addresses."""
    photos: list[Photo] | None = None
    """Pictures."""
    addresses: list[Address] | None = None
    """Postal addresses."""
    groups: Annotated[list[GroupMembership] | None, Mutability.read_only] = None
    """The groups the person is a member of; changed through the groups."""
    entitlements: list[Entitlement] | None = None
    """Entitlements."""
    roles: list[Role] | None = None
    """Roles."""
    x509_certificates: list[X509Certificate] | None = None
    """Certificates."""


class Manager(ComplexAttribute):
    """The person's manager."""

    value: Annotated[str | None, CaseExact.true] = None
    """The id of the manager, as the identity provider knows it."""
    ref: Annotated[Reference["User"] | None, CaseExact.true] = Field(  # type: ignore[type-arg]
        None, serialization_alias="$ref", validation_alias="$ref"
    )
    """The URL of the manager."""
    display_name: str | None = None
    """The manager's name."""


class EnterpriseUser(Extension):
    """Enterprise User."""

    __schema__ = ENTERPRISE_USER

    employee_number: str | None = None
    """The number or code of the person in the organization."""
    cost_center: str | None = None
    """The cost center."""
    organization: str | None = None
    """The organization."""
    division: str | None = None
    """The division."""
    department: str | None = None
    """The department."""
    manager: Manager | None = None
    """The manager."""


class GroupMember(ComplexAttribute):
    """A member of a group."""

    value: Annotated[str | None, Mutability.immutable, CaseExact.true] = None
    """The id of the member."""
    ref: Annotated[Reference[Union["User", "Group"]] | None, Mutability.immutable] = Field(  # type: ignore[type-arg]
        None, serialization_alias="$ref", validation_alias="$ref"
    )
    """The URL of the member."""
    type: Annotated[str | None, Mutability.immutable] = Field(None, examples=["User", "Group"])
    """The kind of member."""
    display: _ReadOnly = None
    """The name of the member."""


class NamedGroup(Resource[Any]):
    """A group without its members, which are never loaded to change a group."""

    __schema__ = GROUP

    display_name: Annotated[str | None, Uniqueness.server, Required.true] = None
    """The name of the group; unique without case."""


class Group(NamedGroup):
    """A group assigned to the app in the identity provider."""

    members: list[GroupMember] | None = None
    """The people in the group, and the groups."""
