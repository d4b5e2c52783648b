"""The shapes attribute values take on their way from the IdP to the app."""

from collections.abc import Mapping, Sequence
from typing import TypeAlias

Json: TypeAlias = "bool | int | float | str | Sequence[Json] | Mapping[str, Json] | None"
"""What a JSON document can hold."""

Document: TypeAlias = Mapping[str, Json]
"""A SCIM resource as it stands in the store: canonical attribute names, unassigned attributes left out."""

AttributeValue: TypeAlias = bool | int | str | tuple[str, ...]
"""One value of an account attribute in the app; a tuple is multi-valued and its order means nothing."""

Attributes: TypeAlias = Mapping[str, AttributeValue | None]
"""Account attributes by the app's names. ``None`` means: managed, and to be empty."""


def is_unassigned(value: AttributeValue | None) -> bool:
    """Say whether a value counts as absent: RFC 7643 §2.5 makes null, "" and an empty list the same."""
    return value is None or value in {"", ()}
