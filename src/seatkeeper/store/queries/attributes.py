"""Where the attributes of users and groups are read from: columns, the document, or rows of other tables."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from inspect import isclass
from typing import Any

from scim2_models import ComplexAttribute, Extension, InvalidFilterException
from scim2_models.path import AttributeBinding
from sqlalchemy import (
    ColumnElement,
    FromClause,
    Label,
    Text,
    exists,
    func,
    literal,
    literal_column,
    select,
    true,
    union_all,
)
from sqlalchemy.dialects.postgresql import JSONB

from seatkeeper.store.membership_tables import memberships, nested_groups
from seatkeeper.store.queries.comparisons import Kind, Value, value_in
from seatkeeper.store.queries.groups import MEMBER_DISPLAY
from seatkeeper.store.queries.nesting import nesting
from seatkeeper.store.tables import groups, users


@dataclass(frozen=True, slots=True)
class Entries:
    """The entries of a multi-valued attribute, as rows of a subquery."""

    rows: FromClause
    read: Callable[[AttributeBinding], Value]
    """Where a sub-attribute of an entry is read from, or the entry itself."""
    of_resource: ColumnElement[bool] = field(default_factory=true)
    """Which of the rows belong to the resource at hand."""

    def some(self, condition: ColumnElement[bool]) -> ColumnElement[bool]:
        """Say that there is an entry for which the condition holds."""
        return exists().select_from(self.rows).where(self.of_resource, condition)


@dataclass(frozen=True, slots=True, eq=False)
class Resources:
    """A table of resources, and which of their attributes are not read from the document."""

    table: FromClause
    columns: Mapping[str, Value]
    rows: Mapping[str, Entries]
    unreadable: frozenset[str]
    """What is worked out when a resource is shown, and can therefore not be searched for."""
    searched: FromClause | None = None
    """A second look at the table, where it has the index over any value."""


def keys_of(binding: AttributeBinding) -> tuple[str, ...]:
    """Give the keys that lead to an attribute in a document: an extension's URN, a name, a sub-attribute's."""
    schema = str(getattr(binding.model, "__schema__", None) or "")
    names = tuple(binding.urn.removeprefix(f"{schema}:").split("."))
    return (schema, *names) if issubclass(binding.model, Extension) else names


def is_complex(binding: AttributeBinding) -> bool:
    """Say whether the attribute has sub-attributes."""
    return isclass(binding.target_type) and issubclass(binding.target_type, ComplexAttribute)


def kind_of(binding: AttributeBinding) -> Kind:
    """Say how values of an attribute compare."""
    type_ = binding.target_type
    for python_type, kind in ((bool, Kind.BOOLEAN), ((int, float), Kind.NUMBER), (datetime, Kind.INSTANT)):
        if isclass(type_) and issubclass(type_, python_type):
            return kind
    return Kind.EXACT if binding.case_exact or type_ is bytes else Kind.TEXT


def read_value(resources: Resources, binding: AttributeBinding) -> Value:
    """Say where a single value is read from. Raises ``InvalidFilterException`` for what cannot be searched for."""
    keys = keys_of(binding)
    name = ".".join(keys)
    if name in resources.unreadable:
        raise InvalidFilterException(detail=f"'{binding.urn}' cannot be searched for")
    return resources.columns.get(name) or value_in(_in_document(resources, keys), kind_of(binding))


def read_entries(resources: Resources, binding: AttributeBinding) -> Entries:
    """Say where the entries of a multi-valued attribute are read from. Raises as ``read_value`` does."""
    keys = keys_of(binding)
    head = keys[:-1] if binding.sub_field_name else keys
    name = ".".join(head)
    if name in resources.unreadable:
        raise InvalidFilterException(detail=f"'{binding.urn}' cannot be searched for")
    if name in resources.rows:
        return resources.rows[name]
    entry = func.jsonb_path_query(_in_document(resources, head), _EVERY, type_=JSONB()).column_valued()

    def read(attribute: AttributeBinding) -> Value:
        json = entry[keys_of(attribute)[-1]] if attribute.sub_field_name else entry
        return value_in(json, kind_of(attribute))

    return Entries(entry.scalar_alias, read)


def first_entry(resources: Resources, binding: AttributeBinding) -> Value:
    """Say where the primary entry of a multi-valued attribute is read from, or the first where none is primary.

    Raises ``InvalidFilterException`` for what is not in the document.
    """
    keys = keys_of(binding)
    head = keys[:-1] if binding.sub_field_name else keys
    if ".".join(head) in resources.unreadable | resources.rows.keys():
        raise InvalidFilterException(detail=f"'{binding.urn}' gives no order")
    entries = _in_document(resources, head)
    chosen = (func.jsonb_path_query_first(entries, path, type_=JSONB()) for path in (_PRIMARY, _EVERY))
    entry = func.coalesce(*chosen, type_=JSONB())
    return value_in(entry[keys[-1]] if binding.sub_field_name else entry, kind_of(binding))


def _in_document(resources: Resources, keys: tuple[str, ...]) -> ColumnElement[Any]:
    found: ColumnElement[Any] = resources.table.c.document
    for key in keys:
        found = found[key]
    return found


def _related(values: Mapping[str, Value], rows: FromClause, of_resource: ColumnElement[bool]) -> Entries:
    def read(attribute: AttributeBinding) -> Value:
        value = values.get(keys_of(attribute)[-1]) if attribute.sub_field_name else values["value"]
        if value is None:
            raise InvalidFilterException(detail=f"'{attribute.urn}' cannot be searched for")
        return value

    return Entries(rows, read, of_resource)


def _constant(text: str, kind: Kind = Kind.TEXT) -> Value:
    return Value(literal(text, Text), kind)


_EVERY: ColumnElement[Any] = literal_column("'$[*]'::jsonpath")
_PRIMARY: ColumnElement[Any] = literal_column("'$[*] ? (@.primary == true)'::jsonpath")


def common_values(table: FromClause, resource_type: str) -> dict[str, Value]:
    """Give what resources of every type have in columns."""
    return {
        "id": Value(table.c.id, Kind.ID),
        "externalId": Value(table.c.external_id, Kind.EXACT),
        "meta": _constant("meta"),
        "meta.resourceType": _constant(resource_type, Kind.EXACT),
        "meta.created": Value(table.c.created_at, Kind.INSTANT),
        "meta.lastModified": Value(table.c.updated_at, Kind.INSTANT),
    }


UNREADABLE = frozenset({"schemas", "meta.location", "meta.version"})
"""What is worked out when any resource is shown."""


def _groups_of_users() -> dict[str, Entries]:
    through = nesting()
    direct = select(memberships.c.user_id, memberships.c.group_id, _label("direct"))
    indirect = select(memberships.c.user_id, through.c.group_id, _label("indirect")).join(
        through, through.c.member_id == memberships.c.group_id
    )
    belonging = union_all(direct, indirect).subquery("belonging")
    values = {
        "value": Value(groups.c.id, Kind.ID),
        "display": Value(groups.c.display_name, Kind.TEXT),
        "type": Value(belonging.c.type, Kind.TEXT),
    }
    rows = belonging.join(groups, groups.c.id == belonging.c.group_id)
    return {"groups": _related(values, rows, belonging.c.user_id == users.c.id)}


def _members_of_groups() -> dict[str, Entries]:
    people = select(memberships.c.group_id, users.c.id, MEMBER_DISPLAY.label("display"), _label("User")).join(
        users, users.c.id == memberships.c.user_id
    )
    within = groups.alias("within")
    others = select(nested_groups.c.group_id, within.c.id, within.c.display_name, _label("Group")).join(
        within, within.c.id == nested_groups.c.member_id
    )
    members = union_all(people, others).subquery("members")
    values = {
        "value": Value(members.c.id, Kind.ID),
        "display": Value(members.c.display, Kind.TEXT),
        "type": Value(members.c.type, Kind.TEXT),
    }
    return {"members": _related(values, members, members.c.group_id == groups.c.id)}


def _label(text: str) -> Label[str]:
    return literal(text, Text).label("type")


USERS = Resources(
    table=users,
    columns={
        **common_values(users, "User"),
        "userName": Value(users.c.user_name, Kind.TEXT, key=users.c.user_name_key),
        "active": Value(users.c.active, Kind.BOOLEAN),
    },
    rows=_groups_of_users(),
    unreadable=UNREADABLE | {"password"},
    searched=users.alias("searched"),
)

GROUPS = Resources(
    table=groups,
    columns={
        **common_values(groups, "Group"),
        "displayName": Value(groups.c.display_name, Kind.TEXT, key=groups.c.display_name_key),
    },
    rows=_members_of_groups(),
    unreadable=UNREADABLE,
)
