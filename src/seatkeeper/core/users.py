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
    """Who comes to a group and who goes, users and groups. With ``replace`` the members afterwards are exactly
    those to add.

    Adding a member twice and removing a stranger are success. Somebody to add and to remove is added. Whoever is
    not known yet waits: becomes a member on arrival.
    """

    add: frozenset[UserId | GroupId] = frozenset()
    remove: frozenset[UserId | GroupId] = frozenset()
    replace: bool = False
    add_named: frozenset[str] = frozenset()
    """Values that are no ids of ours: an externalId, a userName."""
    remove_named: frozenset[str] = frozenset()
