"""Writes repeated because their answer got lost: the same key means the same request, carried out once."""

import hashlib
from dataclasses import dataclass

from seatkeeper.core.errors import AlreadyExistsError, InvalidValueError, NotPossibleNowError
from seatkeeper.core.ids import MemberId
from seatkeeper.store.database import Transaction
from seatkeeper.store.records.idempotency import claim_key, keep_answer, release_key
from seatkeeper.store.sealing import Keyring

_LONGEST = 255


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as it was given the first time."""

    status: int
    body: bytes


async def begin_request(
    tx: Transaction, keyring: Keyring, member_id: MemberId, key: str, request: bytes
) -> Answer | None:
    """Take the key for this request; give the answer it had when it was carried out before.

    Raises ``AlreadyExistsError`` for a key that belongs to another request, and ``NotPossibleNowError`` while the
    first one is still being carried out.
    """
    if not 0 < len(key) <= _LONGEST or not key.isprintable():
        raise InvalidValueError(f"Idempotency-Key must have 1 to {_LONGEST} printable characters.")
    digest = hashlib.sha256(request).digest()
    known = await claim_key(tx, member_id, key, digest)
    if known is None:
        return None
    if known.request_digest != digest:
        raise AlreadyExistsError("This Idempotency-Key was used for another request: use a new one.")
    if known.status is None or known.body is None:
        raise NotPossibleNowError("The first request with this Idempotency-Key is still being carried out.")
    return Answer(known.status, keyring.unseal(bytes(known.body), bound_to=_place(member_id, key)))


async def finish_request(tx: Transaction, keyring: Keyring, member_id: MemberId, key: str, answer: Answer) -> None:
    """Keep the answer for a day, sealed, since it may tell a new secret. One that is ours to blame is not kept."""
    if answer.status >= 500 or answer.status == 429:
        await release_key(tx, member_id, key)
    else:
        body = keyring.seal(answer.body, bound_to=_place(member_id, key))
        await keep_answer(tx, member_id, key, answer.status, body)


def _place(member_id: MemberId, key: str) -> str:
    return f"answer {member_id} {key}"
