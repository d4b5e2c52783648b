"""Redmine from Debian, as an instance of its own below a folder. Read from its SQLite database.

People are ``users`` of type User with a status (1 active, 3 locked); groups are rows of the same table. Besides
its REST interface, with a key or the password, it has pages on the same data.
"""

import secrets
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from lab.apps import Launched, Person, by_group, launched, rows
from lab.processes import Command
from lab.templates import carry_out, provisioned

ADMIN, PASSWORD = "admin", "lab-password-1"
KEY = "0123456789abcdef0123456789abcdef01234567"
"""For the header ``X-Redmine-API-Key``."""
PROJECT = "launch"
"""An empty project in which people may be given the roles Manager, Developer and Reporter."""

_CODE = Path("/usr/share/redmine")
_OURS = Path(__file__).parent / "redmine"
_PEOPLE = """
    SELECT u.id, u.login, u.firstname, u.lastname, u.status, u.admin, u.language,
           (SELECT address FROM email_addresses WHERE user_id = u.id AND is_default) AS mail
      FROM users u WHERE u.type = 'User'
"""
_MEMBERS = """
    SELECT g.lastname AS name, gu.user_id FROM users g JOIN groups_users gu ON gu.group_id = g.id
     WHERE g.type = 'Group'
"""
_ROLES = """
    SELECT m.user_id, p.identifier, r.name FROM members m JOIN projects p ON p.id = m.project_id
      JOIN member_roles mr ON mr.member_id = m.id JOIN roles r ON r.id = mr.role_id
"""


class Redmine(Launched):
    """A running Redmine with an administrator, the default roles and one project."""

    def command(self) -> Command:
        """Serve by Thin. The database is named by its path, so it is written for every copy."""
        _configure(self.folder)
        thin = ["bundle", "exec", "thin", "start", "-a", "127.0.0.1", "-p", str(self.port)]
        return Command(thin, self.folder / "redmine.log", env=_environment(self.folder), cwd=_CODE)

    def answers(self) -> bool:
        """Say whether the key is taken."""
        return self.ask("/users/current.json", headers={"X-Redmine-API-Key": KEY}).is_success

    def people(self) -> Mapping[str, Person]:
        """Read everybody. ``more`` holds firstname, lastname, admin, id, and roles as (project, role)."""
        groups = self._read(_MEMBERS)
        roles = self._read(_ROLES)
        return {
            row["login"]: Person(
                login=row["login"],
                name=f"{row['firstname']} {row['lastname']}",
                mail=row["mail"] or "",
                active=row["status"] == 1,
                groups=frozenset(name for name, person in groups if person == row["id"]),
                more={
                    **{name: row[name] for name in ("id", "firstname", "lastname", "language")},
                    "admin": bool(row["admin"]),
                    "roles": frozenset((where, what) for person, where, what in roles if person == row["id"]),
                },
            )
            for row in self._read(_PEOPLE)
        }

    def groups(self) -> Mapping[str, frozenset[str]]:
        """Read the logins in every group that a person made."""
        names = [row["lastname"] for row in self._read("SELECT lastname FROM users WHERE type = 'Group'")]
        return by_group(names, self.people())

    def _read(self, statement: str) -> Sequence[sqlite3.Row]:
        return rows(self.folder / "redmine.sqlite", statement)


@contextmanager
def running_redmine(folder: Path) -> Iterator[Redmine]:
    """Run a fresh one, with its data in ``folder``, for the length of a block."""
    with launched(Redmine(folder), template()) as app:
        yield app


def template() -> Path:
    """Make, once, what every Redmine starts from. Takes some seconds."""
    return provisioned("redmine", [Path(__file__), *sorted(_OURS.iterdir())], _provision)


def _provision(folder: Path) -> None:
    for name in ("config", "files", "log", "public", "tmp"):
        (folder / name).mkdir()
    (folder / "Gemfile").write_bytes((_OURS / "Gemfile").read_bytes())
    (folder / "config/secret_key.txt").write_text(secrets.token_hex(32))
    _configure(folder)
    environment = _environment(folder)
    for command in (
        ["bundle", "lock", "--local"],
        ["bundle", "exec", "rake", "db:migrate"],
        ["bundle", "exec", "rails", "runner", str(_OURS / "provision.rb")],
    ):
        carry_out(command, _CODE, environment)


def _configure(folder: Path) -> None:
    database = f"production: {{adapter: sqlite3, encoding: utf8, database: {folder.absolute()}/redmine.sqlite}}\n"
    (folder / "config/database.yml").write_text(database)


def _environment(folder: Path) -> dict[str, str]:
    """Make Debian's Redmine serve the folder, which it looks for below a folder of its own."""
    return {
        "BUNDLER_VERSION": "2.3.15",  # Ruby's own Bundler takes Debian's gems for deleted
        "BUNDLE_GEMFILE": str(folder.absolute() / "Gemfile"),
        "REDMINE_INSTANCE": f"{'../' * 9}{folder.absolute().relative_to('/')}",
        "RAILS_ENV": "production",
        "SCHEMA": str(folder.absolute() / "schema.rb"),
        "HOME": str(folder.absolute()),
        "LAB_PASSWORD": PASSWORD,
        "LAB_KEY": KEY,
    }


if __name__ == "__main__":
    template()
