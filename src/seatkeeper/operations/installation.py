"""Looking at an installation as a whole: for the page of health, and for scripts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from seatkeeper.engine.context import Engine
from seatkeeper.operations.findings import (
    Finding,
    look_at_clock,
    look_at_connections,
    look_at_connectors,
    look_at_disk,
    look_at_queue,
    look_at_tables,
    look_at_workers,
)
from seatkeeper.store.database import Reader
from seatkeeper.store.queries.installation import (
    DatabaseFacts,
    HeardWorker,
    QueueStanding,
    find_revision,
    list_workers,
    read_clock,
    read_database_facts,
    read_queue_standing,
)
from seatkeeper.store.queries.integrations import list_integrations

_SHOWN_FOR: Final = timedelta(hours=1)
"""Workers that fell silent longer ago are of no interest."""


@dataclass(frozen=True, slots=True)
class Survey:
    """What was seen at one look. ``alive_since``: a worker that was heard before counts as dead."""

    findings: Sequence[Finding]
    standing: QueueStanding
    facts: DatabaseFacts
    workers: Sequence[HeardWorker]
    alive_since: datetime


async def survey_installation(
    reader: Reader, engine: Engine, heard_within: timedelta, data_dir: Path | None
) -> Survey:
    """Look at everything a web process can see."""
    before, theirs, now = engine.clock(), await read_clock(reader), engine.clock()
    standing = await read_queue_standing(reader, now, heard_within)
    facts = await read_database_facts(reader)
    findings = (
        look_at_workers(standing),
        look_at_queue(standing, now),
        look_at_clock(before + (now - before) / 2, theirs),
        look_at_tables(await find_revision(reader)),
        look_at_connections(facts),
        look_at_connectors(await list_integrations(reader), engine.connectors),
        look_at_disk(data_dir),
    )
    workers = [one for one in await list_workers(reader) if theirs - one.heard_at < _SHOWN_FOR]
    return Survey(findings, standing, facts, workers, theirs - heard_within)
