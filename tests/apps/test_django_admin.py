"""Django's admin pages: what the browser does there is read from the application's own database."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from lab.django_admin import ADMIN, PASSWORD, Intranet, running_intranet
from lab.processes import free_port
from lab.seatkeeper import Seatkeeper
from seatkeeper.core.ids import Uid
from seatkeeper.core.values import Attributes
from seatkeeper.engine.registry import get_connector
from seatkeeper.idps.people import Person
from seatkeeper.spi.settings import ConnectorSettings, validate_settings
from seatkeeper.spi.testing import Check, Harness, Witnessed, each_check, run_check
from tests.apps.careers import Career, Shown, live_through

pytestmark = [pytest.mark.live, pytest.mark.heavy]

_TOLD = ("username", "first_name", "last_name", "email")


@pytest.fixture(scope="module")
def intranet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Intranet]:
    with running_intranet(tmp_path_factory.mktemp("django") / "intranet") as app:
        yield app


def _given(url: str, **other: Any) -> dict[str, Any]:
    page = f"{url}/admin/intranet/person"
    return {"url": page, "username": ADMIN, "password": PASSWORD, "screenshots": "failures", **other}


def settings_for(url: str, **other: Any) -> ConnectorSettings:
    settings: ConnectorSettings = validate_settings(get_connector("django-admin").settings, _given(url, **other))
    return settings


@dataclass(frozen=True, slots=True)
class IntranetWitness:
    """Reads the database that holds everybody."""

    intranet: Intranet

    async def find_accounts(self, name: str) -> Sequence[Witnessed]:
        return [
            Witnessed(Uid(str(each.more["id"])), each.active, {told: each.more[told] for told in _TOLD})
            for login, each in self.intranet.people().items()
            if login == name
        ]

    async def find_members(self, group: Uid) -> frozenset[Uid] | None:
        raise AssertionError(f"there are no groups here, and {group} is asked for")


def person(stem: str) -> Attributes:
    return {
        "username": f"{stem}@example.org",
        "first_name": f'Zoë "{stem}"',
        "last_name": "<b>O'Brien</b> & ${uid} %",
        "email": f"{stem}+django@example.org",
    }


@each_check()
async def test_django_keeps_every_promise(check: Check, intranet: Intranet) -> None:
    harness = Harness(
        connector=get_connector("django-admin"),
        settings=settings_for(intranet.url),
        wrong_credentials=settings_for(intranet.url, password="wrong"),
        away=settings_for(f"http://127.0.0.1:{free_port()}"),
        witness=IntranetWitness(intranet),
        person=person,
        changes={"first_name": "Ōe", "email": "new.address@example.org"},
        emptied="last_name",
    )
    await run_check(check, harness)


def expected(person: Person, active: bool) -> Shown:
    return {"name": person.display_name, "email": person.user_name, "active": active}


def test_people_come_change_go_and_return(house: Seatkeeper, tmp_path: Path) -> None:
    with running_intranet(tmp_path / "intranet") as app:
        career = Career(
            app="django-admin",
            version="5.2",
            settings=_given(app.url),
            login=lambda person: person.user_name,
            expected=expected,
            seen=lambda: {
                login: {"name": each.name, "email": each.mail, "active": each.active}
                for login, each in app.people().items()
                if login != ADMIN
            },
        )
        live_through(career, house, tmp_path)
