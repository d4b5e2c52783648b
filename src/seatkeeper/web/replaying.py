"""Carrying a replay out while nobody waits for it, through the SCIM face of this process."""

import asyncio
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field, replace

import httpx
import structlog

from seatkeeper.core.errors import StoreUnavailableError
from seatkeeper.core.events import ActorKind, Origin
from seatkeeper.core.recordings import Exchange, decode_exchange
from seatkeeper.core.replays import ReplayFindings, ReplayState, StatusDifference
from seatkeeper.engine.replay_plan import plan_unseen
from seatkeeper.idps.replaying import Replayed, replay
from seatkeeper.operations.replays import BegunReplay, close_replay, note_replay
from seatkeeper.store.queries.recordings import stream_exchanges
from seatkeeper.web.house import House

_MOST_SHOWN = 200
_WRITTEN_EVERY = 1.0
_MOUNT = "/scim/v2"
_ORIGIN = Origin(ActorKind.SEATKEEPER, "Seatkeeper")

_log = structlog.get_logger(__name__)


async def carry_out_replay(house: House, begun: BegunReplay) -> None:
    """Send everything, and keep what is found in the store while it goes on. Raises nothing: the page is told."""
    run = _Run(house, begun)
    writing = asyncio.create_task(run.keep_writing())
    try:
        await run.send_all()
        run.findings = replace(run.findings, plan=await plan_unseen(house.engine, begun.copy))
        state = ReplayState.DONE
    except Exception as error:  # noqa: BLE001 - whoever looks at the page is told, and the log knows it
        _log.exception("replay.failed", integration=begun.copy.slug)
        run.findings = replace(run.findings, problem=f"It ended with {type(error).__name__}.")
        state = ReplayState.FAILED
    finally:
        writing.cancel()
        await asyncio.wait({writing})
    await run.close(state)


@dataclass(slots=True)
class _Run:
    house: House
    begun: BegunReplay
    sent: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    findings: ReplayFindings = field(default_factory=ReplayFindings)

    async def send_all(self) -> None:
        exchanges = await self._exchanges()
        transport = httpx.ASGITransport(self.house.scim, raise_app_exceptions=False, root_path=_MOUNT)
        async with httpx.AsyncClient(
            transport=transport,
            base_url=f"http://replay.invalid{_MOUNT}/{self.begun.copy.slug}",
            headers={"Authorization": f"Bearer {self.begun.token}"},
        ) as client:
            async for replayed in replay(client, exchanges):
                self._note(replayed)

    async def _exchanges(self) -> list[Exchange]:
        encoded = stream_exchanges(self.house.database, self.begun.recording_id)
        return sorted([decode_exchange(line) async for line in encoded], key=lambda exchange: exchange.at)

    def _note(self, replayed: Replayed) -> None:
        found = self.findings
        if replayed.number == 0:
            self.findings = replace(found, made_before=found.made_before + 1)
            return
        self.sent += 1
        if replayed.status is None:
            self.findings = replace(found, left_out=found.left_out + 1)
            return
        self.statuses[replayed.status] += 1
        self.findings = replace(found, statuses=dict(self.statuses))
        if replayed.is_different:
            differences = (*found.differences, _difference(replayed))[:_MOST_SHOWN]
            self.findings = replace(self.findings, different=found.different + 1, differences=differences)

    async def keep_writing(self) -> None:
        while True:
            await asyncio.sleep(_WRITTEN_EVERY)
            with suppress(StoreUnavailableError):
                async with self.house.database.transaction(_ORIGIN) as tx:
                    await note_replay(tx, self.begun, ReplayState.RUNNING, self.sent, self.findings)

    async def close(self, state: ReplayState) -> None:
        async with self.house.database.transaction(_ORIGIN) as tx:
            await note_replay(tx, self.begun, state, self.sent, self.findings)
            await close_replay(tx, self.begun)


def _difference(replayed: Replayed) -> StatusDifference:
    exchange = replayed.exchange
    assert replayed.status is not None
    return StatusDifference(
        replayed.number, exchange.method, exchange.target, exchange.status, replayed.status, replayed.detail
    )
