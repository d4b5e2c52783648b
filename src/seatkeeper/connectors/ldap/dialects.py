"""What differs between kinds of directory servers. Everything else in this package is the same for all."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Dialect:
    """One kind of server."""

    name: str
    uid_attribute: str
    """Operational, unique, and kept through every rename: the Uid."""
    dn_attribute: str
    """Operational; an entry's own DN, which can be searched for."""
    duplicate_marks: tuple[str, ...]
    """What the server says, in small letters, when a value must be unique and is not; the code is 19."""
    password_attributes: frozenset[str]
    """Never read, and never shown."""
    names_without_case: frozenset[str]
    """Attributes that say who somebody is, and that the server compares without case."""


OPENLDAP = Dialect(
    name="OpenLDAP",
    uid_attribute="entryUUID",
    dn_attribute="entryDN",
    duplicate_marks=("non-unique", "not unique"),
    password_attributes=frozenset({"userPassword"}),
    names_without_case=frozenset({"uid", "mail"}),
)
"""OpenLDAP 2.4 and later. The mark is what the ``unique`` overlay says."""
