"""The first start: a one-time link makes the first Admin."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from seatkeeper.core.access import Member, WorkspaceRole
from seatkeeper.core.errors import NotFoundError
from seatkeeper.operations.challenges import ChallengeKind, look_at, pose
from seatkeeper.operations.members import add_member
from seatkeeper.store.database import Reader, Transaction
from seatkeeper.store.queries.members import has_members
from seatkeeper.store.records.challenges import drop_challenges
from seatkeeper.store.records.credentials import set_password_hash
from seatkeeper.store.records.members import lock_admins

SETUP_LINK_LASTS: Final = timedelta(hours=24)
_GONE = (
    "This set-up link was used already, was replaced at a later start, or is older than a day."
    " Start Seatkeeper anew and take the link it prints, or sign in if there is an Admin."
)


@dataclass(frozen=True, slots=True)
class FirstAdmin:
    """Who the first Admin is; ``password`` is hashed."""

    email: str
    name: str
    password: str = field(repr=False)


async def make_setup_link(tx: Transaction, place: str) -> str | None:
    """Make the path of a link that makes the first Admin; None when there are members.

    Each web process has its own, which its next start replaces: ``place`` is where it listens. All of them are
    void once one was used.
    """
    await lock_admins(tx)
    if await has_members(tx):
        return None
    await drop_challenges(tx, ChallengeKind.SETUP.value, place=place)
    return f"/setup/{await pose(tx, ChallengeKind.SETUP, {'place': place}, SETUP_LINK_LASTS)}"


async def check_setup_link(reader: Reader, secret: str, now: datetime) -> None:
    """Leave the link good. Raises ``NotFoundError`` when it is not."""
    if await has_members(reader) or await look_at(reader, ChallengeKind.SETUP, secret, now) is None:
        raise NotFoundError(_GONE)


async def make_first_admin(tx: Transaction, secret: str, admin: FirstAdmin) -> Member:
    """Make the first Admin and void every link; of two who try at once, one succeeds.

    Raises ``NotFoundError`` and ``InvalidValueError``.
    """
    await lock_admins(tx)
    await check_setup_link(tx, secret, tx.now)
    member = await add_member(tx, admin.email, admin.name, WorkspaceRole.ADMIN)
    await set_password_hash(tx, member.id, admin.password)
    await drop_challenges(tx, ChallengeKind.SETUP.value)
    return member
