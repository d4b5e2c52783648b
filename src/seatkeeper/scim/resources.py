"""Users and groups as SCIM resources, built from the stored documents without going through models."""

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from seatkeeper.core.users import Group, User
from seatkeeper.scim.attributes import Selection
from seatkeeper.scim.models import GROUP, USER
from seatkeeper.scim.shapes import Shape
from seatkeeper.store.queries.groups import Member
from seatkeeper.store.queries.users import Membership


def user_resource(
    base_url: str, shape: Shape, user: User, groups: Sequence[Membership], selected: Selection
) -> dict[str, Any]:
    """Show a user. ``groups`` is left out where there are none."""
    resource: dict[str, Any] = {"schemas": [], "id": str(user.id), **user.document}
    if groups:
        resource["groups"] = [_membership(base_url, group) for group in groups]
    resource["meta"] = _meta("User", f"{base_url}/Users/{user.id}", user, revision(user, groups))
    shown = selected.of(resource)
    shown["schemas"] = [USER, *(urn for urn in shape.extensions if urn in shown)]
    return shown


def group_resource(
    base_url: str, group: Group, members: Sequence[Member] | None, selected: Selection
) -> dict[str, Any]:
    """Show a group. ``members`` is a list even when empty, for authentik adds nobody where it is missing."""
    resource: dict[str, Any] = {"schemas": [GROUP], "id": str(group.id), **group.document}
    if members is not None:
        resource["members"] = [_member(base_url, member) for member in members]
    resource["meta"] = _meta("Group", f"{base_url}/Groups/{group.id}", group, revision(group))
    return selected.of(resource)


def revision(resource: User | Group, groups: Sequence[Membership] = ()) -> str:
    """Give the version of a resource as it is shown, which for a user includes the ``groups`` (RFC 7644 §3.14).

    These are not written into the user, or each change of a group would be one of all its members.
    """
    if not groups:
        return str(resource.version)
    shown = "".join(f"{group.group_id}{group.display_name}{group.is_direct}" for group in groups)
    return f"{resource.version}.{hashlib.sha256(shown.encode()).hexdigest()[:16]}"


def entity_tag(revision: str) -> str:
    """Give a revision as a weak entity tag."""
    return f'W/"{revision}"'


def _membership(base_url: str, group: Membership) -> dict[str, Any]:
    return {
        "value": str(group.group_id),
        "$ref": f"{base_url}/Groups/{group.group_id}",
        "display": group.display_name,
        "type": "direct" if group.is_direct else "indirect",
    }


def _member(base_url: str, member: Member) -> dict[str, Any]:
    kind = "Group" if member.is_group else "User"
    return {
        "value": str(member.id),
        "$ref": f"{base_url}/{kind}s/{member.id}",
        "display": member.display,
        "type": kind,
    }


def _meta(resource_type: str, location: str, resource: User | Group, revision: str) -> dict[str, Any]:
    return {
        "resourceType": resource_type,
        "created": instant(resource.created_at),
        "lastModified": instant(resource.updated_at),
        "location": location,
        "version": entity_tag(revision),
    }


@lru_cache(maxsize=256)
def instant(at: datetime) -> str:
    """Write an instant as SCIM does (RFC 7643 §2.3.5)."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
