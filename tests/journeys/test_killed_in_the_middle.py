"""A worker dies amid hundreds of joiners: nobody is lost, nobody is doubled, and every job comes to its end."""

import csv
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml

from bench.population import Population
from lab.postgres import WHEEL, running_postgres
from lab.roundup import ADMIN, PASSWORD, running_roundup
from lab.seatkeeper import QUICK, Seatkeeper
from lab.watching import Watch
from seatkeeper.idps.people import people

pytestmark = [pytest.mark.live, pytest.mark.slow]

SLUG = "app"


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """An app nobody is in yet, how Seatkeeper reaches it, and who is in it by an onlooker's means."""

    connector: str
    settings: Mapping[str, Any]
    logins: Callable[[], list[str]]
    """One for each account, so that whoever is doubled is listed twice."""
    ends: Collection[str] = ("succeeded", "unchanged")
    """An account that is there already was made by the worker before it died, and leaves its job unchanged."""
    joiners: int = 500
    environment: Mapping[str, str] = field(default_factory=dict)


@contextmanager
def table(_: Path) -> Iterator[App]:
    """Run a database whose table would take anybody twice: no index says that a login is unique."""
    with running_postgres(WHEEL) as server, server.database() as database:
        server.run(
            "CREATE ROLE keeper LOGIN PASSWORD 'keeper-password' IN ROLE pg_read_all_data, pg_write_all_data"
        )
        server.run("CREATE TABLE people (id serial PRIMARY KEY, login text, email text, active bool)", database)
        yield App(
            connector="sql",
            settings={
                "url": server.url(database),
                "username": "keeper",
                "password": {"env": "APP_PASSWORD"},
                "allow_plaintext": True,
                "table": "people",
                "name_column": "login",
                "columns": ["email"],
                "active_column": "active",
                "connections": 8,
            },
            environment={"APP_PASSWORD": "keeper-password"},
            logins=lambda: [login for (login,) in server.rows("SELECT login FROM people", database=database)],
        )


@contextmanager
def file(folder: Path) -> Iterator[App]:
    """Have an app that picks up a file, and gives none back that would prove anything."""
    drop = folder / "files/hr"
    drop.mkdir(parents=True)

    def logins() -> list[str]:
        with (drop / "users.csv").open(newline="") as handed_over:
            return [row["userName"] for row in csv.DictReader(handed_over)]

    environment = {"SEATKEEPER_FILES_DIR": str(drop.parent)}
    yield App(
        connector="files", settings={"folder": "hr"}, environment=environment, logins=logins, ends=("unverified",)
    )


@contextmanager
def roundup(folder: Path) -> Iterator[App]:
    """Run an issue tracker, which takes its time for everybody."""
    with running_roundup(folder / "roundup") as app:
        yield App(
            connector="roundup",
            settings={"base_url": app.url, "username": ADMIN, "password": {"env": "APP_PASSWORD"}},
            environment={"APP_PASSWORD": PASSWORD},
            logins=lambda: [login for login in app.people() if login not in {ADMIN, "anonymous"}],
            joiners=100,
        )


@pytest.mark.parametrize("running", [table, file, pytest.param(roundup, marks=pytest.mark.heavy)])
def test_a_worker_killed_amid_joiners_loses_and_doubles_nobody(
    running: Callable[[Path], Any], tmp_path: Path, database_url: str
) -> None:
    with running(tmp_path) as app, closing(Watch(database_url)) as watch:
        seatkeeper = Seatkeeper(tmp_path / "seatkeeper", database_url, env={**QUICK, **app.environment})
        with closing(seatkeeper):
            _assign(app, seatkeeper, database_url)
            worker = seatkeeper.start_worker()
            _wait_for_the_middle(watch, app.joiners)
            worker.kill()
            assert watch.open_jobs(SLUG) > 0, "the jobs ended before the worker did"
            seatkeeper.start_worker()
            watch.wait_until_done(SLUG, patience=240)
        jobs = watch.jobs(SLUG)
        assert (set(jobs) <= set(app.ends), sum(jobs.values())) == (True, app.joiners), jobs
        assert Counter(app.logins()) == Counter(person.user_name for person in people(app.joiners))


def _assign(app: App, seatkeeper: Seatkeeper, database_url: str) -> None:
    declared = {
        "slug": SLUG,
        "name": "App",
        "connector": app.connector,
        "settings": dict(app.settings),
        "state": "live",
    }
    path = seatkeeper.directory / "integration.yaml"
    path.write_text(yaml.safe_dump({"integrations": [declared]}))
    seatkeeper.command("apply", "-f", str(path))
    with closing(Population(database_url, SLUG)) as population:
        population.assign(people(app.joiners))


def _wait_for_the_middle(watch: Watch, joiners: int) -> None:
    """Wait until a third of the jobs has been taken up, and some are under way."""
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        jobs = watch.jobs(SLUG)
        if jobs.get("running", 0) and joiners - jobs.get("queued", 0) > joiners / 3:
            return
        time.sleep(0.02)
    raise TimeoutError(f"there was no middle: {dict(watch.jobs(SLUG))}")
