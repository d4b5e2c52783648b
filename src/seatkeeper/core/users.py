"""The people and groups the IdP assigned to an integration, as mapping and policy see them."""

from dataclasses import dataclass
from datetime import datetime

from seatkeeper.core.ids import GroupId, UserId
from seatkeeper.core.values import Document


@dataclass(frozen=True, slots=True)
class User:
    """A SCIM User. ``document`` holds everything but ``id``, ``meta`` and ``groups``."""

    id: UserId
    user_name: str
    external_id: str | None
    active: bool
    document: Document
    version: int
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Group:
    """A SCIM Group without its members: membership is rows, asked for when it is needed."""

    id: GroupId
    display_name: str
    external_id: str | None
    document: Document
    version: int
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class MembersChange:
    """Who comes to a group and who goes. With ``replace`` the members afterwards are exactly ``add``.

    Adding a member twice and removing a stranger are success. Somebody in both sets is added.
    """

    add: frozenset[UserId] = frozenset()
    remove: frozenset[UserId] = frozenset()
    replace: bool = False
