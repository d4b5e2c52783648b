"""An intranet made with Django: its admin pages and django-scim2 over the same people.

Read from its SQLite database. The admin pages are at ``/admin/``, SCIM is at ``/scim/v2`` with what it does
differently: it drops the members of a new group and cannot take one of them out by a path.
"""

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from lab.apps import Launched, Person, by_group, launched, rows
from lab.processes import APPS, Command
from lab.templates import carry_out, provisioned

ADMIN, PASSWORD = "admin", "lab-password-1"
TOKEN = "lab-django-token"
"""The bearer token of SCIM."""

_PROJECT = Path(__file__).parent / "django"
_PYTHON = APPS / "django/bin/python"
_PEOPLE = """
    SELECT id, username, first_name, last_name, email, is_active, is_staff, is_superuser, scim_external_id
      FROM intranet_person
"""
_MEMBERS = "SELECT t.name, m.person_id FROM intranet_person_scim_groups m JOIN intranet_team t ON t.id = m.team_id"


class Intranet(Launched):
    """A running intranet with an administrator."""

    @property
    def base_url(self) -> str:
        """Give the address of SCIM."""
        return f"{self.url}/scim/v2"

    def command(self) -> Command:
        """Serve by Django's own server."""
        address = self.url.removeprefix("http://")
        arguments: list[str | Path] = [_PYTHON, "manage.py", "runserver", "--noreload", address]
        environment = {"LAB_ADDRESS": address, "LAB_TOKEN": TOKEN}
        return Command(arguments, self.folder / "django.log", environment, self.folder)

    def answers(self) -> bool:
        """Say whether the token is taken."""
        return self.ask("/scim/v2/Users", headers={"Authorization": f"Bearer {TOKEN}"}).is_success

    def people(self) -> Mapping[str, Person]:
        """Read everybody; ``groups`` are teams. ``more`` holds the other columns."""
        members = rows(self._database, _MEMBERS)
        return {
            row["username"]: Person(
                login=row["username"],
                name=f"{row['first_name']} {row['last_name']}".strip(),
                mail=row["email"],
                active=bool(row["is_active"]),
                groups=frozenset(name for name, person in members if person == row["id"]),
                more=dict(row),
            )
            for row in rows(self._database, _PEOPLE)
        }

    def groups(self) -> Mapping[str, frozenset[str]]:
        """Read the logins in every team."""
        names = [row["name"] for row in rows(self._database, "SELECT name FROM intranet_team")]
        return by_group(names, self.people())

    @property
    def _database(self) -> Path:
        return self.folder / "intranet.sqlite"


@contextmanager
def running_intranet(folder: Path) -> Iterator[Intranet]:
    """Run a fresh one, with its data in ``folder``, for the length of a block."""
    sources = [Path(__file__), *sorted(_PROJECT.rglob("*.py"))]
    with launched(Intranet(folder), provisioned("django", sources, _provision)) as app:
        yield app


def _provision(folder: Path) -> None:
    shutil.copytree(_PROJECT, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
    administrator = {"DJANGO_SUPERUSER_PASSWORD": PASSWORD}
    made = ["createsuperuser", "--noinput", "--username", ADMIN, "--email", "admin@example.org"]
    for command in (["makemigrations", "intranet"], ["migrate"], made):
        carry_out([_PYTHON, "manage.py", *command], folder, administrator)
