"""What an IdP wants a user or a group to be, ready for ``operations``."""

from collections.abc import Mapping
from typing import Any

from scim2_models import InvalidValueException

from seatkeeper.core.schema import Steps
from seatkeeper.core.users import Group, User
from seatkeeper.operations.groups import GroupDraft
from seatkeeper.operations.users import UserDraft
from seatkeeper.scim.documents import read_document
from seatkeeper.scim.shapes import GROUP_SHAPE, Shape, refuse_missing


def new_user(shape: Shape, payload: Mapping[str, Any]) -> UserDraft:
    """Read a POST. Raises scim2-models' exceptions, as everything here does."""
    document = read_document(shape.attributes, payload)
    refuse_missing(document, shape.required)
    return settled_user(document)


def replaced_user(shape: Shape, payload: Mapping[str, Any], before: User) -> UserDraft:
    """Read a PUT: what it leaves out is unassigned (RFC 7644 §3.5.1).

    What the IdP was never shown it cannot send back, so that stays; so does ``active``, for a profile pushed
    without it must not let somebody in again.
    """
    document = read_document(shape.attributes, payload)
    for steps in shape.hidden:
        _carry_over(before.document, document, steps)
    return changed_user(shape, document, before)


def changed_user(shape: Shape, document: dict[str, Any], before: User) -> UserDraft:
    """Settle a user that was there before, from a canonical document."""
    document.setdefault("active", before.active)
    refuse_missing(document, shape.required, before.document)
    return settled_user(document)


def settled_user(document: dict[str, Any]) -> UserDraft:
    """Check what every user must be, from a canonical document."""
    return UserDraft(
        user_name=_required(document, "userName"),
        external_id=document.get("externalId") or None,
        active=document.setdefault("active", True),
        document=document,
    )


def new_group(payload: Mapping[str, Any]) -> GroupDraft:
    """Read a POST or a PUT of a group, its members aside."""
    return settled_group(read_document(GROUP_SHAPE.attributes, payload))


def unchanged_group(group: Group) -> GroupDraft:
    """Draft a group as it stands."""
    return GroupDraft(group.display_name, group.external_id, group.document)


def settled_group(document: dict[str, Any]) -> GroupDraft:
    """Check what every group must be, from a canonical document."""
    return GroupDraft(
        display_name=_required(document, "displayName"),
        external_id=document.get("externalId") or None,
        document=document,
    )


def _required(document: Mapping[str, Any], name: str) -> str:
    value: str = document.get(name, "")
    if not value.strip():
        raise InvalidValueException(detail=f"'{name}' is required and has no value.")
    return value


def _carry_over(before: Mapping[str, Any], document: dict[str, Any], steps: Steps) -> None:
    *outer, last = steps
    for step in outer:
        inner = before.get(step)
        if not isinstance(inner, Mapping) or not isinstance(document.get(step, {}), dict):
            return
        before, document = inner, document.setdefault(step, {})
    if last in before:
        document.setdefault(last, before[last])
