"""Reading what OpenLDAP's tools write (RFC 2849), with ``-o ldif-wrap=no``."""

import base64
from collections.abc import Iterator, Mapping


def read_ldif(ldif: str) -> Iterator[tuple[str, Mapping[str, tuple[bytes, ...]]]]:
    """Read every entry: its DN, and its attributes as bytes, named as the server spells them."""
    for block in ldif.strip().split("\n\n"):
        values: dict[str, list[bytes]] = {}
        for line in block.splitlines():
            name, _, rest = line.partition(":")
            values.setdefault(name, []).append(_value(rest))
        if "dn" in values:
            (dn,) = values.pop("dn")
            yield dn.decode(), {name: tuple(found) for name, found in values.items()}


def _value(rest: str) -> bytes:
    return base64.b64decode(rest[1:]) if rest.startswith(":") else rest.strip().encode()
