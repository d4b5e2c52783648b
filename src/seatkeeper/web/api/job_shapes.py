"""The documents about jobs, what happened, and what waits for a person."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from seatkeeper.core.events import ActorKind, EventKind
from seatkeeper.core.jobs import JobKind, JobState
from seatkeeper.core.tasks import TaskKind, TaskState
from seatkeeper.core.wording import describe_event, describe_job
from seatkeeper.store.queries.assignments import MOST_AHEAD
from seatkeeper.store.queries.events import ListedEvent
from seatkeeper.store.queries.jobs import ListedAttempt, ListedJob
from seatkeeper.store.queries.tasks import ListedTask
from seatkeeper.web.api.shapes import ProblemShape


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
        return cls(
            **plain, sentence=describe_job(job.kind, job.state, job.problem), problem=ProblemShape.of(job.problem)
        )


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


class WorkValueShape(BaseModel):
    """A value to be entered or looked for."""

    model_config = ConfigDict(from_attributes=True)

    name: str
    value: str
    before: str | None = Field(description="What the app held when this was asked for.")


class WorkShape(BaseModel):
    """One step for a person."""

    model_config = ConfigDict(from_attributes=True)

    what: str
    values: list[WorkValueShape]
    text: str = Field(description="What the integration says of such steps, in Markdown.")


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
    work: list[WorkShape] = Field(description="What is to be done, step by step.")
    due_at: datetime | None
    four_eyes: bool = Field(description="It counts once another person has confirmed it.")

    @classmethod
    def of(cls, task: ListedTask) -> "TaskShape":
        """Tell a task."""
        plain = {name: getattr(task, name) for name in cls.model_fields if name not in {"problem", "work"}}
        work = [WorkShape.model_validate(each) for each in task.work]
        return cls(**plain, problem=ProblemShape.of(task.problem), work=work)
