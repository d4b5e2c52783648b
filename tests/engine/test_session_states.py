"""What a session leaves is sealed, and spares the next one of the same integration work."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

from seatkeeper.store.sealing import Keyring, make_key
from tests.engine.ledger import Ledger, LedgerSession
from tests.engine.world import World


class _Remembering(LedgerSession):
    """Leaves how many sessions there were before it."""

    def __init__(self, ledger: Ledger) -> None:
        super().__init__(ledger)
        self.before = "nobody"

    def resume(self, state: str) -> None:
        self.before = state

    def state(self) -> str:
        return f"after {self.before}"


async def test_what_a_session_leaves_is_given_to_the_next_and_read_by_nobody_else(world: World) -> None:
    sessions: list[_Remembering] = []

    @asynccontextmanager
    async def connect(_: object) -> AsyncIterator[_Remembering]:
        sessions.append(_Remembering(world.ledger))
        yield sessions[-1]

    world.engine = replace(world.engine, connectors={"ledger": replace(world.ledger.connector(), connect=connect)})
    await world.run()
    await world.run()
    assert [each.before for each in sessions] == ["nobody", "after nobody"]
    [kept] = await world.rows("SELECT sealed FROM session_states")
    assert b"nobody" not in kept["sealed"]
    world.engine = replace(world.engine, keyring=Keyring.parse(make_key()))
    await world.run()
    assert sessions[-1].before == "nobody"
