"""How much of a bare loop's pace is left of each connector once the engine plans, proves and records."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, closing
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import yaml

from bench.population import Population
from bench.subjects import Subject, browser, database_users, files, rest, scim, table
from lab.seatkeeper import Seatkeeper
from lab.watching import Watch
from seatkeeper.engine.registry import find_connectors
from seatkeeper.idps.people import Person, people
from seatkeeper.spi.settings import secret_names

_SUBJECTS: Sequence[Callable[[Path], AbstractContextManager[Subject]]] = (
    table,
    database_users,
    rest,
    scim,
    files,
    browser,
)
_PATIENCE = 300.0
_ENDED = {"succeeded", "unverified"}


@dataclass(frozen=True, slots=True)
class Paces:
    """Accounts made a second by both, in the same app and with the same number of hands."""

    connector: str
    title: str
    people: int
    seatkeeper: float
    bare: float

    @property
    def efficiency(self) -> float:
        """How much of the bare loop's pace is left."""
        return self.seatkeeper / self.bare


def measure_connectors() -> Iterator[Paces]:
    """Measure one connector after another: the bare loop, then Seatkeeper."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        seatkeeper = Seatkeeper(folder / "seatkeeper", env={"SEATKEEPER_FILES_DIR": str(folder / "files")})
        with closing(seatkeeper):
            seatkeeper.start()
            for running in _SUBJECTS:
                with running(folder) as subject:
                    yield _measure(seatkeeper, subject)


def _measure(seatkeeper: Seatkeeper, subject: Subject) -> Paces:
    count = subject.people
    bare = subject.bare(people(count))
    engine = _first_sync(seatkeeper, subject, people(count, start=count))
    return Paces(subject.connector, subject.title, count, count / engine, count / bare)


def _first_sync(seatkeeper: Seatkeeper, subject: Subject, everybody: Sequence[Person]) -> float:
    """Assign everybody while the integration is a draft, make it live, and time the jobs from first to last."""
    slug = subject.connector
    path = seatkeeper.directory / "integration.yaml"
    path.write_text(yaml.safe_dump({"integrations": [_declaration(subject, seatkeeper.directory)]}))
    seatkeeper.command("apply", "-f", str(path))
    url = seatkeeper.embedded_url()
    with closing(Population(url, slug)) as population, closing(Watch(url)) as watch:
        population.assign(everybody)
        seatkeeper.command("integration", "activate", slug)
        watch.wait_until_done(slug, patience=_PATIENCE)
        ended = watch.jobs(slug)
        assert set(ended) <= _ENDED, (dict(ended), watch.problems(slug)[:3])
        return population.seconds_at_work()


def _declaration(subject: Subject, folder: Path) -> dict[str, object]:
    settings = dict(subject.settings)
    for name in secret_names(find_connectors()[subject.connector].settings) & settings.keys():
        secret = folder / f"{subject.connector}-{name}.secret"
        secret.write_text(str(settings[name]))
        settings[name] = {"file": str(secret)}
    return {
        "slug": subject.connector,
        "name": subject.connector,
        "connector": subject.connector,
        "settings": settings,
        "policy": {"concurrency": subject.hands},
    }
