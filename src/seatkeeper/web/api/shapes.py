"""The documents of the API. Names are those of the command line's ``--json``."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Annotated, Any, Generic, TypeVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from seatkeeper.core.access import IntegrationRole, WorkspaceRole
from seatkeeper.core.events import ActorKind, EventKind
from seatkeeper.core.health import Health, health_of
from seatkeeper.core.integrations import Integration, IntegrationState
from seatkeeper.core.jobs import JobKind, JobState
from seatkeeper.core.problems import Problem, ProblemCode
from seatkeeper.core.tasks import TaskKind, TaskState
from seatkeeper.core.wording import describe_event, describe_job, explain
from seatkeeper.store.queries.assignments import MOST_AHEAD
from seatkeeper.store.queries.events import ListedEvent
from seatkeeper.store.queries.integrations import Hindrance
from seatkeeper.store.queries.jobs import ListedAttempt, ListedJob
from seatkeeper.store.queries.members import ListedMember, ListedRole
from seatkeeper.store.queries.standings import Standing
from seatkeeper.store.queries.tasks import ListedTask
from seatkeeper.store.queries.tokens import ListedToken
from seatkeeper.store.rows import encode_integration

T = TypeVar("T")

_FIGURES = ("people", "groups", "open_jobs", "failed", "tasks", "last_event_at")


class Shape(BaseModel):
    """The base of what is sent: names that are not known are refused, so a typo is told at once."""

    model_config = ConfigDict(extra="forbid")


Email = Annotated[
    str, Field(min_length=3, max_length=320, json_schema_extra={"pattern": "^[!-?A-~]{1,64}@[!-?A-~]{1,64}$"})
]
Name = Annotated[str, Field(min_length=1, max_length=200, json_schema_extra={"pattern": "^[!-~][ -~]*$"})]
"""Their patterns describe what is surely taken; names and addresses of every language are."""


class Page(BaseModel, Generic[T]):
    """A part of a list. ``next`` is the ``after`` of the following part; null at the end."""

    items: list[T]
    next: str | None


class ProblemShape(BaseModel):
    """What went wrong in an app, and what to do about it."""

    code: ProblemCode
    detail: str
    sentence: str
    remedy: str

    @classmethod
    def of(cls, problem: Problem | None) -> "ProblemShape | None":
        """Tell a problem."""
        if problem is None:
            return None
        told = explain(problem)
        return cls(code=problem.code, detail=problem.detail, sentence=told.sentence, remedy=told.remedy)


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


class JobShape(BaseModel):
    """An automation job; ``sentence`` tells where it stands."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    integration: str
    kind: JobKind
    state: JobState
    sentence: str
    target: str
    account_id: UUID | None
    app_group_id: UUID | None
    wishes: int
    attempts: int
    held: bool
    problem: ProblemShape | None
    actor: str
    request_id: str | None
    created_at: datetime
    due_at: datetime
    started_at: datetime | None
    ended_at: datetime | None

    @classmethod
    def of(cls, job: ListedJob) -> "JobShape":
        """Tell a job."""
        plain = {name: getattr(job, name) for name in cls.model_fields if name not in {"sentence", "problem"}}
        return cls(**plain, sentence=describe_job(job.kind, job.state), problem=ProblemShape.of(job.problem))


class AttemptShape(BaseModel):
    """One try at a job, with each call to the app."""

    number: int
    started_at: datetime
    ended_at: datetime
    outcome: str
    problem: ProblemShape | None
    steps: list[dict[str, Any]]

    @classmethod
    def of(cls, attempt: ListedAttempt) -> "AttemptShape":
        """Tell an attempt; a connector's traceback stays in the log and on the page."""
        plain = {name: getattr(attempt, name) for name in cls.model_fields if name != "problem"}
        return cls(**plain, problem=ProblemShape.of(attempt.problem))


class WholeJobShape(JobShape):
    """A job with everything that was tried, first to last."""

    ahead: int | None = Field(
        description=f"How many jobs come before it in the queue, up to {MOST_AHEAD:,}; null unless it waits there."
    )
    task_id: UUID | None = Field(description="The open task it waits for.")
    tries: list[AttemptShape]


class EventShape(BaseModel):
    """One thing that happened; ``sentence`` tells it."""

    id: UUID
    at: datetime
    integration: str = Field(description="The slug, also of one that is deleted; empty for what is about none.")
    kind: EventKind
    actor: ActorKind
    actor_name: str
    target: str
    user_id: UUID | None
    job_id: UUID | None
    request_id: str | None
    details: dict[str, Any]
    sentence: str

    @classmethod
    def of(cls, event: ListedEvent) -> "EventShape":
        """Tell an event."""
        told = describe_event(event.kind, actor=event.actor_name, target=event.target, details=event.details)
        plain = {name: getattr(event, name) for name in EventShape.model_fields if name != "sentence"}
        return cls(**plain, sentence=told)


class TaskShape(BaseModel):
    """Work for a person."""

    id: UUID
    integration: str
    job_id: UUID | None
    target: str | None
    is_about_group: bool
    kind: TaskKind
    state: TaskState
    problem: ProblemShape
    choices: list[str]
    opened_at: datetime
    closed_at: datetime | None
    closed_by: str | None
    assignee_id: UUID | None
    assignee: str | None = Field(description="The name of the member who sees to it.")
    note: str = Field(description="What was said by whoever closed it.")

    @classmethod
    def of(cls, task: ListedTask) -> "TaskShape":
        """Tell a task."""
        plain = {name: getattr(task, name) for name in cls.model_fields if name != "problem"}
        return cls(**plain, problem=ProblemShape.of(task.problem))


class TokenShape(BaseModel):
    """A SCIM token as it may be seen after it was made."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    name: str
    prefix: str
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None
    last_used_for: str | None = Field(description="The request, such as `GET /Users`.")

    @classmethod
    def of(cls, token: ListedToken) -> "TokenShape":
        """Tell a token."""
        return cls.model_validate(token)


class NewTokenShape(BaseModel):
    """A token that was just made: the only time its secret is told."""

    id: UUID
    secret: str


class RoleShape(BaseModel):
    """What a member is on an integration."""

    member_id: UUID
    email: str
    name: str
    role: IntegrationRole

    @classmethod
    def of(cls, listed: ListedRole) -> "RoleShape":
        """Tell a role."""
        member = listed.member
        return cls(member_id=member.id, email=member.email, name=member.name, role=listed.role)


class MemberNameShape(BaseModel):
    """A member, for people to recognise."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    email: str
    name: str


class MemberShape(BaseModel):
    """A person of the workspace."""

    id: UUID
    email: str
    name: str
    role: WorkspaceRole
    has_password: bool
    has_totp: bool
    has_entered: bool = Field(description="There is a way for them to sign in.")
    created_at: datetime
    disabled_at: datetime | None

    @classmethod
    def of(cls, listed: ListedMember) -> "MemberShape":
        """Tell a member."""
        own = {name: getattr(listed.member, name) for name in ("id", "email", "name", "role")}
        others = {name: getattr(listed, name) for name in MemberShape.model_fields if name not in own}
        return cls(**own, **others)


class CountShape(BaseModel):
    """How many jobs an operation asked for, let go or ended."""

    jobs: int


def page_of(rows: Sequence[T], limit: int, cursor: Callable[[T], object]) -> tuple[list[T], str | None]:
    """Cut a list read with one row more than asked for, and say where the next part begins."""
    kept = list(rows[:limit])
    return kept, str(cursor(kept[-1])) if len(rows) > limit else None
