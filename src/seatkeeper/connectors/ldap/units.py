"""Organizational units as people write them: ``Sales/EMEA`` for the unit EMEA in the unit Sales."""

from collections.abc import Iterator
from dataclasses import dataclass

from seatkeeper.connectors.ldap.protocol.names import key, split, write_rdn

ATTRIBUTE = "organizationalUnit"
"""Among an account's attributes: the unit it is in. No directory stores it; it is the place of the entry."""

_RDN = "OU"


@dataclass(frozen=True, slots=True)
class Units:
    """The units below ``root``, which is nothing at all, as people write it."""

    root: str

    def dn_of(self, path: str) -> str:
        """Give the DN of a unit; a slash in its name is written with a backslash before it."""
        dn = self.root
        for name in _names(path):
            dn = f"{write_rdn(((_RDN, name),))},{dn}"
        return dn

    def path_of(self, dn: str) -> str:
        """Write where an entry below ``dn`` is; as the DN itself where that is not in a unit below ``root``."""
        root, names, parent = key(self.root), list[str](), dn
        while key(parent) != root:
            rdn, rest = split(parent) if parent else ((), "")
            if len(rdn) != 1 or rdn[0][0] != _RDN.lower():
                return dn
            names.append(rdn[0][1].replace("\\", "\\\\").replace("/", "\\/"))
            parent = rest
        return "/".join(reversed(names))


def _names(path: str) -> Iterator[str]:
    name, escaped = "", False
    for character in path:
        if escaped or character not in "\\/":
            name, escaped = name + character, False
        elif character == "\\":
            escaped = True
        else:
            yield name
            name = ""
    if name:
        yield name
