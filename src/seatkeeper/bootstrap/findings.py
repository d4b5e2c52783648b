"""What each look of ``seatkeeper doctor`` makes of what it was shown."""

import shutil
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from seatkeeper.bootstrap.errors import StartError
from seatkeeper.bootstrap.keys import key_file_of, open_keyring
from seatkeeper.bootstrap.settings import Settings
from seatkeeper.core.ids import IntegrationId
from seatkeeper.core.integrations import Integration
from seatkeeper.engine.registry import find_connectors
from seatkeeper.store.queries.installation import QueueStanding
from seatkeeper.store.revisions import is_sufficient
from seatkeeper.store.sealing import SealError

_GIB = 1024**3
_CLOCKS_MAY_DIFFER = timedelta(seconds=5)
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


def look_at_key(
    settings: Settings, integrations: Collection[Integration], sealed: Mapping[IntegrationId, bytes]
) -> Finding:
    """Is there a key, and does it open the secrets of every integration?"""
    file = key_file_of(settings)
    if file is not None and not file.exists():
        return Finding(
            "key", f"there is no key file {file}", "Restore it from your backup, or run: seatkeeper serve"
        )
    try:
        keyring = open_keyring(settings)
    except StartError as error:
        return Finding("key", str(error), "Give the key your secrets were sealed with.")
    shut: list[str] = []
    for integration in integrations:
        try:
            keyring.unseal_secrets(sealed.get(integration.id), bound_to=str(integration.id))
        except SealError:
            shut.append(integration.slug)
    if shut:
        remedy = "Give the key they were sealed with too, or enter them again: seatkeeper apply -f FILE"
        return Finding("key", f"does not open the secrets of {', '.join(shut)}", remedy)
    return Finding("key", f"{keyring.current} opens the secrets of {len(sealed)} integrations")


def look_at_clock(ours: datetime, theirs: datetime) -> Finding:
    """Do this machine and the database agree on the time?"""
    apart = abs(theirs - ours)
    detail = f"{apart.total_seconds():.1f} s from the database's"
    return Finding("clock", detail, "Set both clocks by NTP." if apart > _CLOCKS_MAY_DIFFER else None)


def look_at_connectors(integrations: Collection[Integration]) -> Finding:
    """Can every connector be loaded? One that cannot is no fault until an integration needs it."""
    installed = find_connectors()
    usable = ", ".join(sorted(installed)) or "none"
    missing = sorted({each.connector for each in integrations} - installed.keys())
    broken = {name: reason for name, reason in installed.broken.items() if name not in missing}
    detail = f"{usable} can be used" + "".join(f"; {name} cannot: {reason}" for name, reason in broken.items())
    if not missing:
        return Finding("connectors", detail)
    reasons = "; ".join(f"{name}: {installed.broken.get(name, 'is not installed')}" for name in missing)
    return Finding(
        "connectors", reasons, f"Install what is missing, as in: pip install 'seatkeeper[{missing[0]}]'"
    )


def look_at_disk(settings: Settings) -> Finding:
    """Is there room for the database, where it is here?"""
    if not settings.is_embedded:
        return Finding("disk", "the database is elsewhere")
    place = settings.data_dir if settings.data_dir.exists() else settings.data_dir.absolute().parent
    try:
        free = shutil.disk_usage(place).free / _GIB
    except OSError as error:
        return Finding(
            "disk", f"{place}: {error.strerror}", "Set SEATKEEPER_DATA_DIR to a directory that can be used."
        )
    remedy = f"Make room where {settings.data_dir} is." if free < 1 else None
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
