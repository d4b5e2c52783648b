"""Mailman's core, of which only the REST interface runs. Read from its SQLite database.

People are known by their mail addresses, and what they hold is membership of mailing lists. Requests are forms.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from lab.apps import Launched, Person, by_group, launched, rows
from lab.processes import APPS, Command
from lab.templates import carry_out, provisioned

ADMIN, PASSWORD = "restadmin", "lab-password-1"
"""For HTTP's Basic authentication."""
LISTS = ("devs@lists.example.org", "ops@lists.example.org")

_PROGRAMS = APPS / "mailman/bin"
_SETTINGS = """
[mailman]
layout: here
site_owner: admin@example.org
[paths.here]
var_dir: {folder}/var
[webservice]
hostname: 127.0.0.1
port: {port}
admin_user: {admin}
admin_pass: {password}
[mta]
incoming: mailman.mta.null.NullMTA
outgoing: mailman.mta.null.NullMTA
"""
_PEOPLE = """
    SELECT u.id, u.display_name, a.email, COALESCE(p.delivery_status, 1) = 1 AS receives
      FROM user u
      JOIN address a
        ON a.id = COALESCE(u._preferred_address_id, (SELECT min(id) FROM address WHERE user_id = u.id))
      LEFT JOIN preferences p ON p.id = u.preferences_id
"""
_MEMBERS = """
    SELECT l.list_name || '@' || l.mail_host, COALESCE(m.user_id, a.user_id)
      FROM member m JOIN mailinglist l ON l.list_id = m.list_id LEFT JOIN address a ON a.id = m.address_id
     WHERE m.role = 1
"""


class Mailman(Launched):
    """A running Mailman with two empty lists."""

    def command(self) -> Command:
        """Run the REST interface without the master that would run all the others."""
        settings = _configure(self.folder, self.port)
        arguments: list[str | Path] = [_PROGRAMS / "runner", "-C", settings, "--runner=rest:0:1"]
        return Command(arguments, self.folder / "mailman.log", cwd=self.folder)

    def answers(self) -> bool:
        """Say whether the administrator is let in."""
        return self.ask("/3.1/system/versions", auth=(ADMIN, PASSWORD)).is_success

    def people(self) -> Mapping[str, Person]:
        """Read everybody, by mail address; who is not to receive anything is not active. ``more`` holds the id."""
        members = rows(self._database, _MEMBERS)
        return {
            row["email"]: Person(
                login=row["email"],
                name=row["display_name"] or "",
                mail=row["email"],
                active=bool(row["receives"]),
                groups=frozenset(name for name, person in members if person == row["id"]),
                more={"id": row["id"]},
            )
            for row in rows(self._database, _PEOPLE)
        }

    def groups(self) -> Mapping[str, frozenset[str]]:
        """Read the addresses on every list."""
        return by_group(LISTS, self.people())

    @property
    def _database(self) -> Path:
        return self.folder / "var/data/mailman.db"


@contextmanager
def running_mailman(folder: Path) -> Iterator[Mailman]:
    """Run a fresh one, with its data in ``folder``, for the length of a block."""
    with launched(Mailman(folder.absolute()), provisioned("mailman", [Path(__file__)], _provision)) as app:
        yield app


def _provision(folder: Path) -> None:
    settings = _configure(folder, port=9)
    for name in LISTS:
        carry_out([_PROGRAMS / "mailman", "--run-as-root", "-C", settings, "create", name], folder)


def _configure(folder: Path, port: int) -> Path:
    settings = folder / "mailman.cfg"
    settings.write_text(_SETTINGS.format(folder=folder, port=port, admin=ADMIN, password=PASSWORD))
    return settings
