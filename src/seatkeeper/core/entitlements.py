"""What an account may hold in an app, and which assignment each one comes from."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Entitlement:
    """A role, group, licence or permission: its type in the app and the value that names it there."""

    type: str
    value: str


@dataclass(frozen=True, slots=True, order=True)
class Grant:
    """An entitlement together with one source that asks for it.

    ``source`` is ``user`` for a value on the User itself and ``group:<id>`` for one that a Group brings.
    An entitlement is wanted while at least one grant of it remains.
    """

    entitlement: Entitlement
    source: str


USER_SOURCE = "user"


def group_source(group_id: object) -> str:
    """Name a Group as the source of a grant."""
    return f"group:{group_id}"


def group_of_source(source: str) -> str | None:
    """Give the id of the Group a grant comes from; None for the User itself."""
    return None if source == USER_SOURCE else source.removeprefix("group:")
