"""What an IdP may ask for about groups and their members.

A member must be a user of the same integration. Its sister is ``operations.users``.
"""

from collections.abc import Callable
from dataclasses import dataclass

from seatkeeper.core.ids import GroupId, UserId
from seatkeeper.core.integrations import Integration
from seatkeeper.core.users import Group
from seatkeeper.core.values import Document
from seatkeeper.store.database import Transaction


@dataclass(frozen=True, slots=True)
class GroupDraft:
    """A group as it should be, without its members.

    ``document`` is the whole canonical resource, ``displayName`` and ``externalId`` included, without ``schemas``,
    ``id``, ``meta`` and ``members``, and without attributes that have no value.
    """

    display_name: str
    external_id: str | None
    document: Document


@dataclass(frozen=True, slots=True)
class MembersChange:
    """Who comes and who goes. With ``replace`` the members afterwards are exactly ``add``.

    Adding a member twice and removing a stranger are success. Somebody in both sets is added.
    """

    add: frozenset[UserId] = frozenset()
    remove: frozenset[UserId] = frozenset()
    replace: bool = False


@dataclass(frozen=True, slots=True)
class GroupChange:
    """A group as it should be, and what becomes of its members."""

    draft: GroupDraft
    members: MembersChange = MembersChange()


async def create_group(
    tx: Transaction, integration: Integration, draft: GroupDraft, members: frozenset[UserId]
) -> Group:
    """Take in a new group with its members.

    Raises ``AlreadyExistsError`` when the displayName is taken, compared without case, and ``InvalidValueError``,
    also for members this integration does not know.
    """
    raise NotImplementedError


async def change_group(
    tx: Transaction,
    integration: Integration,
    group_id: GroupId,
    change: Callable[[Group], GroupChange],
    *,
    if_version: int | None = None,
) -> Group:
    """Change a group; ``change`` is pure and is given the group as it stands, locked until the transaction ends.

    A change that changes nothing leaves no trace: no new version, no job, no event. Raises ``NotFoundError``,
    ``VersionMismatchError``, ``AlreadyExistsError``, ``InvalidValueError`` (also for unknown members to add),
    and whatever ``change`` raises.
    """
    raise NotImplementedError


async def delete_group(
    tx: Transaction, integration: Integration, group_id: GroupId, *, if_version: int | None = None
) -> None:
    """Remove a group, and ask for the app's group to be removed where it was pushed.

    Raises ``NotFoundError`` and ``VersionMismatchError``.
    """
    raise NotImplementedError
