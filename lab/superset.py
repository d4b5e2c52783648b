"""Apache Superset: dashboards, whose REST interface signs in with a password and answers with a token.

Read from its SQLite database. Accounts hold roles, and groups that hold roles. Everything about them is below
``/api/v1/security``.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from lab.apps import Launched, Person, by_group, launched, rows
from lab.processes import APPS, Command
from lab.templates import carry_out, provisioned

ADMIN, PASSWORD = "admin", "lab-password-1"

_PROGRAM = APPS / "superset/bin/superset"
_SETTINGS = """
import os
SECRET_KEY = "lab-secret-that-is-long-enough-for-tokens-signed-by-it"
SQLALCHEMY_DATABASE_URI = f"sqlite:///{os.environ['SUPERSET_HOME']}/superset.sqlite"
FAB_ADD_SECURITY_API = True
RATELIMIT_ENABLED = False
TALISMAN_ENABLED = False
"""
_PEOPLE = "SELECT id, username, first_name, last_name, email, active FROM ab_user"
_ROLES = "SELECT m.user_id, r.name FROM ab_user_role m JOIN ab_role r ON r.id = m.role_id"
_GROUPS = "SELECT m.user_id, g.name FROM ab_user_group m JOIN ab_group g ON g.id = m.group_id"


class Superset(Launched):
    """A running Superset with an administrator and the roles it brings."""

    def command(self) -> Command:
        """Serve by Flask's own server."""
        arguments: list[str | Path] = [_PROGRAM, "run", "-h", "127.0.0.1", "-p", str(self.port), "--with-threads"]
        return Command(arguments, self.folder / "superset.log", _environment(self.folder), self.folder)

    def answers(self) -> bool:
        """Say whether it is well."""
        return self.ask("/health").text == "OK"

    def people(self) -> Mapping[str, Person]:
        """Read everybody; ``groups`` are roles. ``more`` holds id, first_name, last_name and groups."""
        roles, groups = rows(self._database, _ROLES), rows(self._database, _GROUPS)
        return {
            row["username"]: Person(
                login=row["username"],
                name=f"{row['first_name']} {row['last_name']}",
                mail=row["email"],
                active=bool(row["active"]),
                groups=frozenset(name for person, name in roles if person == row["id"]),
                more={
                    **{name: row[name] for name in ("id", "first_name", "last_name")},
                    "groups": frozenset(name for person, name in groups if person == row["id"]),
                },
            )
            for row in rows(self._database, _PEOPLE)
        }

    def groups(self) -> Mapping[str, frozenset[str]]:
        """Read the logins that have each role."""
        names = [row["name"] for row in rows(self._database, "SELECT name FROM ab_role")]
        return by_group(names, self.people())

    @property
    def _database(self) -> Path:
        return self.folder / "superset.sqlite"


@contextmanager
def running_superset(folder: Path) -> Iterator[Superset]:
    """Run a fresh one, with its data in ``folder``, for the length of a block."""
    with launched(Superset(folder.absolute()), template()) as app:
        yield app


def template() -> Path:
    """Make, once, what every Superset starts from. Takes half a minute."""
    return provisioned("superset", [Path(__file__)], _provision)


def _provision(folder: Path) -> None:
    (folder / "superset_config.py").write_text(_SETTINGS)
    who = ["--firstname", "Admin", "--lastname", "Admin", "--email", "admin@example.org"]
    made = ["fab", "create-admin", "--username", ADMIN, "--password", PASSWORD, *who]
    for command in (["db", "upgrade"], made, ["init"]):
        carry_out([_PROGRAM, *command], folder, _environment(folder))


def _environment(folder: Path) -> dict[str, str]:
    return {
        "SUPERSET_CONFIG_PATH": str(folder / "superset_config.py"),
        "SUPERSET_HOME": str(folder),
        "FLASK_APP": "superset.app:create_app()",
    }


if __name__ == "__main__":
    template()
