"""A folder on an SFTP server (draft-ietf-secsh-filexfer-02, with OpenSSH's posix-rename and fsync)."""

import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, BinaryIO, TypeVar, cast

from seatkeeper.connectors.files.folders import BLOCK, Entry, Folder
from seatkeeper.connectors.files.servers import Server
from seatkeeper.core.problems import ProblemCode
from seatkeeper.spi.errors import RejectedError, TransientError

if TYPE_CHECKING:
    from asyncssh import SFTPClient

_FILE = 1
"""SSH_FILEXFER_TYPE_REGULAR. Links are another type, and no files."""

T = TypeVar("T")


class SFTPFolder:
    """A ``Folder``. Claiming rests on the server's plain rename, which refuses a name that is taken."""

    def __init__(self, server: Server, path: str) -> None:
        self._server = server
        self._ssh = server.ssh
        self.path = path

    async def entries(self) -> Mapping[str, Entry]:
        """List the files. The first thing of everything: a lost connection is opened anew for it."""

        async def listed(client: "SFTPClient") -> Mapping[str, Entry]:
            found = {}
            async for each in client.scandir(self.path):
                if each.attrs.type == _FILE:
                    at = datetime.fromtimestamp(each.attrs.mtime or 0, UTC)
                    found[str(each.filename)] = Entry(str(each.filename), each.attrs.size or 0, at)
            return found

        return await self._do(listed, "be listed", again=True)

    async def fetch(self, name: str) -> BinaryIO | None:
        """Bring a file here, out of memory."""
        copy = tempfile.TemporaryFile()  # noqa: SIM115 - the caller's to close

        async def fetched(client: "SFTPClient") -> None:
            async with client.open(self._at(name), "rb") as file:
                size = (await file.stat()).size or 0
                while block := await file.read(BLOCK, copy.tell()):
                    copy.write(cast("bytes", block))
            if copy.tell() < size:
                raise TransientError(f"{name} ended before its end.")

        try:
            await self._do(fetched, "be read")
        except BaseException as error:
            copy.close()
            if isinstance(error, _MissingError):
                return None
            raise
        copy.flush()
        return copy

    async def store(self, source: BinaryIO, name: str) -> None:
        """Write, and have it brought to the disk where the server can."""

        async def stored(client: "SFTPClient") -> None:
            source.seek(0)
            async with client.open(self._at(name), "xb") as file:
                while block := source.read(BLOCK):
                    await file.write(block)
                with suppress(self._ssh.SFTPOpUnsupported):
                    await file.fsync()

        await self._do(stored, "be written")

    async def claim(self, name: str, as_name: str) -> bool:
        """Rename without overwriting; OpenSSH links, so that one only succeeds."""

        async def claimed(client: "SFTPClient") -> bool:
            try:
                await client.rename(self._at(name), self._at(as_name))
            except (self._ssh.SFTPFailure, self._ssh.SFTPFileAlreadyExists, self._ssh.SFTPNoSuchFile):
                return False  # version 3 has no word of its own for a name that is taken
            return True

        return await self._do(claimed, "be written")

    async def publish(self, name: str, to: Folder, as_name: str) -> bool:
        """Rename over, in one act. A server that cannot is refused where a file would be overwritten."""
        assert isinstance(to, SFTPFolder)
        goal = f"{to.path}/{as_name}"

        async def published(client: "SFTPClient") -> None:
            try:
                await client.posix_rename(self._at(name), goal)
            except self._ssh.SFTPOpUnsupported:
                if await client.exists(goal):
                    told = f"The server cannot put a new {as_name} in place of the old in one act (posix-rename)."
                    remedy = "Put {date} and {time} into the file name."
                    raise RejectedError(told, ProblemCode.SETTINGS_INVALID, remedy=remedy) from None
                await client.rename(self._at(name), goal)

        try:
            await self._do(published, "be written")
        except _MissingError:
            return False
        return True

    async def remove(self, name: str) -> None:
        """Remove it."""
        with suppress(_MissingError):
            await self._do(lambda client: client.remove(self._at(name)), "be tidied")

    async def below(self, name: str) -> "SFTPFolder":
        """Give a folder in it, which is made where it is missing."""

        async def made(client: "SFTPClient") -> None:
            if await client.isdir(self._at(name)):
                return
            with suppress(self._ssh.SFTPFailure, self._ssh.SFTPFileAlreadyExists):  # somebody else did
                await client.mkdir(self._at(name))

        await self._do(made, "be written", again=True)
        return SFTPFolder(self._server, self._at(name))

    def _at(self, name: str) -> str:
        return f"{self.path}/{name}"

    async def _do(self, act: "Callable[[SFTPClient], Awaitable[T]]", what: str, *, again: bool = False) -> T:
        async with self._telling(what):
            return await self._server.do(act, again=again)

    @asynccontextmanager
    async def _telling(self, what: str) -> AsyncIterator[None]:
        ssh = self._ssh
        told = f"The folder {self.path} on {self._server.title} cannot {what}"
        try:
            yield
        except (ssh.SFTPNoSuchFile, ssh.SFTPNoSuchPath):
            remedy = "Make the folder on the server, or correct its name."
            raise _MissingError(f"{told}: it is not there.", ProblemCode.SETTINGS_INVALID, remedy=remedy) from None
        except (ssh.SFTPPermissionDenied, ssh.SFTPWriteProtect) as error:
            raise RejectedError(f"{told}: {error.reason}.", ProblemCode.PERMISSION_MISSING) from None
        except ssh.SFTPError as error:
            raise TransientError(f"{told}: {error.reason or type(error).__name__}.") from None


class _MissingError(RejectedError):
    """The file or the folder is not there."""
