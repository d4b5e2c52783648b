"""Work that is left to a person: plain steps with the values they need, and how it is to be seen to."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import assert_never

from seatkeeper.core.entitlements import Entitlement
from seatkeeper.core.steps import (
    CreateAccount,
    DeleteAccount,
    DisableAccount,
    EnableAccount,
    GrantEntitlements,
    RevokeEntitlements,
    Step,
    UpdateAccount,
    WithdrawInvitation,
)
from seatkeeper.core.values import Attributes
from seatkeeper.core.wording import show_value


@dataclass(frozen=True, slots=True)
class HandValue:
    """A value to be entered or looked for; ``before`` is what the app holds now."""

    name: str
    value: str
    before: str | None = None


@dataclass(frozen=True, slots=True)
class Handwork:
    """One step for a person. ``text`` is what the integration says of such steps, in Markdown."""

    what: str
    values: tuple[HandValue, ...] = ()
    text: str = ""


@dataclass(frozen=True, slots=True)
class Errand:
    """All that a task asks of a person.

    ``assignee`` is the e-mail address of a member; None is nobody in particular. With ``four_eyes`` it counts
    once another person has looked at it.
    """

    work: tuple[Handwork, ...] = ()
    due_after: timedelta | None = None
    assignee: str | None = None
    four_eyes: bool = False


@dataclass(frozen=True, slots=True)
class Whom:
    """Whose account it is about. Values of sensitive attributes are left out of ``attributes``."""

    name: str
    uid: str | None = None
    attributes: Attributes = field(default_factory=dict)


def describe_work(step: Step, whom: Whom, sensitive: Collection[str], text: str = "") -> Handwork:
    """Put a step into words for whoever takes it."""
    what, values = _told(step, sensitive)
    named = () if isinstance(step, CreateAccount) else _names(whom)
    return Handwork(what, (*named, *values), text)


def _told(step: Step, sensitive: Collection[str]) -> tuple[str, tuple[HandValue, ...]]:  # noqa: C901, PLR0911 - a closed set
    match step:
        case CreateAccount(attributes):
            return "Create an account with these values", tuple(_given(attributes, sensitive))
        case UpdateAccount(changes, before):
            return "Change these values of the account", tuple(_changed(changes, before, sensitive))
        case EnableAccount():
            return "Let the person sign in again", ()
        case DisableAccount():
            return "Disable the account, so that nobody can sign in with it", ()
        case DeleteAccount():
            return "Delete the account", ()
        case WithdrawInvitation():
            return "Take the invitation back", ()
        case GrantEntitlements(entitlements):
            return "Give the account what is named here", tuple(map(_entitlement, entitlements))
        case RevokeEntitlements(entitlements):
            return "Take from the account what is named here", tuple(map(_entitlement, entitlements))
        case _:
            assert_never(step)


def _names(whom: Whom) -> Iterator[HandValue]:
    yield HandValue("account", whom.name)
    if whom.uid is not None and whom.uid != whom.name:
        yield HandValue("id", whom.uid)


def _given(attributes: Attributes, sensitive: Collection[str]) -> Iterator[HandValue]:
    for name, value in attributes.items():
        yield HandValue(name, show_value(name, value, sensitive))


def _changed(changes: Attributes, before: Attributes, sensitive: Collection[str]) -> Iterator[HandValue]:
    for name, value in changes.items():
        yield HandValue(name, show_value(name, value, sensitive), show_value(name, before.get(name), sensitive))


def _entitlement(entitlement: Entitlement) -> HandValue:
    return HandValue(entitlement.type, entitlement.value)
