"""A folder on Seatkeeper's own disk, below the one root the installation allows.

Everything is reached by descriptors of folders, opened one after another from the root without following links.
So no link, put there at whatever moment, leads a read or a write out of it.
"""

import asyncio
import errno
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, TypeVar

from seatkeeper.connectors.files.folders import BLOCK, Entry, Folder
from seatkeeper.core.problems import ProblemCode
from seatkeeper.spi.errors import ConnectorError, RejectedError, TransientError

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_LASTING = {errno.EACCES, errno.EPERM, errno.EROFS}
_NO_WAY = {errno.ENOENT, errno.ENOTDIR, errno.ELOOP}

T = TypeVar("T")


class DiskFolder:
    """A ``Folder``. Files are made readable for owner and group."""

    def __init__(self, descriptor: int, title: str) -> None:
        self.descriptor = descriptor
        self._title = title

    async def entries(self) -> Mapping[str, Entry]:
        """List the regular files; links are none."""
        return await self._do("be listed", self._entries)

    async def fetch(self, name: str) -> BinaryIO | None:
        """Open the file itself: later editions are other files."""
        return await self._do("be read", lambda: self._fetch(name))

    async def store(self, source: BinaryIO, name: str) -> None:
        """Write, and bring it to the disk."""
        await self._do("be written", lambda: self._store(source, name))

    async def claim(self, name: str, as_name: str) -> bool:
        """Link it under the other name, which the system does for one only."""
        return await self._do("be written", lambda: self._claim(name, as_name))

    async def publish(self, name: str, to: Folder, as_name: str) -> bool:
        """Rename it, and bring both folders to the disk."""
        assert isinstance(to, DiskFolder)
        return await self._do("be written", lambda: self._publish(name, to, as_name))

    async def remove(self, name: str) -> None:
        """Unlink it."""
        await self._do("be tidied", lambda: self._remove(name))

    def below(self, name: str) -> "DiskFolder":
        """Open a folder in it, which is made where it is missing."""
        with _told(self._title, "be written"):
            try:
                os.mkdir(name, 0o770, dir_fd=self.descriptor)
                os.fsync(self.descriptor)
            except FileExistsError:
                pass
            title = f"{self._title}/{name}"
            return DiskFolder(os.open(name, _FOLDER, dir_fd=self.descriptor), title)

    def close(self) -> None:
        """Let go of the folder."""
        os.close(self.descriptor)

    async def _do(self, what: str, act: Callable[[], T]) -> T:
        def told() -> T:
            with _told(self._title, what):
                return act()

        return await asyncio.to_thread(told)

    def _entries(self) -> Mapping[str, Entry]:
        with os.scandir(self.descriptor) as found:
            files = [entry for each in found if (entry := _entry(each)) is not None]
        return {entry.name: entry for entry in files}

    def _fetch(self, name: str) -> BinaryIO | None:
        try:
            return os.fdopen(os.open(name, _READ, dir_fd=self.descriptor), "rb")
        except FileNotFoundError:
            return None

    def _store(self, source: BinaryIO, name: str) -> None:
        source.seek(0)
        with os.fdopen(os.open(name, _NEW, 0o640, dir_fd=self.descriptor), "wb") as file:
            shutil.copyfileobj(source, file, BLOCK)
            file.flush()
            os.fsync(file.fileno())
        os.fsync(self.descriptor)

    def _claim(self, name: str, as_name: str) -> bool:
        at = {"src_dir_fd": self.descriptor, "dst_dir_fd": self.descriptor}
        try:
            os.link(name, as_name, follow_symlinks=False, **at)
        except (FileExistsError, FileNotFoundError):
            return False
        os.unlink(name, dir_fd=self.descriptor)
        os.fsync(self.descriptor)
        return True

    def _publish(self, name: str, to: "DiskFolder", as_name: str) -> bool:
        try:
            os.rename(name, as_name, src_dir_fd=self.descriptor, dst_dir_fd=to.descriptor)
        except FileNotFoundError:
            return False
        os.fsync(to.descriptor)
        os.fsync(self.descriptor)
        return True

    def _remove(self, name: str) -> None:
        try:
            os.unlink(name, dir_fd=self.descriptor)
        except FileNotFoundError:
            return


def open_folder(root: Path, path: str) -> DiskFolder:
    """Open a folder below the root. Raises ``RejectedError`` where there is none, or a link is in the way."""
    if path.startswith("/"):
        raise _refused(
            f"The folder {path} begins at the top of this machine.", "Name it from the root on, without /."
        )
    try:
        descriptor = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError as error:
        told = f"The directory for files, {root}, cannot be opened: {error.strerror}."
        raise _refused(told, "Make it, or correct SEATKEEPER_FILES_DIR.") from None
    for part in path.split("/"):
        descriptor = _step(descriptor, part, path)
    return DiskFolder(descriptor, path)


def _step(descriptor: int, part: str, path: str) -> int:
    try:
        return os.open(part, _FOLDER, dir_fd=descriptor)
    except OSError as error:
        if error.errno not in _NO_WAY:
            raise _interpret(error, path, "be opened") from None
        told = f"There is no folder {path} below the directory for files, or “{part}” in it is a link."
        raise _refused(told, "Make the folder; links are not followed.") from None
    finally:
        os.close(descriptor)


def _entry(found: "os.DirEntry[str]") -> Entry | None:
    try:
        stat = found.stat(follow_symlinks=False)
    except FileNotFoundError:
        return None  # another writer was faster
    is_file = found.is_file(follow_symlinks=False)
    return Entry(found.name, stat.st_size, datetime.fromtimestamp(stat.st_mtime, UTC)) if is_file else None


@contextmanager
def _told(title: str, what: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise _interpret(error, title, what) from None


def _interpret(error: OSError, title: str, what: str) -> ConnectorError:
    told = f"The folder {title} cannot {what}: {error.strerror}."
    if error.errno in _LASTING:
        return RejectedError(told, ProblemCode.PERMISSION_MISSING, remedy="Let Seatkeeper's user write there.")
    if error.errno in _NO_WAY:
        return _refused(told, "A link or a folder stands where a file belongs; remove it.")
    return TransientError(told)


def _refused(told: str, remedy: str) -> RejectedError:
    return RejectedError(told, ProblemCode.SETTINGS_INVALID, remedy=remedy)
