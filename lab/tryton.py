"""Tryton, an ERP with JSON-RPC: its accounts as a target, its employees as a source of truth.

Both are read from its SQLite database. Errors come in answers of status 200, and who is made inactive is in no
list unless asked for. Nobody is deleted.
"""

import base64
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import httpx

from lab.apps import Launched, Person, by_group, launched, rows
from lab.processes import APPS, Command
from lab.templates import carry_out, provisioned

ADMIN, PASSWORD = "admin", "lab-password-1"
DATABASE = "lab"
COMPANY = 1
"""The id of the only company, where employees work."""

_PROGRAMS = APPS / "tryton/bin"
_SETTINGS = "[database]\nuri = sqlite://\npath = {folder}/db\n[web]\nlisten = {address}\n"
_MODULES = "ir res party currency country company".split()
_COMPANY = """
import sys
from trytond.config import config
config.update_etc(sys.argv[1])
from trytond.pool import Pool
from trytond.transaction import Transaction
Pool.start()
Pool(sys.argv[2]).init()
with Transaction().start(sys.argv[2], 1, context={"_check_access": False}):
    pool = Pool()
    euro, = pool.get("currency.currency").create([{"name": "Euro", "code": "EUR", "symbol": "E"}])
    party, = pool.get("party.party").create([{"name": "Example"}])
    company, = pool.get("company.company").create([{"party": party.id, "currency": euro.id}])
    users = pool.get("res.user")
    users.write([users(1)], {"companies": [("add", [company.id])], "company": company.id})
"""
_PEOPLE = "SELECT id, login, name, email, active FROM res_user WHERE login NOT IN ('root')"
_MEMBERS = """
    SELECT g.name, m.user FROM "res_user-res_group" m JOIN res_group g ON g.id = m."group"
"""
_EMPLOYEES = """
    SELECT e.id, p.name, e.start_date, e.end_date, e.supervisor FROM company_employee e
      JOIN party_party p ON p.id = e.party ORDER BY e.id
"""


class Employee(NamedTuple):
    """Somebody who works in the company, or did."""

    id: int
    name: str
    start_date: date | None
    end_date: date | None
    supervisor: int | None


class Tryton(Launched):
    """A running Tryton with an administrator, groups and one company."""

    def command(self) -> Command:
        """Serve by its own server, for the one database."""
        address = self.url.removeprefix("http://")
        (self.folder / "trytond.conf").write_text(_SETTINGS.format(folder=self.folder, address=address))
        arguments: list[str | Path] = [_PROGRAMS / "trytond", "-c", self.folder / "trytond.conf", "-d", DATABASE]
        return Command(arguments, self.folder / "tryton.log")

    def answers(self) -> bool:
        """Say whether the administrator is let in."""
        return bool(self.session())

    def session(self) -> str:
        """Sign the administrator in and give the value of the header ``Authorization``."""
        found = self._post("common.db.login", [ADMIN, {"password": PASSWORD}], {})
        secret = f"{ADMIN}:{found[0]}:{found[1]}"
        return f"Session {base64.b64encode(secret.encode()).decode()}"

    def call(self, method: str, *parameters: Any) -> Any:
        """Call a method such as ``model.res.user.create`` as the administrator, behind our back."""
        return self._post(method, [*parameters, {"company": COMPANY}], {"Authorization": self.session()})

    def people(self) -> Mapping[str, Person]:
        """Read every account but its own. ``more`` holds the id."""
        members = rows(self._database, _MEMBERS)
        return {
            row["login"]: Person(
                login=row["login"],
                name=row["name"] or "",
                mail=row["email"] or "",
                active=bool(row["active"]),
                groups=frozenset(name for name, person in members if person == row["id"]),
                more={"id": row["id"]},
            )
            for row in rows(self._database, _PEOPLE)
        }

    def groups(self) -> Mapping[str, frozenset[str]]:
        """Read the logins in every group."""
        return by_group([row["name"] for row in rows(self._database, "SELECT name FROM res_group")], self.people())

    def employees(self) -> list[Employee]:
        """Read who works in the company, or did, in the order of coming."""
        return [
            Employee(row["id"], row["name"], _day(row["start_date"]), _day(row["end_date"]), row["supervisor"])
            for row in rows(self._database, _EMPLOYEES)
        ]

    @property
    def _database(self) -> Path:
        return self.folder / f"db/{DATABASE}.sqlite"

    def _post(self, method: str, parameters: list[Any], headers: Mapping[str, str]) -> Any:
        asked = {"id": 1, "method": method, "params": parameters}
        answer = httpx.post(f"{self.url}/{DATABASE}/rpc/", json=asked, headers=headers, verify=False, timeout=30.0)
        said = answer.raise_for_status().json()
        if isinstance(said, dict):
            if "error" in said:
                raise RuntimeError(f"{method}: {said['error']}")
            return said["result"]
        return said


@contextmanager
def running_tryton(folder: Path) -> Iterator[Tryton]:
    """Run a fresh one, with its data in ``folder``, for the length of a block."""
    with launched(Tryton(folder), template()) as app:
        yield app


def template() -> Path:
    """Make, once, what every Tryton starts from. Takes some ten seconds."""
    return provisioned("tryton", [Path(__file__)], _provision)


def _provision(folder: Path) -> None:
    (folder / "db").mkdir()
    (folder / f"db/{DATABASE}.sqlite").touch()
    (folder / "password").write_text(PASSWORD)
    settings = folder / "trytond.conf"
    settings.write_text(_SETTINGS.format(folder=folder, address="127.0.0.1:9"))
    administer: list[str | Path] = [_PROGRAMS / "trytond-admin", "-c", settings, "-d", DATABASE]
    administer += ["--email", "admin@example.org", "-u", *_MODULES]
    carry_out(administer, folder, {"TRYTONPASSFILE": str(folder / "password")})
    carry_out([_PROGRAMS / "python", "-c", _COMPANY, settings, DATABASE], folder)


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


if __name__ == "__main__":
    template()
