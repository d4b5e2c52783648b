"""The second step: codes of an authenticator app (RFC 6238), and recovery codes for when it is lost."""

import base64
import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

import pyotp

from seatkeeper.core.access import Member
from seatkeeper.core.errors import InvalidValueError, NotPossibleNowError
from seatkeeper.core.ids import MemberId
from seatkeeper.operations.audit import note_own_change
from seatkeeper.operations.challenges import ChallengeKind, look_at, pose, take
from seatkeeper.store.database import Reader, Transaction
from seatkeeper.store.queries.credentials import Credentials
from seatkeeper.store.records.credentials import (
    drop_totp,
    pass_totp_step,
    put_recovery_codes,
    set_totp,
    use_recovery_code,
)
from seatkeeper.store.sealing import Keyring

_SETUP_LASTS = timedelta(minutes=15)
_STEP_SECONDS = 30
_RECOVERY_CODES = 10
_RECOVERY_BYTES = 10
_ISSUER = "Seatkeeper"
_DIGITS = 6
WRONG_CODE: Final = (
    "This code is not right. Wait for the next one, and check that the clock of the device is right."
)


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key to scan, or to type, that is not in use yet."""

    key: str = field(repr=False)
    uri: str = field(repr=False)


async def begin_totp(tx: Transaction, keyring: Keyring, member: Member, session: str) -> None:
    """Make a key for somebody's authenticator app; their session's secret holds it until it is confirmed."""
    sealed = keyring.seal(pyotp.random_base32().encode(), bound_to=_bound_to(member.id))
    data = {"sealed": base64.b64encode(sealed).decode()}
    await pose(tx, ChallengeKind.TOTP, data, _SETUP_LASTS, member_id=member.id, secret=session)


async def find_new_key(
    reader: Reader, keyring: Keyring, member: Member, session: str, now: datetime
) -> NewKey | None:
    """Find the key that is being set up in a session."""
    challenge = await look_at(reader, ChallengeKind.TOTP, session, now)
    if challenge is None or challenge.member_id != member.id:
        return None
    sealed = base64.b64decode(str(challenge.data["sealed"]))
    key = keyring.unseal(sealed, bound_to=_bound_to(member.id)).decode()
    return NewKey(key, pyotp.TOTP(key).provisioning_uri(name=member.email, issuer_name=_ISSUER))


async def confirm_totp(
    tx: Transaction, keyring: Keyring, member: Member, session: str, code: str
) -> Sequence[str]:
    """Take the key into use once the app has shown a code for it; give the recovery codes, kept nowhere else.

    Raises ``InvalidValueError``, and ``NotPossibleNowError`` when the set-up took too long.
    """
    new = await find_new_key(tx, keyring, member, session, tx.now)
    if new is None:
        raise NotPossibleNowError("The set-up took too long. Begin it again.")
    step = _step_of(new.key, code, tx.now)
    if step is None:
        raise InvalidValueError(WRONG_CODE)
    await take(tx, ChallengeKind.TOTP, session)
    sealed = keyring.seal(new.key.encode(), bound_to=_bound_to(member.id))
    await set_totp(tx, member.id, sealed, step)
    await note_own_change(tx, "second step")
    return await renew_recovery_codes(tx, member.id)


async def renew_recovery_codes(tx: Transaction, member_id: MemberId) -> Sequence[str]:
    """Make ten new recovery codes; those before are void."""
    codes = [_spell(secrets.token_bytes(_RECOVERY_BYTES)) for _ in range(_RECOVERY_CODES)]
    await put_recovery_codes(tx, member_id, [_digest(member_id, code) for code in codes])
    return codes


async def remove_totp(tx: Transaction, member_id: MemberId) -> None:
    """Sign in without a second step from now on."""
    await drop_totp(tx, member_id)
    await note_own_change(tx, "second step")


async def pass_second_step(tx: Transaction, keyring: Keyring, credentials: Credentials, code: str) -> bool:
    """Say whether a code of the app, or a recovery code, is right, and use it up."""
    assert credentials.totp is not None
    member_id = credentials.member.id
    plain = "".join(code.split()).replace("-", "")
    if not (len(plain) == _DIGITS and plain.isdecimal()):
        return await use_recovery_code(tx, member_id, _digest(member_id, plain))
    key = keyring.unseal(credentials.totp, bound_to=_bound_to(member_id)).decode()
    step = _step_of(key, plain, tx.now)
    return step is not None and await pass_totp_step(tx, member_id, step)


def _step_of(key: str, code: str, now: datetime) -> int | None:
    """Find the time step a code belongs to: the present one, or one beside it (RFC 6238 §5.2)."""
    totp, present = pyotp.TOTP(key), int(now.timestamp()) // _STEP_SECONDS
    plain = "".join(code.split())
    good = [
        step
        for step in (present - 1, present, present + 1)
        if secrets.compare_digest(totp.at(step * _STEP_SECONDS).encode(), plain.encode("utf-8", "replace"))
    ]
    return good[0] if good else None


def _spell(randomness: bytes) -> str:
    text = base64.b32encode(randomness).decode().lower()
    return "-".join(text[start : start + 4] for start in range(0, len(text), 4))


def _digest(member_id: MemberId, code: str) -> bytes:
    return hashlib.sha256(member_id.bytes + code.replace("-", "").lower().encode("utf-8", "replace")).digest()


def _bound_to(member_id: MemberId) -> str:
    return f"authenticator of {member_id}"
