"""The standard user schema says what RFC 7643 says."""

from collections.abc import Iterator

from scim2_models import Attribute, EnterpriseUser, Schema, User

from seatkeeper.core.integrations import SchemaAttribute
from seatkeeper.core.schema import CORE_USER, ENTERPRISE_USER, STANDARD_SCHEMA


def test_the_standard_schema_holds_what_the_rfc_lists() -> None:
    core, enterprise = User.to_schema(), EnterpriseUser.to_schema()
    assert (str(core.id), str(enterprise.id)) == (CORE_USER, ENTERPRISE_USER)
    listed = {*described(core), *described(enterprise, f"{ENTERPRISE_USER}:")}
    without_groups = {each for each in listed if each[0].partition(".")[0] != "groups"}
    ours = {(each.name, each.type, each.multi_valued) for each in STANDARD_SCHEMA}
    assert ours - {("externalId", "string", False)} == without_groups


def described(schema: Schema, prefix: str = "") -> Iterator[tuple[str, str, bool]]:
    for attribute in schema.attributes or []:
        yield line(attribute, prefix)
        yield from (line(part, f"{prefix}{attribute.name}.") for part in attribute.sub_attributes or [])


def line(attribute: Attribute, prefix: str) -> tuple[str, str, bool]:
    assert attribute.type is not None
    return f"{prefix}{attribute.name}", attribute.type.value, bool(attribute.multi_valued)


def test_only_the_password_is_sensitive() -> None:
    assert [each for each in STANDARD_SCHEMA if each.sensitive] == [
        SchemaAttribute("password", sensitive=True, returned=False)
    ]
