"""PATCH (RFC 7644 §3.5.2): what an IdP sent, cleaned of its dialect, then applied by scim2-models.

A patch is read completely before anything is changed, and ``operations`` applies it inside one transaction, so it
happens as a whole or not at all.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from scim2_models import Context, PayloadTooLargeException, ScimPolicy

from seatkeeper.core.dialects import EVERYTHING, Tolerance
from seatkeeper.core.users import User
from seatkeeper.operations.users import UserDraft
from seatkeeper.scim.documents import read_document
from seatkeeper.scim.drafts import changed_user
from seatkeeper.scim.patch_cleaning import cleaned
from seatkeeper.scim.patch_operations import Operation, operations_of
from seatkeeper.scim.policy import EXACT_PATHS, POLICY
from seatkeeper.scim.shapes import Shape

_MOST_OPERATIONS = 500


def user_patch(
    shape: Shape, payload: Mapping[str, Any], tolerated: frozenset[Tolerance] = EVERYTHING
) -> Callable[[User], UserDraft]:
    """Read a PATCH of a user into the change it makes. Raises scim2-models' exceptions, then and when applied."""
    policy = POLICY if Tolerance.UNMATCHED_PATHS in tolerated else EXACT_PATHS
    apply = prepared_patch(shape, operations_of(payload), policy)
    return lambda user: changed_user(shape, apply(user.document), user)


def prepared_patch(
    shape: Shape, operations: Sequence[Operation], policy: ScimPolicy = POLICY
) -> Callable[[Mapping[str, Any]], dict[str, Any]]:
    """Make the function that applies operations to a canonical document and returns the new one.

    Raises ``PayloadTooLargeException`` for more than anybody's attributes need: they hold up all others.
    """
    if len(operations) > _MOST_OPERATIONS:
        raise PayloadTooLargeException(detail=f"A PATCH may change {_MOST_OPERATIONS} attributes at most.")
    parts = [part for operation in operations for part in cleaned(shape, operation)]
    if not parts:
        return dict
    with policy:
        patch = shape.patch.model_validate({"Operations": parts}, scim_ctx=Context.RESOURCE_PATCH_REQUEST)

    def apply(document: Mapping[str, Any]) -> dict[str, Any]:
        with policy:
            resource = shape.model.model_validate(document)
            patch.patch(resource)
            return read_document(shape.attributes, resource.model_dump())

    return apply
