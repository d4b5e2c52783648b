"""Recordings of what the identity provider sends: Owners begin, read, take along, replay and delete them."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import orjson
from starlette.responses import Response, StreamingResponse

from seatkeeper.core.access import Permission
from seatkeeper.core.dry_runs import Finding
from seatkeeper.core.errors import InvalidValueError, NotFoundError, NotPossibleNowError
from seatkeeper.core.ids import RecordingId
from seatkeeper.core.recordings import Bounds, decode_exchange, write_file
from seatkeeper.operations.recordings import (
    KEPT_FOR,
    Wish,
    delete_recording,
    note_download,
    start_recording,
    stop_recording,
)
from seatkeeper.operations.replays import begin_replay, was_interrupted
from seatkeeper.store.database import Reader
from seatkeeper.store.queries.recordings import (
    Recording,
    find_recording,
    list_exchanges,
    stream_exchanges,
)
from seatkeeper.store.queries.replays import find_replay, list_replays
from seatkeeper.web.doors import Door
from seatkeeper.web.pages.settings_frames import settings_page
from seatkeeper.web.pages.settings_scim import recording_parts, scim_page
from seatkeeper.web.replaying import carry_out_replay
from seatkeeper.web.visits import Visit

_PAGE = 50
_LONGEST = 10_000
"""Characters of a body or an answer that are shown."""


async def start(visit: Visit) -> Response:
    """Begin to record; what was wrong is told beside the form."""
    try:
        bounds = Bounds(requests=_chosen(visit, "requests"), lasts=timedelta(minutes=_chosen(visit, "minutes")))
        async with visit.transaction() as tx:
            await start_recording(tx, visit.integration, Wish(bounds, visit.given("kept")))
    except (InvalidValueError, NotPossibleNowError) as error:
        return await scim_page(visit, 422, recording_fault=str(error), kept=visit.given("kept"))
    return visit.go(_home(visit), "The recording begins within two seconds.")


async def show_progress(visit: Visit) -> Response:
    """Show how far the recording has come."""
    async with visit.read() as reader:
        parts = await recording_parts(visit, reader)
    return visit.page("parts/recordings.html", **parts)


async def stop(visit: Visit) -> Response:
    """End the recording."""
    async with visit.transaction() as tx:
        await stop_recording(tx, visit.integration, _recording_id(visit))
    return visit.go(_path(visit), "The recording is stopped.")


async def show(visit: Visit) -> Response:
    """Show what was recorded, some requests at a time."""
    after = visit.query("after", "0")
    async with visit.read() as reader:
        recording = await _find(visit, reader)
        page = await list_exchanges(
            reader, recording.id, after=int(after) if after.isdigit() and len(after) < 8 else 0, at_most=_PAGE + 1
        )
        replays = await list_replays(reader, visit.integration.id, recording.id)
    return await settings_page(
        visit,
        "recording",
        recording=recording,
        exchanges=[(number, decode_exchange(line)) for number, line in page[:_PAGE]],
        following=page[_PAGE - 1][0] if len(page) > _PAGE else None,
        after=after,
        replays=replays,
        interrupted=lambda replayed: was_interrupted(replayed, visit.now),
        pretty=_pretty,
        kept_days=KEPT_FOR.days,
        base=_path(visit),
    )


async def download(visit: Visit) -> Response:
    """Give the recording as a file of JSON lines."""
    async with visit.transaction() as tx:
        recording = await _find(visit, tx)
        await note_download(tx, visit.integration, recording.requests)
    lines = [line async for line in stream_exchanges(visit.house.database, recording.id)]
    name = f"{visit.integration.slug}-{recording.started_at:%Y-%m-%d-%H%M}.jsonl"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return StreamingResponse(write_file(visit.integration.slug, lines), 200, headers, "application/jsonl")


async def delete(visit: Visit) -> Response:
    """Forget a recording."""
    async with visit.transaction() as tx:
        await delete_recording(tx, visit.integration, _recording_id(visit))
    return visit.go(_home(visit), "The recording is deleted.")


async def replay(visit: Visit) -> Response:
    """Make a copy of the integration and replay the recording into it, while nobody waits for it."""
    visit.demand(Permission.CREATE_INTEGRATIONS)
    try:
        async with visit.transaction() as tx:
            begun = await begin_replay(tx, visit.integration, _recording_id(visit), visit.member.id)
    except NotPossibleNowError as error:
        return visit.go(_path(visit), str(error))
    visit.house.work.start(carry_out_replay(visit.house, begun))
    return visit.go(f"{_home(visit)}/replays/{begun.copy.slug}")


async def show_replay(visit: Visit) -> Response:
    """Show how far a replay has come, and what it found."""
    return await settings_page(visit, "replay", **await _replay_parts(visit))


async def show_replay_progress(visit: Visit) -> Response:
    """Show the part that changes."""
    return visit.page("parts/replay.html", **await _replay_parts(visit))


async def _replay_parts(visit: Visit) -> dict[str, Any]:
    async with visit.read() as reader:
        replayed = await find_replay(reader, visit.integration.id, visit.param("copy"))
    if replayed is None:
        raise NotFoundError("This integration has no such replay. Its copy may have been deleted.")
    return {
        "replay": replayed,
        "interrupted": was_interrupted(replayed, visit.now),
        "home": _home(visit),
        "Finding": Finding,
    }


async def _find(visit: Visit, reader: Reader) -> Recording:
    found = await find_recording(reader, visit.integration.id, _recording_id(visit))
    if found is None:
        raise NotFoundError("This integration has no such recording. It may have been deleted.")
    return found


def _recording_id(visit: Visit) -> RecordingId:
    try:
        return RecordingId(UUID(visit.param("recording")))
    except ValueError:
        raise NotFoundError("This integration has no such recording.") from None


def _chosen(visit: Visit, name: str) -> int:
    given = visit.given(name)
    if not given.isdigit() or len(given) > 6:
        raise InvalidValueError("Choose one of the values in the list.")
    return int(given)


def _pretty(document: Any) -> str:
    text = orjson.dumps(document, option=orjson.OPT_INDENT_2).decode()
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}\n… the download has the rest"


def _home(visit: Visit) -> str:
    return f"/integrations/{visit.integration.slug}/settings/scim"


def _path(visit: Visit) -> str:
    return f"{_home(visit)}/recordings/{visit.param('recording')}"


_BASE = "/integrations/{integration}/settings/scim"
_ONE = f"{_BASE}/recordings/{{recording}}"
_REPLAY = f"{_BASE}/replays/{{copy}}"
DOORS: Sequence[Door] = (
    Door("GET", f"{_BASE}/recordings", show_progress, Permission.CONFIGURE),
    Door("POST", f"{_BASE}/recordings", start, Permission.CONFIGURE),
    Door("GET", _ONE, show, Permission.CONFIGURE),
    Door("POST", f"{_ONE}/stop", stop, Permission.CONFIGURE),
    Door("GET", f"{_ONE}/download", download, Permission.CONFIGURE),
    Door("POST", f"{_ONE}/delete", delete, Permission.CONFIGURE),
    Door("POST", f"{_ONE}/replay", replay, Permission.CONFIGURE),
    Door("GET", _REPLAY, show_replay, Permission.CONFIGURE),
    Door("GET", f"{_REPLAY}/progress", show_replay_progress, Permission.CONFIGURE),
)
