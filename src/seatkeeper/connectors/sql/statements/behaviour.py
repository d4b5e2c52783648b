"""The ``behaviour`` of an app's manifest, in SQL: which statements make each ability.

Values are named with a colon, as in ``WHERE login = :userName``, and always go as parameters. All statements of
one ability share a transaction. Which abilities an app has follows from the statements that are given.
"""

from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Annotated, Any

import sqlalchemy as sa
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from seatkeeper.core.accounts import Abilities
from seatkeeper.spi.documents import DocumentInvalidError, Located, Place

UID, VALUE, TYPE, AFTER, LIMIT = "uid", "value", "type", "after", "limit"


def _listed(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value


Text = Annotated[str, Field(min_length=1)]
Texts = Annotated[tuple[Text, ...], BeforeValidator(_listed)]
"""One, or several in their order."""


class Behaviour(BaseModel):
    """What a manifest says. ``read``, ``find``, ``list`` give ``uid``, the attributes, and perhaps ``active``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Text
    """The attribute people sign in with."""
    attributes: tuple[Text, ...] = ()
    """The others."""
    booleans: frozenset[Text] = frozenset()
    """Attributes that are true or false, where the database keeps them as numbers."""
    write_only: frozenset[Text] = frozenset()
    create_only: frozenset[Text] = frozenset()
    ignores_case: frozenset[Text] = frozenset()

    read: Text
    """One account by ``:uid``."""
    find: Mapping[Text, Text]
    """Accounts by ``:value``, for the name at least; by any other attribute the list is read through."""
    list: Text
    """All accounts; with ``:after`` and ``:limit`` in pages, in the order of their uids."""
    create: Texts = ()
    update: Texts = ()
    """Each is run when one of its attributes changes; the others it names are as they were."""
    disable: Texts = ()
    enable: Texts = ()
    delete: Texts = ()
    entitlement_types: tuple[Text, ...] = ("role",)
    entitlements: Text | None = None
    """Rows of ``type`` and ``value``: what the account ``:uid`` holds."""
    list_entitlements: Text | None = None
    """Rows of ``type`` and ``value``: what there is to hold."""
    grant: Texts = ()
    """``:uid``, ``:type`` and ``:value``; run only for what is not held."""
    revoke: Texts = ()
    """The same; run only for what is held."""

    @property
    def known(self) -> tuple[str, ...]:
        """All attributes, the name first."""
        return tuple(dict.fromkeys((self.name, *self.attributes)))

    @property
    def readable(self) -> tuple[str, ...]:
        """The attributes that ``read`` gives."""
        return tuple(each for each in self.known if each not in self.write_only)

    @property
    def grants(self) -> bool:
        """The app has entitlements."""
        return bool(self.grant)

    def abilities(self) -> Abilities:
        """Say what the statements allow."""
        changed = {name for each in self.update for name in parameters(each)}
        return Abilities(
            name_attribute=self.name,
            creates=bool(self.create),
            updates=bool(self.update),
            renames=self.name in changed,
            disables=bool(self.disable),
            deletes=bool(self.delete),
            grants=frozenset(self.entitlement_types if self.grants else ()),
            write_only=self.write_only,
            create_only=self.create_only | (frozenset(self.attributes) - changed - {self.name}),
            ignores_case=self.ignores_case,
        )


def read_behaviour(document: Located) -> Behaviour:
    """Read and check it. Raises ``DocumentInvalidError`` with the line of each fault."""
    behaviour = document.read(Behaviour)
    faults = [document.fault(place, sentence) for place, sentence in _faults(behaviour)]
    if faults:
        raise DocumentInvalidError(*faults)
    return behaviour


def parameters(statement: str) -> frozenset[str]:
    """Name the values a statement asks for."""
    return frozenset(sa.text(statement).compile().params)


def _faults(behaviour: Behaviour) -> Iterator[tuple[Place, str]]:
    for place, statement, allowed in _statements(behaviour):
        for name in sorted(parameters(statement) - allowed):
            near = get_close_matches(name, list(allowed), n=1)
            told = f"; {near[0]} is" if near else f"; there are {', '.join(sorted(allowed)) or 'none'}"
            yield place, f"the value :{name} is not known here{told}"
    yield from _faults_of_names(behaviour)
    yield from _faults_of_entitlements(behaviour)
    yield from _faults_of_updates(behaviour)


def _faults_of_names(behaviour: Behaviour) -> Iterator[tuple[Place, str]]:
    for name in ("booleans", "write_only", "create_only", "ignores_case"):
        for stray in sorted(getattr(behaviour, name) - set(behaviour.known)):
            yield (name,), f"{stray} is not among the attributes"
    for stray in sorted(behaviour.find.keys() - set(behaviour.readable)):
        yield ("find", stray), "is not an attribute that can be read"
    if behaviour.name not in behaviour.find:
        yield ("find",), f"say how an account is found by {behaviour.name}"
    if behaviour.name in behaviour.write_only | behaviour.create_only:
        yield ("name",), "the name is always read, and update says whether it may change"
    if bool(behaviour.disable) != bool(behaviour.enable):
        yield ("disable" if behaviour.disable else "enable",), "disable and enable belong together"


def _faults_of_entitlements(behaviour: Behaviour) -> Iterator[tuple[Place, str]]:
    given = {
        "entitlements": behaviour.entitlements,
        "list_entitlements": behaviour.list_entitlements,
        "grant": behaviour.grant,
        "revoke": behaviour.revoke,
    }
    missing = [name for name, statements in given.items() if not statements]
    if 0 < len(missing) < len(given):
        there = next(name for name in given if name not in missing)
        yield (there,), f"{', '.join(missing)} belong to it"


def _faults_of_updates(behaviour: Behaviour) -> Iterator[tuple[Place, str]]:
    for number, statement in enumerate(behaviour.update):
        named = parameters(statement) - {UID}
        unread = sorted(named & behaviour.write_only)
        if unread and len(named) > 1:
            place = ("update", number) if len(behaviour.update) > 1 else ("update",)
            yield place, f"{unread[0]} cannot be read, so it needs a statement of its own"
        if not named:
            yield ("update", number), "changes no attribute"


def _statements(behaviour: Behaviour) -> Iterator[tuple[Place, str, frozenset[str]]]:
    attributes = frozenset(behaviour.known)
    present = frozenset(behaviour.readable) | {UID}
    yield ("read",), behaviour.read, frozenset({UID})
    for attribute, statement in behaviour.find.items():
        yield ("find", attribute), statement, frozenset({VALUE})
    yield ("list",), behaviour.list, frozenset({AFTER, LIMIT})
    for name, allowed in (
        ("create", attributes),
        ("update", attributes | {UID}),
        ("disable", present),
        ("enable", present),
        ("delete", present),
        ("grant", present | {TYPE, VALUE}),
        ("revoke", present | {TYPE, VALUE}),
    ):
        given: Sequence[str] = getattr(behaviour, name)
        for number, statement in enumerate(given):
            yield (name, number), statement, allowed
    if behaviour.entitlements is not None:
        yield ("entitlements",), behaviour.entitlements, frozenset({UID})
    if behaviour.list_entitlements is not None:
        yield ("list_entitlements",), behaviour.list_entitlements, frozenset()
