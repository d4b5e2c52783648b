"""What a folder has to be able to do, wherever it is, so that no crash leaves half a file in it."""

import hashlib
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO, Protocol

BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class Entry:
    """A file as a folder lists it."""

    name: str
    size: int
    written_at: datetime


class Folder(Protocol):
    """One folder. Names are those of files in it and never paths.

    Every method raises the errors of ``spi.errors`` and nothing else.
    """

    async def entries(self) -> Mapping[str, Entry]:
        """List the files."""
        ...

    async def fetch(self, name: str) -> BinaryIO | None:
        """Open a file to read, as it is now; None where there is none. Closing it is the caller's."""
        ...

    async def store(self, source: BinaryIO, name: str) -> None:
        """Write a new file, which outlives a loss of power once this returns."""
        ...

    async def claim(self, name: str, as_name: str) -> bool:
        """Rename where nobody has that name yet, in one act; False where somebody was faster."""
        ...

    async def publish(self, name: str, to: "Folder", as_name: str) -> bool:
        """Move into another folder of the same place over whatever has that name, in one act.

        False where there is no such file (any more). What was moved outlives a loss of power.
        """
        ...

    async def remove(self, name: str) -> None:
        """Remove a file; one that is not there is fine."""
        ...


class Sheet:
    """A file that is being written, kept out of memory until it is stored."""

    def __init__(self) -> None:
        self.file = tempfile.TemporaryFile()  # noqa: SIM115 - closed by close()
        self.lines = 0
        self._digest = hashlib.sha256()

    def write(self, block: bytes, *, lines: int = 0) -> None:
        """Add to it."""
        self.file.write(block)
        self._digest.update(block)
        self.lines += lines

    @property
    def sha256(self) -> str:
        """The digest of everything so far."""
        return self._digest.hexdigest()

    def close(self) -> None:
        """Forget it."""
        self.file.close()
