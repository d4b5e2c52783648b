"""Replaying a recording into a copy of its integration, which stands for it and touches nothing."""

import secrets
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from seatkeeper.core.access import IntegrationRole
from seatkeeper.core.errors import NotFoundError, NotPossibleNowError
from seatkeeper.core.events import EventKind
from seatkeeper.core.ids import IntegrationId, MemberId, RecordingId, TokenId
from seatkeeper.core.integrations import Integration, IntegrationState
from seatkeeper.core.replays import ReplayFindings, ReplayState
from seatkeeper.operations.roles import change_role
from seatkeeper.operations.tokens import create_token, revoke_token
from seatkeeper.store.database import Transaction
from seatkeeper.store.identifiers import new_id
from seatkeeper.store.queries.recordings import find_recording
from seatkeeper.store.queries.replays import Replay
from seatkeeper.store.records import replays
from seatkeeper.store.records.events import Happening, record_event
from seatkeeper.store.records.integrations import insert_integration
from seatkeeper.store.records.versions import insert_version

_LONGEST_SLUG = 63
_TOKEN_LASTS = timedelta(hours=6)
_SILENT_FOR = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class BegunReplay:
    """A replay that somebody has to carry out now, with a token for the copy's endpoint."""

    copy: Integration
    recording_id: RecordingId
    token_id: TokenId
    token: str = field(repr=False)


async def begin_replay(
    tx: Transaction, integration: Integration, recording_id: RecordingId, member_id: MemberId
) -> BegunReplay:
    """Make a copy of an integration to replay a recording into; whoever asks becomes its Owner.

    The copy has the settings, the schema, the mapping and the policy, and not the secrets: it cannot reach the
    app. It is a draft, which runs no jobs, and as a copy it stays one. Raises ``NotFoundError``, and
    ``NotPossibleNowError`` for a recording that still runs or holds nothing.
    """
    recording = await find_recording(tx, integration.id, recording_id)
    if recording is None:
        raise NotFoundError("This integration has no such recording. It may have been deleted.")
    if recording.ended_at is None:
        raise NotPossibleNowError("The recording still runs. Stop it first.")
    if not recording.requests:
        raise NotPossibleNowError("Nothing was recorded, so there is nothing to replay.")
    copy = _copy_of(integration)
    await insert_integration(tx, copy, None)
    await insert_version(tx, copy)
    await change_role(tx, copy, member_id, IntegrationRole.OWNER)
    await replays.insert_replay(tx, copy.id, integration.id, recording_id, recording.requests)
    token = await create_token(tx, copy.id, "replay", tx.now + _TOKEN_LASTS)
    details = {"requests": recording.requests}
    await record_event(
        tx, Happening(integration.id, EventKind.RECORDING_REPLAYED, integration.name, details=details)
    )
    return BegunReplay(copy, recording_id, token.id, token.secret)


async def note_replay(
    tx: Transaction, begun: BegunReplay, state: ReplayState, sent: int, findings: ReplayFindings
) -> None:
    """Write how far it came."""
    await replays.note_replay(tx, begun.copy.id, state, sent, findings)


async def close_replay(tx: Transaction, begun: BegunReplay) -> None:
    """Take the token back. One that was revoked meanwhile is success."""
    try:
        async with tx.savepoint():
            await revoke_token(tx, begun.token_id)
    except NotFoundError:
        return


def was_interrupted(replayed: Replay, now: datetime) -> bool:
    """Say whether the process that carried it out has ended: it would have been heard of."""
    return replayed.state is ReplayState.RUNNING and replayed.updated_at < now - _SILENT_FOR


def _copy_of(integration: Integration) -> Integration:
    end = f"-replay-{secrets.token_hex(3)}"
    slug = integration.slug[: _LONGEST_SLUG - len(end)].rstrip("-") + end
    return replace(
        integration,
        id=IntegrationId(new_id()),
        slug=slug,
        name=f"Replay of {integration.name}",
        state=IntegrationState.DRAFT,
        quarantined=False,
    )
