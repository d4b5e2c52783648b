"""The first sync of a company into a directory, against a bare loop that makes the same calls."""

import asyncio
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from lab.people import people
from lab.slapd import running_slapd

HEADCOUNT, CONCURRENCY = 2_000, 8


@dataclass(frozen=True, slots=True)
class Sync:
    """Accounts made a second by both, each into a fresh directory."""

    seatkeeper: float
    bare: float

    @property
    def efficiency(self) -> float:
        """How much of the bare loop's pace is left once everything is planned, proven and recorded."""
        return self.seatkeeper / self.bare


def measure_sync() -> Sync:
    """Measure the bare loop, then Seatkeeper."""
    with TemporaryDirectory() as folder, running_slapd(Path(folder, "bare")) as directory:
        bare = asyncio.run(_bare_loop(directory, people(HEADCOUNT)))
    with TemporaryDirectory() as folder, running_slapd(Path(folder, "slapd")) as directory:
        seatkeeper = _first_sync(Path(folder), directory)
    return Sync(HEADCOUNT / seatkeeper, HEADCOUNT / bare)
