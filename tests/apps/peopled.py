"""A career in an app of the lab whose people are read as ``lab.apps.Person``."""

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from lab.apps import Peopled
from lab.apps import Person as Account
from seatkeeper.idps.people import Person
from tests.apps.careers import Career, Shown


def career_in(app: Peopled, *, name: str, version: str, own: Collection[str], **more: Any) -> Career:
    """Make a career of names, addresses and whether people may sign in. ``own`` are the app's own accounts."""
    return Career(
        **{
            "app": name,
            "version": version,
            "login": lambda person: person.user_name,
            "expected": expected,
            "seen": lambda: {login: seen(account) for login, account in _others(app, own).items()},
            **more,
        }
    )


def expected(person: Person, active: bool) -> Shown:
    """What an onlooker should see."""
    return {"name": person.display_name, "mail": person.user_name, "active": active}


def seen(account: Account) -> Shown:
    """What an onlooker sees."""
    return {"name": account.name, "mail": account.mail, "active": account.active}


def folder_of(path: Path, name: str) -> Path:
    """Make a folder for an app beside what the career writes."""
    made = path / name
    made.mkdir()
    return made


def _others(app: Peopled, own: Collection[str]) -> Mapping[str, Account]:
    return {login: account for login, account in app.people().items() if login not in own}
