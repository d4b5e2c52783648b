"""Writing passkeys."""

from sqlalchemy import BigInteger, DateTime, Uuid, bindparam, delete, or_, update
from sqlalchemy.dialects.postgresql import insert

from seatkeeper.core.ids import MemberId, PasskeyId
from seatkeeper.store.database import Transaction
from seatkeeper.store.identifiers import new_id
from seatkeeper.store.statements import prepare
from seatkeeper.store.workspace_tables import passkeys

_COUNT = bindparam("new_count", type_=BigInteger)
_INSERT = prepare(
    insert(passkeys)
    .values(
        {
            name: bindparam(name)
            for name in ("id", "member_id", "name", "credential_id", "public_key", "sign_count", "created_at")
        }
    )
    .on_conflict_do_nothing(constraint="passkeys_are_unique")
)
_USED = prepare(
    update(passkeys)
    .where(
        passkeys.c.id == bindparam("this", type_=Uuid),
        or_(_COUNT == 0, passkeys.c.sign_count < _COUNT),
    )
    .values(sign_count=_COUNT, last_used_at=bindparam("now", type_=DateTime(timezone=True)))
)
_DELETE = prepare(
    delete(passkeys).where(
        passkeys.c.id == bindparam("this", type_=Uuid), passkeys.c.member_id == bindparam("owner", type_=Uuid)
    )
)


async def insert_passkey(
    tx: Transaction, member_id: MemberId, name: str, credential: tuple[bytes, bytes, int]
) -> bool:
    """Keep a passkey: its credential id, public key and counter. False when it is somebody's already."""
    credential_id, public_key, sign_count = credential
    written = await tx.execute(
        _INSERT,
        id=new_id(),
        member_id=member_id,
        name=name,
        credential_id=credential_id,
        public_key=public_key,
        sign_count=sign_count,
        created_at=tx.now,
    )
    return written > 0


async def mark_passkey_used(tx: Transaction, passkey_id: PasskeyId, sign_count: int) -> bool:
    """Note a use; False when the counter did not grow, which a copied authenticator shows itself by."""
    return await tx.execute(_USED, this=passkey_id, new_count=sign_count, now=tx.now) > 0


async def delete_passkey(tx: Transaction, member_id: MemberId, passkey_id: PasskeyId) -> bool:
    """Forget a member's passkey; say whether there was one."""
    return await tx.execute(_DELETE, this=passkey_id, owner=member_id) > 0
