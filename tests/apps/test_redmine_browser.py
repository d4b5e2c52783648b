"""Redmine through its pages: what the browser does there is read from Redmine's own database."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pyotp
import pytest

from lab.redmine import ADMIN, KEY, PASSWORD, Redmine, running_redmine
from lab.seatkeeper import Seatkeeper
from lab.versions import debian_version
from seatkeeper.engine.registry import get_connector
from seatkeeper.idps.people import Person
from seatkeeper.spi.connector import ReadsAccounts
from seatkeeper.spi.connector import check as check_stages
from seatkeeper.spi.errors import CredentialsRefusedError, NeedsPersonError
from seatkeeper.spi.testing import Check, each_check, run_check
from tests.apps.careers import Career, Shown, live_through
from tests.apps.redmine_pages import harness, settings_for

pytestmark = [pytest.mark.live, pytest.mark.heavy]

GROUPS = ("devs", 'o\'ps "<1>"')


@pytest.fixture(scope="module")
def redmine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Redmine]:
    with running_redmine(tmp_path_factory.mktemp("redmine") / "redmine") as app:
        for name in GROUPS:
            answer = httpx.post(
                f"{app.url}/groups.json", headers={"X-Redmine-API-Key": KEY}, json={"group": {"name": name}}
            )
            assert answer.status_code == 201
        yield app


@each_check()
async def test_redmine_without_its_api_keeps_every_promise(check: Check, redmine: Redmine) -> None:
    await run_check(check, harness(redmine))


async def test_a_one_time_code_is_typed_and_without_a_secret_a_person_is_asked(tmp_path: Path) -> None:
    secret = pyotp.random_base32()
    with running_redmine(tmp_path / "redmine") as app:
        with closing(sqlite3.connect(app.folder / "redmine.sqlite")) as database, database:
            database.execute(
                "UPDATE users SET twofa_scheme = 'totp', twofa_totp_key = ? WHERE login = ?", (secret, ADMIN)
            )
        for given, refusal in (
            ({}, NeedsPersonError),
            ({"totp_secret": pyotp.random_base32()}, CredentialsRefusedError),
        ):
            async with get_connector("redmine-browser").connect(settings_for(app.url, **given)) as session:
                with pytest.raises(refusal):
                    await check_stages(session)
        settings = settings_for(app.url, totp_secret=secret)
        async with get_connector("redmine-browser").connect(settings) as session:
            assert isinstance(session, ReadsAccounts)
            assert [each.name for each in await session.find_accounts("login", ADMIN)] == [ADMIN]


def expected(person: Person, active: bool) -> Shown:
    return {"name": (person.given_name, person.family_name), "mail": person.user_name, "active": active}


def test_people_come_change_go_and_return(house: Seatkeeper, tmp_path: Path) -> None:
    with running_redmine(tmp_path / "redmine") as app:
        career = Career(
            app="redmine-browser",
            version=debian_version("redmine"),
            settings={"url": app.url, "username": ADMIN, "password": PASSWORD},
            login=lambda person: person.user_name,
            expected=expected,
            seen=lambda: {
                login: {
                    "name": (each.more["firstname"], each.more["lastname"]),
                    "mail": each.mail,
                    "active": each.active,
                }
                for login, each in app.people().items()
                if login != ADMIN
            },
        )
        live_through(career, house, tmp_path)
