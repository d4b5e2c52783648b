"""Watching an installation's jobs from outside, straight in its database."""

import time
from collections import Counter
from collections.abc import Callable, Mapping

import psycopg

_OPEN = frozenset({"queued", "running", "retrying"})


class Watch:
    """Counts jobs by integration and state."""

    def __init__(self, database_url: str) -> None:
        self._connection = psycopg.connect(database_url, autocommit=True)

    def close(self) -> None:
        """Give the connection back."""
        self._connection.close()

    def jobs(self, slug: str) -> Mapping[str, int]:
        """Count the jobs of an integration by state."""
        rows = self._connection.execute(
            "SELECT j.state, count(*) FROM jobs j JOIN integrations i ON i.id = j.integration_id"
            " WHERE i.slug = %s GROUP BY j.state",
            [slug],
        )
        return Counter(dict(rows.fetchall()))

    def open_jobs(self, slug: str) -> int:
        """Count the jobs that a worker has still to end; those that wait for a person are not among them."""
        return sum(count for state, count in self.jobs(slug).items() if state in _OPEN)

    def problems(self, slug: str) -> list[tuple[str, str, str]]:
        """List target, code and detail of every job that failed or waits for a person."""
        rows = self._connection.execute(
            "SELECT j.target, j.problem_code, j.problem_detail FROM jobs j JOIN integrations i"
            " ON i.id = j.integration_id WHERE i.slug = %s AND j.state IN ('failed', 'waiting', 'unverified')"
            " ORDER BY j.id",
            [slug],
        )
        return [(str(target), str(code), str(detail)) for target, code, detail in rows]

    def wait_until_done(self, slug: str, patience: float = 60.0, tick: Callable[[], None] = lambda: None) -> None:
        """Wait until no job of the integration is open. Raises ``TimeoutError`` with what is left."""
        deadline = time.monotonic() + patience
        while self.open_jobs(slug):
            if time.monotonic() > deadline:
                raise TimeoutError(f"{slug}: after {patience:.0f} s there are still {dict(self.jobs(slug))}")
            tick()
            time.sleep(0.05)
        tick()
