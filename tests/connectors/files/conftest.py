"""A drop folder on this disk for each test, and one SFTP server for all."""

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from lab.sftp import DROP, PASSWORD, USER, SFTPServer, running_sftp
from seatkeeper.connectors.files.settings import FilesSettings
from seatkeeper.spi.places import allow_files_below
from seatkeeper.spi.settings import validate_settings
from tests.scratch import scratch

COLUMNS = ("userName", "First name=givenName", "title", "Groups=groups", "Roles=@entitlements", "Status=@active")


@dataclass(frozen=True, slots=True)
class Drop:
    """A folder that files are dropped in, and the settings that reach it."""

    folder: Path
    reach: dict[str, Any]

    def settings(self, **other: Any) -> FilesSettings:
        usual = {"columns": COLUMNS, "renames": True, "gather": 0.002}
        return validate_settings(FilesSettings, {**usual, **self.reach, **other})

    def read(self, name: str = "users.csv") -> str:
        return (self.folder / name).read_text()

    def write(self, name: str, text: str) -> None:
        """Let the app drop a file, whole at once."""
        part = self.folder / ".seatkeeper-test"
        part.write_text(text)
        part.rename(self.folder / name)

    def names(self) -> list[str]:
        return sorted(path.name for path in self.folder.iterdir() if path.is_file())


@pytest.fixture
def root() -> Iterator[Path]:
    """The directory below which files are allowed; in memory, where bringing a file to the disk costs nothing."""
    with tempfile.TemporaryDirectory(dir=scratch()) as folder:
        allow_files_below(Path(folder))
        yield Path(folder)
        allow_files_below(None)


@pytest.fixture
def drop(root: Path) -> Drop:
    (root / "hr").mkdir()
    return Drop(root / "hr", {"folder": "hr"})


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SFTPServer]:
    with running_sftp(tmp_path_factory.mktemp("sftp")) as server:
        yield server


def reach(server: SFTPServer, **other: Any) -> dict[str, Any]:
    """Give the settings that reach a server with the account's own key."""
    given = {"host": "127.0.0.1", "port": server.port, "user": USER, "folder": DROP}
    return {**given, "private_key": server.private_key, "host_key": [server.host_key], **other}


def by_password(server: SFTPServer, **other: Any) -> dict[str, Any]:
    """Give the same with the password, and the host key's fingerprint only."""
    usual = {"private_key": None, "password": PASSWORD, "host_key": [server.fingerprint]}
    return reach(server, **{**usual, **other})


@pytest.fixture
def remote(server: SFTPServer) -> Iterator[Drop]:
    """A folder of its own on the one server."""
    with server.folder_of_its_own() as name:
        yield Drop(server.drop / name, reach(server, folder=f"{DROP}/{name}"))
