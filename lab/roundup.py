"""Roundup, the issue tracker: its REST interface wants an ETag for every change. Read from its SQLite database.

What people may do is a list of roles in one text. Nobody is deleted: they are retired, and somebody else may
have the name then.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from lab.apps import Launched, Person, by_group, launched, rows
from lab.processes import APPS, Command
from lab.templates import carry_out, provisioned

ADMIN, PASSWORD = "admin", "lab-password-1"
"""For HTTP's Basic authentication."""
ROLES = ("Admin", "User", "Anonymous", "Developer", "Reporter")

_PROGRAMS = APPS / "roundup/bin"
_MORE_ROLES = """
for role in ("Developer", "Reporter"):
    db.security.addRole(name=role, description=role)
"""
_ADDRESS = "http://127.0.0.1:9/"
_SERVE = (
    "import sys, waitress; from roundup.cgi.wsgi_handler import RequestDispatcher;"
    " waitress.serve(RequestDispatcher(sys.argv[1]), listen=sys.argv[2], threads=4)"
)
"""Its own server refuses to be run by root."""
_PEOPLE = """
    SELECT id, _username AS login, _realname AS name, _address AS mail, _roles AS roles, _phone, _organisation,
           __retired__ AS retired
      FROM _user ORDER BY __retired__ DESC
"""


class Roundup(Launched):
    """A running tracker with an administrator, in the classic form."""

    def command(self) -> Command:
        """Serve by Waitress. The tracker's address stands in its settings."""
        settings = self.folder / "config.ini"
        settings.write_text(settings.read_text().replace(_ADDRESS, f"{self.url}/"))
        serve: list[str | Path] = [
            _PROGRAMS / "python",
            "-c",
            _SERVE,
            self.folder,
            self.url.removeprefix("http://"),
        ]
        return Command(serve, self.folder / "roundup.log")

    def answers(self) -> bool:
        """Say whether the administrator is let in by the REST interface."""
        return self.ask("/rest/data/user/1", auth=(ADMIN, PASSWORD)).is_success

    def people(self) -> Mapping[str, Person]:
        """Read everybody who ever was there; ``groups`` are the roles. ``more`` holds id, phone, organisation."""
        return {
            row["login"]: Person(
                login=row["login"],
                name=row["name"] or "",
                mail=row["mail"] or "",
                active=not row["retired"],
                groups=frozenset(filter(None, (role.strip() for role in (row["roles"] or "").split(",")))),
                more={"id": row["id"], "phone": row["_phone"], "organisation": row["_organisation"]},
            )
            for row in rows(self.folder / "db/db", _PEOPLE)
        }

    def groups(self) -> Mapping[str, frozenset[str]]:
        """Read the logins that have each role."""
        return by_group(ROLES, self.people())


@contextmanager
def running_roundup(folder: Path) -> Iterator[Roundup]:
    """Run a fresh one, with its data in ``folder``, for the length of a block."""
    with launched(Roundup(folder), provisioned("roundup", [Path(__file__)], _provision)) as app:
        yield app


def _provision(folder: Path) -> None:
    settings = (
        f"tracker_web={_ADDRESS},mail_domain=example.org,mail_host=localhost,mail_debug=mail.txt,"
        "password_pbkdf2_default_rounds=1000"  # every request brings the password and has it checked
    )
    _administer(folder, "install", "classic", "sqlite", settings)
    with (folder / "schema.py").open("a") as schema:
        schema.write(_MORE_ROLES)
    _administer(folder, "initialise", PASSWORD)


def _administer(folder: Path, *arguments: str) -> None:
    carry_out([_PROGRAMS / "roundup-admin", "-i", folder, *arguments], folder)
