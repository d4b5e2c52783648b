"""A database for each test, copied from a migrated template."""

import hashlib
import itertools
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from lab.processes import ROOT
from seatkeeper.store.migrating import migrate

_BY_PROCESS = "test_"
_TEMPLATE = "template_of_"


class Databases:
    """The databases this process makes on the run's PostgreSQL.

    A database is dropped when the next one is made, not when its test ends: PostgreSQL looks a tenth of a second
    apart whether the last connection is gone.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._numbers = itertools.count()
        self._spent: list[str] = []
        self._server = psycopg.connect(url, autocommit=True)
        self._template = _TEMPLATE + _fingerprint()
        self._server.execute("SELECT pg_advisory_lock(2)")
        self._drop_what_others_left()
        self._make_template()
        self._server.execute("SELECT pg_advisory_unlock(2)")

    @contextmanager
    def fresh(self) -> Iterator[str]:
        """Make a migrated database, and give its URL until the block ends."""
        self._drop_spent()
        name = f"{_BY_PROCESS}{os.getpid()}_{next(self._numbers)}"
        self._server.execute(f"CREATE DATABASE {name} TEMPLATE {self._template} STRATEGY file_copy")
        yield self._url_of(name)
        self._spent.append(name)

    def close(self) -> None:
        """Drop what is left."""
        self._drop_spent()
        self._server.close()

    def _url_of(self, name: str) -> str:
        return self._url.replace("/seatkeeper?", f"/{name}?")

    def _drop_spent(self) -> None:
        while self._spent:
            self._drop(self._spent.pop())

    def _drop(self, name: str) -> None:
        self._server.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def _names(self, beginning: str) -> list[str]:
        found = self._server.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [beginning])
        return [name for (name,) in found]

    def _make_template(self) -> None:
        # Whoever holds this lock keeps another run, of another state of the code, from dropping the template.
        self._server.execute("SELECT pg_advisory_lock_shared(hashtext(%s))", [self._template])
        if self._template not in self._names(_TEMPLATE):
            self._drop("template_in_the_making")
            self._server.execute("CREATE DATABASE template_in_the_making")
            migrate(self._url_of("template_in_the_making"))
            self._server.execute(f"ALTER DATABASE template_in_the_making RENAME TO {self._template}")
        self._keep_catalogue_at_hand()

    def _keep_catalogue_at_hand(self) -> None:
        # PostgreSQL forgets at each start what the first connection to a database found in its catalogue, which
        # takes that connection 8 ms. Found in the template, it is copied with the rest.
        at_hand = "base/' || (SELECT oid FROM pg_database WHERE datname = %s) || '/pg_internal.init"
        found = self._server.execute(f"SELECT pg_stat_file('{at_hand}', true)", [self._template]).fetchone()
        if found == (None,):
            psycopg.connect(self._url_of(self._template)).close()

    def _drop_what_others_left(self) -> None:
        for name in self._names(_BY_PROCESS):
            if not Path(f"/proc/{name.split('_')[1]}").exists():
                self._drop(name)
        for name in self._names(_TEMPLATE):
            lock = "pg_try_advisory_lock(hashtext(%(name)s))"
            unlock = "pg_advisory_unlock(hashtext(%(name)s))"
            [free] = self._server.execute(f"SELECT {lock}", {"name": name}).fetchone() or [False]
            if free and name != self._template:
                self._drop(name)
            if free:
                self._server.execute(f"SELECT {unlock}", {"name": name})


def _fingerprint() -> str:
    versions = sorted((ROOT / "src/seatkeeper/store/migrations/versions").glob("*.py"))
    return hashlib.sha256(b"".join(path.read_bytes() for path in versions)).hexdigest()[:12]
