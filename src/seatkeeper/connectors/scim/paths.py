"""Names of account attributes: where in a SCIM resource each one lives (RFC 7644 §3.10)."""

import functools
import re
from dataclasses import dataclass

CORE_USER = "urn:ietf:params:scim:schemas:core:2.0:User"
CORE_GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
ENTERPRISE_USER = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"

WORK_VALUED = frozenset({"emails", "phoneNumbers"})
"""Without more, these mean one text: the value of the work element, else the primary one, else the untyped one."""

_NAME = re.compile(
    r"(?:(?P<schema>urn:[^\[\]\"]+):)?(?P<attribute>[A-Za-z][\w-]*)"
    r"(?:\[type eq \"(?P<kind>[^\"]+)\"\])?(?:\.(?P<part>\$?[A-Za-z][\w-]*))?"
)


@dataclass(frozen=True, slots=True)
class Path:
    """``userName``, ``name.givenName``, ``emails``, ``addresses[type eq "work"].locality``, ``urn:…:department``.

    ``schema`` is None for a core attribute. ``kind`` picks the element of that type out of a list.
    """

    schema: str | None
    attribute: str
    kind: str | None = None
    part: str | None = None

    @property
    def top(self) -> str:
        """The attribute as a PATCH path."""
        return self.attribute if self.schema is None else f"{self.schema}:{self.attribute}"

    @property
    def plain(self) -> str:
        """The attribute and its part as a PATCH path, for what is no list."""
        return self.top if self.part is None else f"{self.top}.{self.part}"

    @property
    def is_element(self) -> bool:
        """It names one element of a list of complex values."""
        return self.kind is not None or (self.attribute in WORK_VALUED and self.part is None)


class PathInvalidError(ValueError):
    """The name is no path this connector can write."""


@functools.lru_cache(maxsize=1024)
def parse_path(name: str) -> Path:
    """Take an attribute name apart. Raises ``PathInvalidError``."""
    match = _NAME.fullmatch(name)
    if match is None:
        raise PathInvalidError(name)
    schema, attribute, kind, part = match.group("schema", "attribute", "kind", "part")
    return Path(None if schema == CORE_USER else schema, attribute, kind, part or ("value" if kind else None))
