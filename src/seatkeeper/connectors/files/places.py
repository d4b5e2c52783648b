"""Where the files are: a disk or a server, and the folders in it."""

from dataclasses import dataclass, field

from seatkeeper.connectors.files.disk import DiskFolder, open_folder
from seatkeeper.connectors.files.folders import Folder
from seatkeeper.connectors.files.ledger import FOLDER
from seatkeeper.connectors.files.servers import Server
from seatkeeper.connectors.files.settings import FilesSettings
from seatkeeper.connectors.files.sftp import SFTPFolder
from seatkeeper.spi.places import files_root


@dataclass(frozen=True, slots=True)
class Folders:
    """The app's folder, ours within it, and that of the return file, where there is one."""

    outer: Folder
    inner: Folder
    back: Folder | None


@dataclass(slots=True)
class Disk:
    """Seatkeeper's own disk."""

    settings: FilesSettings
    _open: list[DiskFolder] = field(default_factory=list)

    async def folders(self) -> Folders:
        """Open them; descriptors, so that nobody can lead us elsewhere afterwards."""
        outer = self._opened(self.settings.folder)
        inner = outer.below(FOLDER)
        self._open.append(inner)
        back = None
        if self.settings.return_file is not None:
            back = self._opened(self.settings.return_folder or self.settings.folder)
        return Folders(outer, inner, back)

    async def close(self) -> None:
        """Let go of them."""
        while self._open:
            self._open.pop().close()

    def _opened(self, path: str) -> DiskFolder:
        folder = open_folder(files_root(), path)
        self._open.append(folder)
        return folder


class OverSFTP:
    """An SFTP server."""

    def __init__(self, settings: FilesSettings) -> None:
        self.settings = settings
        self.server = Server(settings)

    async def folders(self) -> Folders:
        """Name them; only our own has to be made where it is missing."""
        outer = SFTPFolder(self.server, self.settings.folder)
        back = None
        if self.settings.return_file is not None:
            back = SFTPFolder(self.server, self.settings.return_folder or self.settings.folder)
        return Folders(outer, await outer.below(FOLDER), back)

    async def close(self) -> None:
        """Hang up."""
        await self.server.close()


def find_place(settings: FilesSettings) -> Disk | OverSFTP:
    """Say which it is."""
    return Disk(settings) if settings.host is None else OverSFTP(settings)
