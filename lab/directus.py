"""Directus, a database as pages and REST, on a PostgreSQL of its own. Read from there.

An account holds one role. It is suspended rather than disabled, and asking for what is not there is answered as if
it were forbidden. Its pages are one application in JavaScript.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from lab.apps import Launched, Person, by_group, launched
from lab.postgres import PASSWORD as DATABASE_PASSWORD
from lab.postgres import SUPERUSER, WHEEL, Postgres, running_postgres
from lab.processes import APPS, Command
from lab.templates import carry_out

ADMIN, PASSWORD = "admin@example.org", "lab-password-1"
TOKEN = "lab-directus-token"
"""The administrator's bearer token."""

_CLI: list[str | Path] = [
    *(APPS / "node/bin/node", "--require", Path(__file__).parent / "directus/uncompiled.cjs"),
    APPS / "directus/node_modules/directus/cli.js",
]
_DATABASE = "directus"
_COLUMNS = "id email first_name last_name title status external_identifier role".split()
_PEOPLE = """
    SELECT u.id, u.email, u.first_name, u.last_name, u.title, u.status, u.external_identifier, r.name AS role
      FROM directus_users u LEFT JOIN directus_roles r ON r.id = u.role
"""


class Directus(Launched):
    """A running Directus with an administrator."""

    def __init__(self, folder: Path, database: Postgres) -> None:
        super().__init__(folder)
        self._database = database

    def command(self) -> Command:
        """Serve by itself, without its launcher, which would leave it behind."""
        return Command([*_CLI, "start"], self.folder / "directus.log", self.environment(), self.folder)

    def answers(self) -> bool:
        """Say whether the token is taken."""
        return self.ask("/users/me", headers={"Authorization": f"Bearer {TOKEN}"}).is_success

    def environment(self) -> Mapping[str, str]:
        """Give all of its settings."""
        return {
            "HOST": "127.0.0.1",
            "PORT": str(self.port),
            "PUBLIC_URL": self.url,
            "SECRET": "lab",
            "DB_CLIENT": "pg",
            "DB_HOST": "127.0.0.1",
            "DB_PORT": str(self._database.port),
            "DB_DATABASE": _DATABASE,
            "DB_USER": SUPERUSER,
            "DB_PASSWORD": DATABASE_PASSWORD,
            "ADMIN_EMAIL": ADMIN,
            "ADMIN_PASSWORD": PASSWORD,
            "ADMIN_TOKEN": TOKEN,
            "STORAGE_LOCAL_ROOT": str(self.folder / "uploads"),
            "EXTENSIONS_PATH": str(self.folder / "extensions"),
            "PRESSURE_LIMITER_ENABLED": "false",  # it refuses with 503 when the machine is busy
            "TELEMETRY": "false",
            "LOG_STYLE": "raw",
        }

    def people(self) -> Mapping[str, Person]:
        """Read everybody, by mail address; ``groups`` is the role. ``more`` holds the other columns."""
        found: list[dict[str, Any]] = [dict(zip(_COLUMNS, row, strict=True)) for row in self._rows(_PEOPLE)]
        return {
            row["email"]: Person(
                login=row["email"],
                name=f"{row['first_name'] or ''} {row['last_name'] or ''}".strip(),
                mail=row["email"],
                active=row["status"] == "active",
                groups=frozenset({row["role"]} - {None}),
                more=row,
            )
            for row in found
        }

    def groups(self) -> Mapping[str, frozenset[str]]:
        """Read the addresses that have each role."""
        return by_group([name for (name,) in self._rows("SELECT name FROM directus_roles")], self.people())

    def _rows(self, query: str) -> Sequence[tuple[Any, ...]]:
        return self._database.rows(query, database=_DATABASE)


@contextmanager
def running_directus(folder: Path) -> Iterator[Directus]:
    """Run a fresh one, with its files in ``folder``, for the length of a block."""
    with running_postgres(WHEEL) as database:
        database.run(f"CREATE DATABASE {_DATABASE}")
        app = Directus(folder.absolute(), database)
        for name in ("uploads", "extensions"):
            (folder / name).mkdir()
        carry_out([*_CLI, "bootstrap"], folder, app.environment())
        with launched(app):
            yield app
