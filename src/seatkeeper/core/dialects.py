"""How identity providers deviate from SCIM's standards, and which of it each of them needs to be let pass."""

from collections.abc import Mapping
from enum import StrEnum


class Tolerance(StrEnum):
    """One deviation from RFC 7643 and RFC 7644 that is taken for what it means, and refused without it."""

    UNDECLARED_SCHEMAS = "undeclared-schemas"
    """URNs of schemas nobody declared: they and what is under them are ignored."""
    UNKNOWN_ATTRIBUTES = "unknown-attributes"
    """Attributes no schema has are ignored."""
    LEGACY_NAMES = "legacy-names"
    """Names of SCIM 1.1."""
    WORDS_FOR_BOOLEANS = "words-for-booleans"
    """``"True"`` for true."""
    LOOSE_SHAPES = "loose-shapes"
    """One entry without its list, one value in a list, a manager as a bare id, dotted keys in a PATCH."""
    SEVERAL_PRIMARIES = "several-primaries"
    """Of several entries marked as primary the first is."""
    SPELLED_OPERATIONS = "spelled-operations"
    """``Add`` for add."""
    VALUES_OF_REMOVE = "values-of-remove"
    """A PATCH that removes says in its value what."""
    UNMATCHED_PATHS = "unmatched-paths"
    """A filter in a path that matches nothing makes the entry it describes."""


class Dialect(StrEnum):
    """Whose way of speaking SCIM is expected."""

    OKTA = "okta"
    ENTRA = "entra"
    ONELOGIN = "onelogin"
    JUMPCLOUD = "jumpcloud"
    PINGONE = "pingone"
    RIPPLING = "rippling"
    AUTHENTIK = "authentik"
    KEYCLOAK = "keycloak"
    CANAILLE = "canaille"
    STRICT = "strict"
    """Nobody's: the standards alone."""


EVERYTHING = frozenset(Tolerance)

_IGNORED = frozenset({Tolerance.UNDECLARED_SCHEMAS, Tolerance.UNKNOWN_ATTRIBUTES})

PRESETS: Mapping[Dialect, frozenset[Tolerance]] = {
    Dialect.OKTA: _IGNORED,
    Dialect.ENTRA: EVERYTHING - {Tolerance.LEGACY_NAMES, Tolerance.SEVERAL_PRIMARIES},
    Dialect.ONELOGIN: _IGNORED | {Tolerance.LEGACY_NAMES, Tolerance.WORDS_FOR_BOOLEANS, Tolerance.LOOSE_SHAPES},
    Dialect.JUMPCLOUD: _IGNORED | {Tolerance.VALUES_OF_REMOVE},
    Dialect.PINGONE: _IGNORED | {Tolerance.SEVERAL_PRIMARIES},
    Dialect.RIPPLING: _IGNORED | {Tolerance.LOOSE_SHAPES},
    Dialect.AUTHENTIK: _IGNORED | {Tolerance.VALUES_OF_REMOVE},
    Dialect.KEYCLOAK: _IGNORED | {Tolerance.WORDS_FOR_BOOLEANS},
    Dialect.CANAILLE: _IGNORED,
    Dialect.STRICT: frozenset(),
}
"""Complete: a test holds it against ``Dialect``, and the identity providers at play against it."""

NAMES: Mapping[Dialect, str] = {
    Dialect.OKTA: "Okta",
    Dialect.ENTRA: "Microsoft Entra ID",
    Dialect.ONELOGIN: "OneLogin",
    Dialect.JUMPCLOUD: "JumpCloud",
    Dialect.PINGONE: "PingOne",
    Dialect.RIPPLING: "Rippling",
    Dialect.AUTHENTIK: "authentik",
    Dialect.KEYCLOAK: "Keycloak",
    Dialect.CANAILLE: "Canaille",
    Dialect.STRICT: "Nobody: the standards alone",
}
"""Complete: a test holds it against ``Dialect``."""

UNAWARE_OF_CURSORS = frozenset({Dialect.CANAILLE})
"""Whose client gives up on a service provider configuration that tells of cursor paging (RFC 9865 §4)."""


def tolerances_of(dialect: Dialect | None, besides: tuple[Tolerance, ...] = ()) -> frozenset[Tolerance]:
    """Say what is let pass of a dialect and ``besides``; of none in particular, everything."""
    return EVERYTHING if dialect is None else PRESETS[dialect] | frozenset(besides)
