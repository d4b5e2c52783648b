"""Users of one integration, and the groups each belongs to."""

from collections.abc import Sequence
from dataclasses import dataclass

from seatkeeper.core.ids import GroupId, IntegrationId, UserId
from seatkeeper.core.users import User
from seatkeeper.store.database import Reader
from seatkeeper.store.queries.listing import ListQuery, Page


@dataclass(frozen=True, slots=True)
class Membership:
    """A group a user belongs to."""

    group_id: GroupId
    display_name: str


async def get_user(reader: Reader, integration_id: IntegrationId, user_id: UserId) -> User:
    """Read one user. Raises ``NotFoundError``, also for a user of another integration."""
    raise NotImplementedError


async def list_users(reader: Reader, integration_id: IntegrationId, query: ListQuery) -> Page[User]:
    """Read one page of the integration's users."""
    raise NotImplementedError


async def list_groups_of(reader: Reader, user_ids: Sequence[UserId]) -> dict[UserId, list[Membership]]:
    """Read the groups of each user, by name. Every id asked for is a key."""
    raise NotImplementedError
