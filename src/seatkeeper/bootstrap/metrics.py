"""What ``/metrics`` tells a Prometheus: requests of this process, and the queue of the whole installation."""

import time
from datetime import datetime

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    GCCollector,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
)
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from seatkeeper.core.jobs import ENDED, OPEN
from seatkeeper.store.queries.installation import QueueStanding

_METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE"})
_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


class Metrics:
    """The numbers of one web process."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        for collector in (ProcessCollector, PlatformCollector, GCCollector):
            collector(registry=self._registry)
        self._requests = self._counter("requests", "Requests answered.", ("method", "status"))
        self._seconds = Histogram(
            "seatkeeper_request_seconds",
            "Time from a request's head to the end of its answer.",
            ("method",),
            buckets=_BUCKETS,
            registry=self._registry,
        )
        self._database_up = self._gauge("database_up", "1 while the database answers.")
        self._open = self._gauge("jobs_open", "Open jobs by state.", ("state",))
        self._ended = self._gauge(
            "jobs_ended_last_hour", "Jobs of the last hour that ended, by state.", ("state",)
        )
        self._age = self._gauge("queue_age_seconds", "How long the oldest due job has waited for a worker.")
        self._tasks = self._gauge("tasks_open", "Tasks that wait for a person.")
        self._quarantined = self._gauge("integrations_quarantined", "Integrations whose app refuses them.")
        self._workers = self._gauge("workers", "Workers that are alive.")

    def count_request(self, method: str, status: int, seconds: float) -> None:
        """Count one answered request."""
        known = method if method in _METHODS else "other"
        self._requests.labels(known, str(status)).inc()
        self._seconds.labels(known).observe(seconds)

    def render(self, standing: QueueStanding | None, now: datetime) -> bytes:
        """Write everything in Prometheus' text format; no standing means the database is away."""
        self._database_up.set(0 if standing is None else 1)
        if standing is not None:
            for state in OPEN:
                self._open.labels(state.value).set(standing.open_jobs.get(state, 0))
            for state in ENDED:
                self._ended.labels(state.value).set(standing.ended_jobs.get(state, 0))
            due_at = standing.oldest_due_at
            self._age.set(0 if due_at is None else (now - due_at).total_seconds())
            self._tasks.set(standing.open_tasks)
            self._quarantined.set(standing.quarantined)
            self._workers.set(standing.workers)
        return generate_latest(self._registry)

    def _gauge(self, name: str, text: str, labels: tuple[str, ...] = ()) -> Gauge:
        return Gauge(f"seatkeeper_{name}", text, labels, registry=self._registry)

    def _counter(self, name: str, text: str, labels: tuple[str, ...]) -> Counter:
        return Counter(f"seatkeeper_{name}", text, labels, registry=self._registry)


class CountingRequests:
    """Wraps an application and counts what it answers."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and measure it; a request that ends in an exception counts as 500."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started, status = time.perf_counter(), 500

        async def note(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, note)
        finally:
            self._metrics.count_request(scope["method"], status, time.perf_counter() - started)
