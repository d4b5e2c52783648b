"""Groups of one integration, and their members."""

from collections.abc import Sequence
from dataclasses import dataclass

from seatkeeper.core.ids import GroupId, IntegrationId, UserId
from seatkeeper.core.users import Group
from seatkeeper.store.database import Reader
from seatkeeper.store.queries.listing import ListQuery, Page


@dataclass(frozen=True, slots=True)
class Member:
    """A member of a group. ``display`` is the user's displayName, or the userName without one."""

    user_id: UserId
    display: str
    user_name: str


async def get_group(reader: Reader, integration_id: IntegrationId, group_id: GroupId) -> Group:
    """Read one group. Raises ``NotFoundError``, also for a group of another integration."""
    raise NotImplementedError


async def list_groups(reader: Reader, integration_id: IntegrationId, query: ListQuery) -> Page[Group]:
    """Read one page of the integration's groups."""
    raise NotImplementedError


async def list_members(reader: Reader, group_id: GroupId) -> list[Member]:
    """Read the members of one group, in the order in which the users were created."""
    raise NotImplementedError


async def members_of_groups(reader: Reader, group_ids: Sequence[GroupId]) -> dict[GroupId, list[Member]]:
    """Read the members of several groups. Every id asked for is a key."""
    raise NotImplementedError
