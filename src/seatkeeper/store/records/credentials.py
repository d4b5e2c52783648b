"""Writing what members prove themselves with: passwords, authenticator apps, recovery codes."""

from collections.abc import Sequence

from sqlalchemy import BigInteger, LargeBinary, Text, Uuid, bindparam, delete, insert, null, or_, update

from seatkeeper.core.ids import MemberId
from seatkeeper.store.database import Transaction
from seatkeeper.store.statements import prepare
from seatkeeper.store.workspace_tables import members, recovery_codes

_THIS = members.c.id == bindparam("member_id", type_=Uuid)
_STEP = bindparam("step", type_=BigInteger)
_SET_PASSWORD = prepare(update(members).where(_THIS).values(password=bindparam("hashed", type_=Text)))
_REHASH = prepare(
    update(members)
    .where(_THIS, members.c.password == bindparam("before", type_=Text))
    .values(password=bindparam("hashed", type_=Text))
)
_SET_TOTP = prepare(
    update(members).where(_THIS).values(totp=bindparam("sealed", type_=LargeBinary), totp_step=_STEP)
)
_DROP_TOTP = prepare(update(members).where(_THIS).values(totp=null(), totp_step=null()))
_PASS_STEP = prepare(
    update(members)
    .where(_THIS, members.c.totp.is_not(None), or_(members.c.totp_step.is_(None), members.c.totp_step < _STEP))
    .values(totp_step=_STEP)
)
_OF_MEMBER = recovery_codes.c.member_id == bindparam("member_id", type_=Uuid)
_DROP_CODES = prepare(delete(recovery_codes).where(_OF_MEMBER))
_USE_CODE = prepare(
    delete(recovery_codes).where(_OF_MEMBER, recovery_codes.c.digest == bindparam("digest", type_=LargeBinary))
)
_ADD_CODE = prepare(insert(recovery_codes).values(member_id=bindparam("member_id"), digest=bindparam("digest")))


async def set_password_hash(tx: Transaction, member_id: MemberId, hashed: str) -> None:
    """Write a member's hashed password."""
    await tx.execute(_SET_PASSWORD, member_id=member_id, hashed=hashed)


async def renew_password_hash(tx: Transaction, member_id: MemberId, before: str, hashed: str) -> None:
    """Write the same password hashed anew, unless another was set meanwhile."""
    await tx.execute(_REHASH, member_id=member_id, before=before, hashed=hashed)


async def set_totp(tx: Transaction, member_id: MemberId, sealed: bytes, step: int) -> None:
    """Write the sealed key of a member's authenticator app, and the time step already used."""
    await tx.execute(_SET_TOTP, member_id=member_id, sealed=sealed, step=step)


async def drop_totp(tx: Transaction, member_id: MemberId) -> None:
    """Forget a member's authenticator app and recovery codes."""
    await tx.execute(_DROP_TOTP, member_id=member_id)
    await tx.execute(_DROP_CODES, member_id=member_id)


async def pass_totp_step(tx: Transaction, member_id: MemberId, step: int) -> bool:
    """Use a time step up (RFC 6238 §5.2); False when it, or a later one, was used before."""
    return await tx.execute(_PASS_STEP, member_id=member_id, step=step) > 0


async def put_recovery_codes(tx: Transaction, member_id: MemberId, digests: Sequence[bytes]) -> None:
    """Write a member's recovery codes instead of those before."""
    await tx.execute(_DROP_CODES, member_id=member_id)
    for digest in digests:
        await tx.execute(_ADD_CODE, member_id=member_id, digest=digest)


async def use_recovery_code(tx: Transaction, member_id: MemberId, digest: bytes) -> bool:
    """Use a recovery code up; of two who try at once, one succeeds."""
    return await tx.execute(_USE_CODE, member_id=member_id, digest=digest) > 0
