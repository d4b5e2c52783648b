"""Users of one integration, and the groups each belongs to."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Text, Uuid, any_, bindparam, exists, select
from sqlalchemy.dialects.postgresql import ARRAY

from seatkeeper.core.errors import NotFoundError
from seatkeeper.core.ids import GroupId, IntegrationId, UserId
from seatkeeper.core.users import User
from seatkeeper.core.values import Document
from seatkeeper.store.database import Reader
from seatkeeper.store.membership_tables import memberships
from seatkeeper.store.queries.listing import INTEGRATION, ListQuery, Page, Place, Stretch, read_page, read_stretch
from seatkeeper.store.queries.nesting import belonging_to
from seatkeeper.store.rows import decode_user
from seatkeeper.store.statements import prepare
from seatkeeper.store.tables import groups, users


@dataclass(frozen=True, slots=True)
class Membership:
    """A group a user belongs to, be it through another group it is a member of."""

    group_id: GroupId
    display_name: str
    is_direct: bool = True


_ONE = prepare(
    select(users).where(users.c.id == bindparam("user_id", type_=Uuid), users.c.integration_id == INTEGRATION)
)
_UNANSWERED = prepare(
    select(users).where(
        users.c.integration_id == INTEGRATION,
        users.c.user_name_key == bindparam("name", type_=Text),
        users.c.unanswered_at.is_not(None),
        users.c.version == 1,
    )
)
_DOCUMENTS = prepare(
    select(users.c.id, users.c.user_name, users.c.document)
    .where(users.c.integration_id == INTEGRATION)
    .order_by(users.c.id)
)
_belonging = belonging_to(memberships.c.user_id == any_(bindparam("users", type_=ARRAY(Uuid))))
_GROUPS_OF = prepare(
    select(
        _belonging.c.user_id,
        groups.c.id,
        groups.c.display_name,
        exists()
        .where(memberships.c.group_id == _belonging.c.group_id, memberships.c.user_id == _belonging.c.user_id)
        .label("is_direct"),
    )
    .join(groups, groups.c.id == _belonging.c.group_id)
    .order_by(groups.c.id)
)


async def get_user(reader: Reader, integration_id: IntegrationId, user_id: UserId) -> User:
    """Read one user. Raises ``NotFoundError``, also for a user of another integration."""
    row = await reader.fetch_one(_ONE, user_id=user_id, integration_id=integration_id)
    if row is None:
        raise NotFoundError(f"There is no user with the id {user_id}.")
    return decode_user(row)


async def find_unanswered_user(reader: Reader, integration_id: IntegrationId, user_name_key: str) -> User | None:
    """Find a user as it was created, of whom whoever asked for it was never told."""
    row = await reader.fetch_one(_UNANSWERED, integration_id=integration_id, name=user_name_key)
    return None if row is None else decode_user(row)


async def list_documents(reader: Reader, integration_id: IntegrationId) -> list[tuple[UserId, str, Document]]:
    """Read the id, the userName and the document of everybody, in order of id."""
    rows = await reader.fetch_all(_DOCUMENTS, integration_id=integration_id)
    return [(UserId(row["id"]), row["user_name"], row["document"]) for row in rows]


async def list_users(reader: Reader, integration_id: IntegrationId, query: ListQuery) -> Page[User]:
    """Read one page of the integration's users."""
    return await read_page(reader, users, integration_id, query, decode_user)


async def list_users_after(
    reader: Reader, integration_id: IntegrationId, query: ListQuery, after: Place | None
) -> Stretch[User]:
    """Read the integration's users behind a place, or from the beginning."""
    return await read_stretch(reader, users, integration_id, query, decode_user, after)


async def list_groups_of(reader: Reader, user_ids: Sequence[UserId]) -> dict[UserId, list[Membership]]:
    """Read the groups of each user, in the order in which the groups were created. Every id is a key."""
    found: dict[UserId, list[Membership]] = {user_id: [] for user_id in user_ids}
    if not found:
        return found
    for row in await reader.fetch_all(_GROUPS_OF, users=list(found)):
        membership = Membership(GroupId(row["id"]), row["display_name"], row["is_direct"])
        found[UserId(row["user_id"])].append(membership)
    return found
