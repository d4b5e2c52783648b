"""Signing in with a password, and the second step where there is one."""

from dataclasses import dataclass, field
from datetime import timedelta

from seatkeeper.core.access import Member
from seatkeeper.core.errors import InvalidValueError, NotPossibleNowError
from seatkeeper.core.events import Origin
from seatkeeper.core.ids import MemberId
from seatkeeper.operations.attempts import count_try, forgive
from seatkeeper.operations.audit import note_failed_sign_in, note_own_change
from seatkeeper.operations.challenges import ChallengeKind, look_at, pose, take
from seatkeeper.operations.passwords import hash_password, is_outdated, is_password
from seatkeeper.operations.sessions import Client, finish_other_sessions
from seatkeeper.operations.totp import WRONG_CODE, pass_second_step
from seatkeeper.store.database import Database, Transaction
from seatkeeper.store.queries.credentials import Credentials, find_credentials, find_credentials_of
from seatkeeper.store.records.credentials import renew_password_hash, set_password_hash
from seatkeeper.store.sealing import Keyring

STEP_LASTS = timedelta(minutes=10)
"""How long somebody may take between the steps of signing in."""
WRONG_PASSWORD = "The e-mail address or the password is not right."  # noqa: S105 - a sentence
TOO_SLOW = "That took too long, or was finished in another window. Sign in again."


@dataclass(frozen=True, slots=True)
class Claim:
    """Who somebody says they are, and the proof."""

    email: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Proven:
    """A member whose password was right. ``needs_code`` asks for the second step."""

    member: Member
    needs_code: bool


async def check_password(
    database: Database, origin: Origin, claim: Claim, client: Client, *, counted_as: str | None = None
) -> Proven:
    """Check a password. A stranger and a wrong password get the same answer after the same work.

    Failures count against the address claimed, or against ``counted_as``: strangers who guess at the sign-in
    page are not to keep somebody who is signed in from proving who they are.
    Raises ``InvalidValueError`` and ``TooManyAttemptsError``. Holds no connection while it hashes.
    """
    # What no column holds is nobody's address.
    email = claim.email if claim.email.isprintable() else ""
    async with database.transaction(origin) as tx:
        counted = await count_try(tx, counted_as or email, client.address)
    async with database.read() as reader:
        found = await find_credentials(reader, email)
    right = await is_password(None if found is None else found.password, claim.password)
    if found is None or not right:
        await note_failed_sign_in(database, origin, email, "password", client)
        raise InvalidValueError(WRONG_PASSWORD)
    renewed = await _hash_anew(found, claim.password)
    async with database.transaction(origin) as tx:
        await forgive(tx, counted)
        if renewed is not None and found.password is not None:
            await renew_password_hash(tx, found.member.id, found.password, renewed)
    return Proven(found.member, found.totp is not None)


async def change_password(database: Database, origin: Origin, member: Member, hashed: str, session: str) -> None:
    """Take a new, hashed password; every session but the one of this secret ends."""
    async with database.transaction(origin) as tx:
        await set_password_hash(tx, member.id, hashed)
        await finish_other_sessions(tx, member.id, session)
        await note_own_change(tx, "password")


async def ask_for_code(tx: Transaction, member_id: MemberId, next_path: str) -> str:
    """Begin the second step; the secret is for the browser that passed the first."""
    return await pose(tx, ChallengeKind.CODE, {"next": next_path}, STEP_LASTS, member_id=member_id)


async def check_code(
    database: Database, origin: Origin, keyring: Keyring, step: str, answer: tuple[str, Client]
) -> tuple[Member, str]:
    """Check the second step: a code of the app or a recovery code, each good once. Give who it was, and where to.

    Raises ``InvalidValueError``, ``TooManyAttemptsError``, and ``NotPossibleNowError`` when the first step is too
    long ago.
    """
    code, client = answer
    async with database.transaction(origin) as tx:
        challenge = await look_at(tx, ChallengeKind.CODE, step, tx.now)
        found = None if challenge is None else await _with_totp(tx, challenge.member_id)
        if challenge is None or found is None:
            raise NotPossibleNowError(TOO_SLOW)
        counted = await count_try(tx, f"code {found.member.id}", client.address)
    async with database.transaction(origin) as tx:
        passed = await pass_second_step(tx, keyring, found, code)
        if passed and await take(tx, ChallengeKind.CODE, step) is None:
            raise NotPossibleNowError(TOO_SLOW)
        if passed:
            await forgive(tx, counted)
    if not passed:
        await note_failed_sign_in(database, origin, found.member.email, "code", client)
        raise InvalidValueError(WRONG_CODE)
    return found.member, str(challenge.data["next"])


async def _with_totp(tx: Transaction, member_id: MemberId | None) -> Credentials | None:
    found = None if member_id is None else await find_credentials_of(tx, member_id)
    return found if found is not None and found.totp is not None else None


async def _hash_anew(found: Credentials, password: str) -> str | None:
    if found.password is None or not is_outdated(found.password):
        return None
    return await hash_password(password)
