"""Handing what a session left to the next one of the same integration, sealed in between."""

from contextlib import AsyncExitStack

from seatkeeper.core.integrations import Integration
from seatkeeper.engine.changes import change
from seatkeeper.engine.context import Engine
from seatkeeper.spi.connector import KeepsState, Session
from seatkeeper.store.records.session_states import find_session_state, put_session_state
from seatkeeper.store.sealing import SealError


async def hand_on(engine: Engine, integration: Integration, session: Session, stack: AsyncExitStack) -> None:
    """Give the session what was kept, and keep what it leaves when the stack is closed.

    What cannot be unsealed any more is done without: it only spares work.
    """
    if not isinstance(session, KeepsState):
        return
    bound_to = f"{integration.id} session"
    async with engine.database.read() as reader:
        sealed = await find_session_state(reader, integration.id)
    before = None if sealed is None else _unsealed(engine, sealed, bound_to)
    if before is not None:
        session.resume(before)

    async def keep() -> None:
        left = session.state()
        if left is not None and left != before:
            fresh = engine.keyring.seal(left.encode(), bound_to=bound_to)
            await change(engine.database, lambda tx: put_session_state(tx, integration.id, fresh))

    stack.push_async_callback(keep)


def _unsealed(engine: Engine, sealed: bytes, bound_to: str) -> str | None:
    try:
        return engine.keyring.unseal(sealed, bound_to=bound_to).decode()
    except SealError:
        return None
