"""Users that are already here: locking, rewriting and removing them. ``records.arrivals`` adds new ones."""

import psycopg
from sqlalchemy import DateTime, Uuid, bindparam, delete, select, update

from seatkeeper.core.ids import IntegrationId, UserId
from seatkeeper.core.users import User
from seatkeeper.store.database import Transaction
from seatkeeper.store.rows import decode_user
from seatkeeper.store.statements import prepare
from seatkeeper.store.tables import users
from seatkeeper.store.texts import encode_document, name_key

_ID = bindparam("user_id", type_=Uuid)
_ONE = select(users).where(users.c.id == _ID, users.c.integration_id == bindparam("integration_id", type_=Uuid))
_LOCK_TO_CHANGE = prepare(_ONE.with_for_update(key_share=True))
_LOCK_TO_DELETE = prepare(_ONE.with_for_update())
_REWRITE = prepare(
    update(users)
    .where(users.c.id == _ID)
    .values(
        user_name=bindparam("name"),
        user_name_key=bindparam("key"),
        external_id=bindparam("external"),
        active=bindparam("is_active"),
        document=bindparam("content"),
        version=bindparam("number"),
        updated_at=bindparam("now", type_=DateTime(timezone=True)),
    )
)
_LEFT_UNANSWERED = prepare(
    update(users)
    .where(users.c.id == _ID, users.c.version == 1)
    .values(unanswered_at=bindparam("now", type_=DateTime(timezone=True)))
)
_DELETE = prepare(delete(users).where(users.c.id == _ID))


async def lock_user(
    tx: Transaction, integration_id: IntegrationId, user_id: UserId, *, to_delete: bool = False
) -> User | None:
    """Find a user and keep everybody else from changing it until the transaction ends.

    Groups can still take the user in meanwhile, unless it is locked ``to_delete``.
    """
    statement = _LOCK_TO_DELETE if to_delete else _LOCK_TO_CHANGE
    row = await tx.fetch_one(statement, user_id=user_id, integration_id=integration_id)
    return None if row is None else decode_user(row)


async def rewrite_user(tx: Transaction, user: User, *, renamed: bool) -> bool:
    """Write every field of a locked user as it is given.

    Answers False, and has written nothing, when the userName is taken; that can only be when ``renamed``.
    """
    if not renamed:
        await _rewrite(tx, user)
        return True
    try:
        async with tx.savepoint():
            await _rewrite(tx, user)
    except psycopg.errors.UniqueViolation:
        return False
    return True


async def _rewrite(tx: Transaction, user: User) -> None:
    await tx.execute(
        _REWRITE,
        user_id=user.id,
        name=user.user_name,
        key=name_key(user.user_name),
        external=user.external_id,
        is_active=user.active,
        content=encode_document(user.document),
        number=user.version,
        now=user.updated_at,
    )


async def delete_user_row(tx: Transaction, user_id: UserId) -> None:
    """Remove the row. Memberships go with it; the account stays and belongs to nobody."""
    await tx.execute(_DELETE, user_id=user_id)


async def mark_user_unanswered(tx: Transaction, user_id: UserId) -> None:
    """Remember of a new user that whoever asked for it was gone before the answer."""
    await tx.execute(_LEFT_UNANSWERED, user_id=user_id, now=tx.now)
