"""What is known of one app: how it likes to be talked to, and which attributes it has (RFC 7643 §5 to §7)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

from seatkeeper.connectors.scim.paths import CORE_GROUP, CORE_USER, ENTERPRISE_USER, Path, parse_path

_CORE = (
    "userName externalId displayName nickName profileUrl title userType preferredLanguage locale timezone"
    " name.formatted name.familyName name.givenName name.middleName name.honorificPrefix name.honorificSuffix"
    " emails phoneNumbers"
).split()
_ENTERPRISE = "employeeNumber costCenter organization division department manager.value".split()
STANDARD = (*_CORE, *(f"{ENTERPRISE_USER}:{name}" for name in _ENTERPRISE))
"""Attributes a mapping is likely to name, so that what an app lacks of them can be declared beforehand."""


class Filtering(Enum):
    """How far a filter can be relied on."""

    TRUSTED = auto()
    """No hit means: not there."""
    DOUBTED = auto()
    """A hit that compares equal is good; after no hit the whole list is read."""
    REFUSED = auto()


@dataclass(frozen=True, slots=True)
class Characteristics:
    """What a schema says of one attribute (RFC 7643 §7), with the RFC's defaults."""

    mutability: str = "readWrite"
    returned: str = "default"
    required: bool = False

    @property
    def is_written(self) -> bool:
        """The app takes values for it."""
        return self.mutability != "readOnly"

    @property
    def is_read(self) -> bool:
        """The app shows it without being asked to."""
        return self.returned in {"default", "always"} and self.mutability != "writeOnly"


class Schema:
    """The attributes of one resource type, core and extensions, by name without case."""

    def __init__(self, attributes: Mapping[str, Characteristics]) -> None:
        self._attributes = attributes

    def find(self, name: str) -> Characteristics | None:
        """Find an attribute or, as ``emails.type``, a part of one."""
        return self._attributes.get(name.casefold())

    def find_path(self, path: Path) -> Characteristics | None:
        """Find what a path names: a part is lost where its whole is."""
        whole = self.find(path.top)
        part = self.find(f"{path.top}.{path.part}") if path.part else whole
        if whole is None or part is None:
            # RFC 7643 §3.1: externalId is common to all resources, and few list it in their schema.
            return Characteristics() if path == Path(None, "externalId") else None
        return part if whole.is_written and whole.is_read else whole


def parse_schemas(documents: list[Mapping[str, Any]], core: str) -> Schema | None:
    """Read one resource type's schema out of ``/Schemas``; None when the core schema is not among them."""
    named = {str(document.get("id", "")): document for document in documents}
    if core not in named:
        return None
    suffix = core.rsplit(":", 1)[1]
    attributes = dict(_walk(named[core].get("attributes"), ""))
    for urn, document in named.items():
        if urn != core and (urn.endswith(f":{suffix}") or not urn.startswith("urn:ietf:params:scim:schemas:core")):
            attributes.update(_walk(document.get("attributes"), f"{urn}:"))
    return Schema(attributes)


def _walk(attributes: Any, prefix: str) -> Iterator[tuple[str, Characteristics]]:
    for attribute in attributes if isinstance(attributes, list) else ():
        if not isinstance(attribute, Mapping) or not isinstance(attribute.get("name"), str):
            continue
        name = prefix + attribute["name"]
        yield (
            name.casefold(),
            Characteristics(
                mutability=str(attribute.get("mutability") or "readWrite"),
                returned=str(attribute.get("returned") or "default"),
                required=attribute.get("required") is True,
            ),
        )
        yield from _walk(attribute.get("subAttributes"), f"{name}.")


@dataclass(frozen=True, slots=True)
class Profile:
    """An app as discovery and settings describe it. A schema is None where the app does not show one."""

    patch: bool = True
    filtering: Filtering = Filtering.DOUBTED
    users: Schema | None = None
    groups: Schema | None = None
    has_groups: bool = True
    has_roles: bool = False

    def takes(self, name: str) -> bool:
        """Whether a value written to this attribute is kept; every one, where nothing is known."""
        found = self._find(name)
        return self.users is None or (found is not None and found.is_written)

    def shows(self, name: str) -> bool:
        """Whether the attribute can be read; every one, where nothing is known."""
        found = self._find(name)
        return self.users is None or (found is not None and found.is_read)

    def unread(self) -> frozenset[str]:
        """Attributes that cannot be read back, because the app hides or lacks them."""
        return frozenset({"password"} | {name for name in STANDARD if not self._proves(name)})

    def immutable(self) -> frozenset[str]:
        """Attributes that are set once."""
        return frozenset(
            name for name in STANDARD if (found := self._find(name)) and found.mutability == "immutable"
        )

    def group_attribute(self, name: str) -> Characteristics | None:
        """Find an attribute of groups, such as ``members.$ref``."""
        return self.groups.find(name) if self.groups else None

    def has_part(self, name: str) -> bool:
        """Whether the app knows and takes this part of an attribute, such as ``emails.type``."""
        found = self.users.find(name) if self.users else Characteristics()
        return found is not None and found.is_written

    def _proves(self, name: str) -> bool:
        return self.takes(name) and self.shows(name)

    def _find(self, name: str) -> Characteristics | None:
        return self.users.find_path(parse_path(name)) if self.users else None


def user_schema(documents: list[Mapping[str, Any]]) -> Schema | None:
    """Read the User's schema."""
    return parse_schemas(documents, CORE_USER)


def group_schema(documents: list[Mapping[str, Any]]) -> Schema | None:
    """Read the Group's schema."""
    return parse_schemas(documents, CORE_GROUP)
