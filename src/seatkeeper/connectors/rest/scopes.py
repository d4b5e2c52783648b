"""What each formula and template of a behaviour may read."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from seatkeeper.connectors.rest.shapes import Behaviour
from seatkeeper.core.reading import Part
from seatkeeper.spi.formulas import OPEN, Variables

PLAIN = Part()
LIST = Part(multi_valued=True)

ANSWER: Variables = {"status": PLAIN, "headers": OPEN, "body": OPEN}
PAGE: Variables = {"page": Part(parts=dict.fromkeys(("number", "offset", "size", "cursor"), PLAIN))}
ITEM: Variables = {"item": OPEN}
READ: Variables = {"seen": OPEN, "etag": PLAIN}
UID: Variables = {"uid": PLAIN}
NAME: Variables = {"name": PLAIN}
RANDOM: Variables = {"random": PLAIN}
"""A text nobody can guess, such as for a password that nobody is to know."""
VALUE: Variables = {"value": PLAIN}
EACH: Variables = {"each": OPEN}
GRANTING: Variables = {
    "entitlement": Part(parts={"type": PLAIN, "value": PLAIN}),
    "entitlements": LIST,
    "held": LIST,
    "after": LIST,
}
MEMBERS: Variables = {"member": PLAIN, "members": LIST}


@dataclass(frozen=True, slots=True)
class Scopes:
    """The variables that depend on what the behaviour itself names."""

    settings: Variables
    """What is known before anything is called."""
    base: Variables
    """What every call but those that sign in or fill a table may read."""
    table: Variables
    """What the calls that fill a table may read."""
    account: Part
    """The attributes of an account."""


def scopes_of(behaviour: Behaviour) -> Scopes:
    """Work out what may be read."""
    settings = {"settings": _parts({*behaviour.settings, "base_url"})}
    login = behaviour.authentication.login if behaviour.authentication else None
    session = {"session": _parts(name for request in login.requests for name in request.keeps)} if login else {}
    tables = Part(parts=dict.fromkeys(behaviour.lookups, OPEN))
    looked_up: Mapping[str, Part] = {"ids": tables, "names": tables} if behaviour.lookups else {}
    table = {**settings, **session}
    return Scopes(settings, {**table, **looked_up}, table, _parts(behaviour.accounts.attributes))


def _parts(names: Iterable[str]) -> Part:
    return Part(parts=dict.fromkeys(names, PLAIN))
