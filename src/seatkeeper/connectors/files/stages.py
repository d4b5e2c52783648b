"""What has to hold for files to be handed over (``spi.connector.Stage``)."""

from collections.abc import Sequence
from dataclasses import dataclass

from seatkeeper.connectors.files.cabinets import Cabinet
from seatkeeper.connectors.files.clerks import Clerk
from seatkeeper.connectors.files.ledger import dated
from seatkeeper.connectors.files.places import Disk, OverSFTP
from seatkeeper.connectors.files.settings import FilesSettings
from seatkeeper.spi.connector import Stage


@dataclass(frozen=True, slots=True)
class Stages:
    """Each proves one thing, and leaves nothing behind."""

    place: Disk | OverSFTP
    clerk: Clerk
    settings: FilesSettings

    def list(self) -> Sequence[Stage]:
        """List them, in the order in which each rests on the one before."""
        stages = []
        if isinstance(self.place, OverSFTP):
            stages = [
                Stage("The server can be reached", self.place.server.reach),
                Stage("It is the server whose key is pinned, and lets the service account in", self._sign_in),
            ]
        stages += [
            Stage("The folder is there, and nobody else's file is in it", self._count),
            Stage("Files can be written and renamed there", self._rehearse),
        ]
        if self.settings.return_file is not None:
            stages.append(Stage("The return file can be read", self._examine))
        return stages

    async def _sign_in(self) -> str:
        assert isinstance(self.place, OverSFTP)
        await self.place.server.sign_in()
        return f"as {self.settings.user}"

    async def _count(self) -> str:
        count = await self.clerk.do(Cabinet.count)
        return f"{count} accounts were handed over" if count else "nobody was handed over yet"

    async def _rehearse(self) -> str:
        await self.clerk.do(Cabinet.rehearse)
        return self.settings.folder

    async def _examine(self) -> str:
        async def examine(cabinet: Cabinet) -> str:
            found = None if cabinet.returned is None else await cabinet.returned.examine()
            if found is None:
                return "there is none yet"
            return f"{found.entry.name} of {dated(found.written_at)} holds {found.count} accounts"

        return await self.clerk.do(examine)
