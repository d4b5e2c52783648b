"""One-time links: an invited member chooses a password with one, and a locked-out one a new password."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from seatkeeper.core.access import Member, WorkspaceRole
from seatkeeper.core.errors import NotFoundError, NotPossibleNowError
from seatkeeper.core.events import EventKind
from seatkeeper.core.ids import MemberId
from seatkeeper.operations.attempts import forgive_account
from seatkeeper.operations.audit import note, note_by_member
from seatkeeper.operations.challenges import ChallengeKind, look_at, pose, take
from seatkeeper.operations.members import add_member, rename_member
from seatkeeper.store.database import Reader, Transaction
from seatkeeper.store.queries.members import ListedMember, get_member
from seatkeeper.store.records.challenges import drop_challenges_of
from seatkeeper.store.records.credentials import drop_totp, set_password_hash
from seatkeeper.store.records.sessions import end_sessions_of

LINK_LASTS: Final = timedelta(days=3)
_GONE = "This link was used already, was replaced by a newer one, or is too old. Ask an Admin for a new one."


@dataclass(frozen=True, slots=True)
class Invitation:
    """A member and the link just made for them. ``secret`` exists nowhere else: it is shown this once."""

    member: Member
    secret: str = field(repr=False)
    expires_at: datetime

    @property
    def path(self) -> str:
        """Where the link leads, behind the public URL."""
        return f"/join/{self.secret}"


async def invite_member(tx: Transaction, email: str, name: str, role: WorkspaceRole) -> Invitation:
    """Add a member and make the link with which they choose a password.

    An empty name takes the beginning of the address; they may correct it.
    Raises ``InvalidValueError`` and ``AlreadyExistsError``.
    """
    member = await add_member(tx, email, name.strip() or email.strip().partition("@")[0], role)
    return await _make_link(tx, member, forgets_totp=False)


async def make_link(tx: Transaction, member_id: MemberId, *, forgets_totp: bool = False) -> Invitation:
    """Make a new link for a member; the one before is void.

    ``forgets_totp`` also takes away the second step of somebody who lost it.
    Raises ``NotFoundError``, and ``NotPossibleNowError`` for somebody who is disabled.
    """
    found = await get_member(tx, member_id)
    if found.disabled_at is not None:
        raise NotPossibleNowError(f"{found.member.name} is disabled. Enable them first.")
    invitation = await _make_link(tx, found.member, forgets_totp=forgets_totp)
    changed = ["second step"] if forgets_totp else []
    await note(tx, EventKind.MEMBER_LINK_MADE, found.member.name, changed=changed)
    return invitation


async def get_invited(reader: Reader, secret: str, now: datetime) -> ListedMember:
    """Find whom a link is for, and leave it good. Raises ``NotFoundError``."""
    challenge = await look_at(reader, ChallengeKind.LINK, secret, now)
    return await _member_of(reader, None if challenge is None else challenge.member_id)


async def use_link(tx: Transaction, secret: str, name: str, hashed: str) -> ListedMember:
    """Use a link up: its member has this name and hashed password from now on, and is signed out everywhere.

    Raises ``NotFoundError`` and ``InvalidValueError``; of two at once, one succeeds.
    """
    challenge = await take(tx, ChallengeKind.LINK, secret)
    if challenge is None:
        raise NotFoundError(_GONE)
    member = (await _member_of(tx, challenge.member_id)).member
    await rename_member(tx, member.id, name)
    await set_password_hash(tx, member.id, hashed)
    if challenge.data["forgets_totp"]:
        await drop_totp(tx, member.id)
    await end_sessions_of(tx, member.id)
    await forgive_account(tx, member.email)
    renamed = await get_member(tx, member.id)
    await note_by_member(tx, EventKind.MEMBER_LINK_USED, renamed.member)
    return renamed


async def _make_link(tx: Transaction, member: Member, *, forgets_totp: bool) -> Invitation:
    await drop_challenges_of(tx, ChallengeKind.LINK.value, member.id)
    data = {"forgets_totp": forgets_totp}
    secret = await pose(tx, ChallengeKind.LINK, data, LINK_LASTS, member_id=member.id)
    return Invitation(member, secret, tx.now + LINK_LASTS)


async def _member_of(reader: Reader, member_id: MemberId | None) -> ListedMember:
    if member_id is None:
        raise NotFoundError(_GONE)
    found = await get_member(reader, member_id)
    if found.disabled_at is not None:
        raise NotFoundError(_GONE)
    return found
