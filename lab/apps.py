"""What the applications of the lab have in common: started and stopped at one address, and read by an onlooker.

An onlooker is never our connector: it reads the app's own database, its own file, or asks it by itself.
"""

import shutil
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, TypeVar

import httpx

from lab.processes import Command, Server, free_port


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody's account as an onlooker sees it. ``more`` is what only this app has, under its own names."""

    login: str
    name: str
    mail: str
    active: bool = True
    groups: frozenset[str] = frozenset()
    more: Mapping[str, Any] = field(default_factory=dict)


class Launched:
    """An application with its data in a folder; stopping and starting it keeps data and address."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._server: Server | None = None
        self._companions: list[Server] = []

    def companions(self) -> Sequence[Command]:
        """Say what must run beside it, in the order of starting."""
        return ()

    def command(self) -> Command:
        """Say what to run."""
        raise NotImplementedError

    def answers(self) -> bool:
        """Say whether it works; by default, whether its front page is shown."""
        return self.ask("/").status_code == 200

    def start(self, patience: float = 120.0) -> None:
        """Start, and wait until it works."""
        self._companions = [Server(command) for command in self.companions()]
        self._server = Server(self.command())
        self._server.wait_until(self._answers, patience)

    def stop(self) -> None:
        """End it; harmless when it is not running."""
        if self._server is not None:
            self._server.stop()
            self._server = None
        while self._companions:
            self._companions.pop().stop()

    def ask(self, path: str, **how: Any) -> httpx.Response:
        """Read a path of its address."""
        return httpx.get(f"{self.url}{path}", verify=False, trust_env=False, timeout=30.0, **how)

    def _answers(self) -> bool:
        try:
            return self.answers()
        except httpx.TransportError:
            return False


class Peopled(Protocol):
    """An application whose people and groups can be read from outside."""

    url: str

    def people(self) -> Mapping[str, Person]:
        """Read everybody, by login, with those who cannot sign in."""
        ...

    def groups(self) -> Mapping[str, frozenset[str]]:
        """Read the logins in every group, by its name; empty groups too."""
        ...


_App = TypeVar("_App", bound=Launched)


@contextmanager
def launched(app: _App, template: Path | None = None) -> Iterator[_App]:
    """Run it for the length of a block, on a copy of the template."""
    if template is not None:
        shutil.copytree(template, app.folder, symlinks=True, dirs_exist_ok=True)
    try:
        app.start()
        yield app
    finally:
        app.stop()


def rows(database: Path, statement: str, *values: object) -> Sequence[sqlite3.Row]:
    """Read an SQLite database that an application is using."""
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=30.0)) as connection:
        connection.row_factory = sqlite3.Row
        return connection.execute(statement, values).fetchall()


def by_group(names: Sequence[str], people: Mapping[str, Person]) -> Mapping[str, frozenset[str]]:
    """Turn the groups of everybody into everybody of each group."""
    return {name: frozenset(p.login for p in people.values() if name in p.groups) for name in names}
