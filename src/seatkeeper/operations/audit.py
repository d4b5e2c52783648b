"""What happens in the workspace, kept for the audit log in the transaction in which it happens."""

from seatkeeper.core.access import Member
from seatkeeper.core.events import EventKind, Origin
from seatkeeper.core.values import Document, Json
from seatkeeper.operations.sessions import Client
from seatkeeper.store.database import Database, Transaction
from seatkeeper.store.records.events import Happening, record_event

_LONGEST_CLAIM = 320


async def note(tx: Transaction, kind: EventKind, target: str, **details: Json) -> None:
    """Record what happened to ``target``; what is None or empty is left out of the details."""
    kept: Document = {name: value for name, value in details.items() if value}
    await record_event(tx, Happening(None, kind, target, details=kept))


async def note_by_member(tx: Transaction, kind: EventKind, member: Member, **details: Json) -> None:
    """Record what a member did before they were signed in."""
    kept: Document = {name: value for name, value in details.items() if value}
    await record_event(tx, Happening(None, kind, member.name, details=kept, actor_name=member.name))


async def note_own_change(tx: Transaction, what: str) -> None:
    """Record that whoever asks changed how they sign in themselves."""
    await note(tx, EventKind.MEMBER_SIGN_IN_CHANGED, tx.origin.name, changed=[what])


async def note_sign_in(tx: Transaction, member: Member, method: str, client: Client) -> None:
    """Record that a member came in."""
    await note_by_member(tx, EventKind.MEMBER_SIGNED_IN, member, method=method, address=client.address)


async def note_failed_sign_in(
    database: Database, origin: Origin, claimed: str, method: str, client: Client
) -> None:
    """Record that somebody was refused; ``claimed`` is who they said they are, if they said so."""
    shown = "".join(each for each in claimed[:_LONGEST_CLAIM] if each.isprintable()).strip() or "somebody unknown"
    async with database.transaction(origin) as tx:
        await note(tx, EventKind.MEMBER_SIGN_IN_FAILED, shown, method=method, address=client.address)
