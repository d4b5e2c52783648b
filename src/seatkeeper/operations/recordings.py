"""Recording what an identity provider sends to an integration, for a while and with nobody in it."""

import re
import secrets
from dataclasses import dataclass
from datetime import timedelta

from seatkeeper.core.errors import InvalidValueError, NotFoundError, NotPossibleNowError
from seatkeeper.core.events import EventKind
from seatkeeper.core.ids import IntegrationId, RecordingId
from seatkeeper.core.integrations import Integration
from seatkeeper.core.recordings import Bounds, EndReason
from seatkeeper.store.database import Transaction
from seatkeeper.store.queries.integrations import get_integration
from seatkeeper.store.queries.recordings import RunningRecording, list_recordings
from seatkeeper.store.records import recordings
from seatkeeper.store.records.events import Happening, record_event

KEPT_FOR = timedelta(days=30)
"""How long a recording is kept after it ended."""
MOST = 20
"""Recordings of one integration."""

_ATTRIBUTE = re.compile(r"[A-Za-z][\w-]{0,60}")
_SEPARATORS = re.compile(r"[,;\s]+")


@dataclass(frozen=True, slots=True)
class Wish:
    """How to record. ``kept`` names attributes whose values are recorded as they are, such as ``department``."""

    bounds: Bounds
    kept: str = ""


async def start_recording(tx: Transaction, integration: Integration, wish: Wish) -> RecordingId:
    """Begin to record.

    Raises ``InvalidValueError``, and ``NotPossibleNowError`` while one runs or when there are many already.
    """
    bounds, kept = wish.bounds.check(), read_kept(wish.kept)
    before = await list_recordings(tx, integration.id)
    if len(before) >= MOST:
        raise NotPossibleNowError(f"There are {len(before)} recordings already. Delete one that nobody needs.")
    made = await recordings.insert_recording(tx, integration.id, bounds, kept, secrets.token_bytes(32))
    if made is None:
        raise NotPossibleNowError("A recording runs already. Stop it before you start another.")
    await _tell(tx, EventKind.RECORDING_STARTED, integration)
    return made


async def stop_recording(tx: Transaction, integration: Integration, recording_id: RecordingId) -> None:
    """End a recording. Raises ``NotFoundError``; one that ended by itself meanwhile is success."""
    await _demand_ours(tx, integration.id, recording_id)
    ended = await recordings.end_recording(tx, recording_id, EndReason.STOPPED)
    if ended is not None:
        await _tell(tx, EventKind.RECORDING_STOPPED, integration, ended["requests"])


async def delete_recording(tx: Transaction, integration: Integration, recording_id: RecordingId) -> None:
    """Forget a recording and everything in it. Raises ``NotFoundError``."""
    requests = await recordings.delete_recording(tx, integration.id, recording_id)
    if requests is None:
        raise _missing()
    await _tell(tx, EventKind.RECORDING_DELETED, integration, requests)


async def note_download(tx: Transaction, integration: Integration, requests: int) -> None:
    """Remember that somebody took a recording along."""
    await _tell(tx, EventKind.RECORDING_DOWNLOADED, integration, requests)


async def keep_exchange(tx: Transaction, running: RunningRecording, exchange: str) -> bool:
    """Add an exchange that is masked already. False once no more is taken: a full recording ends here."""
    if await recordings.insert_exchange(tx, running.id, exchange):
        return True
    reason = EndReason.OVER if running.ends_at <= tx.now else EndReason.FULL
    ended = await recordings.end_recording(tx, running.id, reason)
    if ended is not None:
        integration = await get_integration(tx, running.integration_id)
        await _tell(tx, EventKind.RECORDING_ENDED, integration, ended["requests"])
    return False


async def tidy_recordings(tx: Transaction) -> None:
    """End the recordings whose time is up, and forget those that ended long ago."""
    for ended in await recordings.end_overdue_recordings(tx):
        integration = await get_integration(tx, IntegrationId(ended["integration_id"]))
        await _tell(tx, EventKind.RECORDING_ENDED, integration, ended["requests"])
    await recordings.delete_old_recordings(tx, tx.now - KEPT_FOR)


def read_kept(text: str) -> list[str]:
    """Read names of attributes, in lower case. Raises ``InvalidValueError``."""
    names = [name for name in _SEPARATORS.split(text.strip()) if name]
    wrong = [name for name in names if not _ATTRIBUTE.fullmatch(name)]
    if wrong:
        raise InvalidValueError(
            f"{wrong[0]} is not the name of an attribute. Write, for example: department, title"
        )
    return sorted({name.lower() for name in names})


async def _demand_ours(tx: Transaction, integration_id: IntegrationId, recording_id: RecordingId) -> None:
    if all(one.id != recording_id for one in await list_recordings(tx, integration_id)):
        raise _missing()


def _missing() -> NotFoundError:
    return NotFoundError("This integration has no such recording. It may have been deleted.")


async def _tell(tx: Transaction, kind: EventKind, integration: Integration, requests: int = 0) -> None:
    details = {"requests": requests} if requests else {}
    await record_event(tx, Happening(integration.id, kind, integration.name, details=details))
