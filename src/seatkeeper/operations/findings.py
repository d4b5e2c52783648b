"""What each look at an installation makes of what it was shown: for the doctor, and for the page of health."""

import shutil
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from seatkeeper.core.integrations import Integration
from seatkeeper.engine.registry import Installed
from seatkeeper.spi.connector import Connector
from seatkeeper.store.queries.installation import DatabaseFacts, QueueStanding
from seatkeeper.store.revisions import is_sufficient

_GIB = 1024**3
_CLOCKS_MAY_DIFFER = timedelta(seconds=5)
_FULL = 0.9
_MAY_WAIT = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Finding:
    """What one look gave. ``remedy`` says what to do, and is None when all is well."""

    check: str
    detail: str
    remedy: str | None = None

    @property
    def is_fine(self) -> bool:
        """Nothing is to be done."""
        return self.remedy is None


def look_at_tables(revision: str | None) -> Finding:
    """Does the database have the tables of this release?"""
    if is_sufficient(revision):
        return Finding("tables", f"migrated to {revision}")
    return Finding("tables", f"at revision {revision or 'none'}", "Run: seatkeeper migrate")


def look_at_clock(ours: datetime, theirs: datetime) -> Finding:
    """Do this machine and the database agree on the time?"""
    apart = abs(theirs - ours)
    detail = f"{apart.total_seconds():.1f} s from the database's"
    return Finding("clock", detail, "Set both clocks by NTP." if apart > _CLOCKS_MAY_DIFFER else None)


def look_at_connectors(integrations: Collection[Integration], installed: Mapping[str, Connector[Any]]) -> Finding:
    """Can every connector be loaded? One that cannot is no fault until an integration needs it."""
    usable = ", ".join(sorted(installed)) or "none"
    missing = sorted({each.connector for each in integrations} - installed.keys())
    unusable = installed.broken if isinstance(installed, Installed) else {}
    broken = {name: reason for name, reason in unusable.items() if name not in missing}
    detail = f"{usable} can be used" + "".join(f"; {name} cannot: {reason}" for name, reason in broken.items())
    if not missing:
        return Finding("connectors", detail)
    reasons = "; ".join(f"{name}: {unusable.get(name, 'is not installed')}" for name in missing)
    return Finding(
        "connectors", reasons, f"Install what is missing, as in: pip install 'seatkeeper[{missing[0]}]'"
    )


def look_at_connections(facts: DatabaseFacts) -> Finding:
    """Does the database let many more in?"""
    detail = f"{facts.connections} of the {facts.most_connections} the database lets in"
    remedy = "Set max_connections of PostgreSQL higher, or SEATKEEPER_WEB_POOL_SIZE lower."
    return Finding("connections", detail, remedy if facts.connections > _FULL * facts.most_connections else None)


def look_at_disk(data_dir: Path | None) -> Finding:
    """Is there room for the database, where it is here? None says that it is elsewhere."""
    if data_dir is None:
        return Finding("disk", "the database is elsewhere")
    place = data_dir if data_dir.exists() else data_dir.absolute().parent
    try:
        free = shutil.disk_usage(place).free / _GIB
    except OSError as error:
        return Finding(
            "disk", f"{place}: {error.strerror}", "Set SEATKEEPER_DATA_DIR to a directory that can be used."
        )
    remedy = f"Make room where {data_dir} is." if free < 1 else None
    return Finding("disk", f"{free:.1f} GiB are free in {place}", remedy)


def look_at_workers(standing: QueueStanding) -> Finding:
    """Is anybody working?"""
    if standing.workers == 0:
        return Finding("workers", "none is alive", "Run: seatkeeper worker (or serve, which is web and worker)")
    return Finding("workers", f"{standing.workers} alive")


def look_at_queue(standing: QueueStanding, now: datetime) -> Finding:
    """Does work wait too long?"""
    due = standing.oldest_due_at
    if due is None:
        return Finding("queue", "nothing waits for a worker")
    waited = now - due
    detail = f"the oldest due job has waited {waited.total_seconds():.0f} s"
    remedy = "Start more workers, or see in their log what keeps them." if waited > _MAY_WAIT else None
    return Finding("queue", detail, remedy)
