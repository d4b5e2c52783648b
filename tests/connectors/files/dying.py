"""A writer that dies at a chosen moment, as by ``kill -9``: before or after any one call that changes a folder.

Run as a program it hands somebody over again and again, each time in a folder of its own and living one moment
longer, until once it lives to the end.
"""

import asyncio
import os
import signal
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import orjson

from seatkeeper.connectors.files.accounts import Deleting
from seatkeeper.connectors.files.cabinets import Cabinet
from seatkeeper.connectors.files.clerks import Clerk
from seatkeeper.connectors.files.folders import Entry, Folder
from seatkeeper.connectors.files.places import Disk, Folders
from seatkeeper.connectors.files.settings import FilesSettings
from seatkeeper.spi.places import allow_files_below
from seatkeeper.spi.settings import validate_settings


@dataclass(slots=True)
class Life:
    """So many moments are left."""

    left: int

    def moment(self) -> None:
        self.left -= 1
        if self.left < 0:
            os.kill(os.getpid(), signal.SIGKILL)


@dataclass(slots=True)
class MortalFolder:
    """A folder whose user lives as long as ``life``."""

    folder: Folder
    life: Life

    async def entries(self) -> Mapping[str, Entry]:
        return await self.folder.entries()

    async def fetch(self, name: str) -> BinaryIO | None:
        return await self.folder.fetch(name)

    async def store(self, source: BinaryIO, name: str) -> None:
        self.life.moment()
        await self.folder.store(source, name)
        self.life.moment()

    async def claim(self, name: str, as_name: str) -> bool:
        self.life.moment()
        claimed = await self.folder.claim(name, as_name)
        self.life.moment()
        return claimed

    async def publish(self, name: str, to: Folder, as_name: str) -> bool:
        self.life.moment()
        published = await self.folder.publish(name, to.folder if isinstance(to, MortalFolder) else to, as_name)
        self.life.moment()
        return published

    async def remove(self, name: str) -> None:
        self.life.moment()
        await self.folder.remove(name)
        self.life.moment()


async def hand_over(settings: FilesSettings, name: str, *, moments: int) -> None:
    """Hand somebody over, and take away whoever was there before, within so many moments."""
    place, life = Disk(settings), Life(moments)
    folders = await place.folders()
    mortal = Folders(MortalFolder(folders.outer, life), MortalFolder(folders.inner, life), None)

    async def open_cabinet() -> Cabinet:
        return Cabinet(mortal, settings)

    clerk = Clerk(open_cabinet, settings.gather)
    session = Deleting(clerk, settings, ())
    before = [account.uid async for account in session.list_accounts()]
    await asyncio.gather(session.create_account({"userName": name}), *map(session.delete_account, before))
    await clerk.close()
    await place.close()


def main(root: Path, values: dict[str, Any]) -> None:
    """Try every moment to die at, in folders named by it."""
    allow_files_below(root)
    for moments in range(1000):
        folder = f"{moments:03}"
        (root / folder).mkdir()
        settings = validate_settings(FilesSettings, {**values, "folder": folder})
        for name in ("bob", "ada"):
            asyncio.run(hand_over(settings, name, moments=1000))
        child = os.fork()
        if child == 0:
            asyncio.run(hand_over(settings, "grace", moments=moments))
            os._exit(0)
        _, status = os.waitpid(child, 0)
        if os.WIFEXITED(status):
            return
        assert os.WTERMSIG(status) == signal.SIGKILL


if __name__ == "__main__":
    main(Path(sys.argv[1]), orjson.loads(sys.argv[2]))
