"""Finding a person by whatever somebody calls them."""

from uuid import UUID

from sqlalchemy import Text, Uuid, bindparam, or_, select

from seatkeeper.core.ids import IntegrationId
from seatkeeper.core.users import User
from seatkeeper.store.database import Reader
from seatkeeper.store.rows import decode_user
from seatkeeper.store.statements import prepare
from seatkeeper.store.tables import users
from seatkeeper.store.texts import name_key

_FIND = prepare(
    select(users)
    .where(
        users.c.integration_id == bindparam("integration_id", type_=Uuid),
        or_(
            users.c.user_name_key == bindparam("name", type_=Text),
            users.c.external_id == bindparam("external_id", type_=Text),
            users.c.id == bindparam("user_id", type_=Uuid),
        ),
    )
    .order_by(users.c.id)
    .limit(2)
)


async def find_people(reader: Reader, integration_id: IntegrationId, called: str) -> list[User]:
    """Find up to two users by userName without case, externalId, or id."""
    rows = await reader.fetch_all(
        _FIND,
        integration_id=integration_id,
        name=name_key(called),
        external_id=called,
        user_id=_as_id(called),
    )
    return [decode_user(row) for row in rows]


def _as_id(called: str) -> UUID | None:
    try:
        return UUID(called)
    except ValueError:
        return None
