"""The documents about an integration: how it stands, and how it is configured."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field

from seatkeeper.core.access import IntegrationRole
from seatkeeper.core.health import Health, health_of
from seatkeeper.core.integrations import Integration, IntegrationState
from seatkeeper.store.queries.integrations import Hindrance
from seatkeeper.store.queries.standings import Standing
from seatkeeper.store.rows import encode_integration
from seatkeeper.web.api.shapes import ProblemShape

_FIGURES = ("people", "groups", "open_jobs", "failed", "tasks", "last_event_at")


class IntegrationShape(BaseModel):
    """An integration and how it stands; secrets are never in it."""

    id: UUID
    slug: str
    name: str
    connector: str
    state: IntegrationState
    health: Health
    role: IntegrationRole = Field(description="What the caller is on it.")
    people: int
    groups: int
    open_jobs: int
    failed: int
    tasks: int
    last_event_at: datetime | None

    @classmethod
    def of(cls, integration: Integration, standing: Standing, role: IntegrationRole) -> "IntegrationShape":
        """Tell an integration."""
        health = health_of(integration, proven=standing.proven, failed=standing.failed, tasks=standing.tasks)
        return cls(
            **{name: getattr(integration, name) for name in ("id", "slug", "name", "connector", "state")},
            **{name: getattr(standing, name) for name in _FIGURES},
            health=health,
            role=role,
        )


class WholeIntegrationShape(IntegrationShape):
    """An integration in full; durations are ISO 8601."""

    version: int = Field(description="Of its configuration: every change is a new one.")
    quarantine: ProblemShape | None = Field(
        description="Why no job runs until the app accepts the service account."
    )
    throttled_until: datetime | None = Field(description="How long the app asked to be left alone.")
    settings: dict[str, Any]
    mapping: dict[str, Any]
    user_schema: list[dict[str, Any]]
    policy: dict[str, Any]

    @classmethod
    def whole(
        cls, short: IntegrationShape, integration: Integration, hindrance: Hindrance, version: int
    ) -> "WholeIntegrationShape":
        """Tell all of an integration."""
        return cls(
            **short.model_dump(),
            version=version,
            quarantine=ProblemShape.of(hindrance.quarantine),
            throttled_until=hindrance.throttled_until,
            **configuration_of(integration),
        )


def configuration_of(integration: Integration) -> dict[str, Any]:
    """Spell how an integration is configured, without its secrets."""
    columns = encode_integration(integration)
    parts = {name: columns[name].obj for name in ("settings", "mapping", "policy")}
    return {**parts, "user_schema": columns["schema"].obj}
