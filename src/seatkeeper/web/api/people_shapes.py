"""The documents about people: in a list, in full, and what would be done for one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from seatkeeper.core.accounts import Presence
from seatkeeper.core.entitlements import Entitlement
from seatkeeper.core.events import EventKind
from seatkeeper.core.jobs import JobKind, JobState
from seatkeeper.core.wording import describe_event, describe_job, describe_missing, describe_step
from seatkeeper.engine.preview import Preview
from seatkeeper.store.queries.accounts import Person
from seatkeeper.store.queries.assignments import MOST_AHEAD, FoundPerson, Occurrence
from seatkeeper.store.queries.seats import NewestJob, Seat
from seatkeeper.store.queries.users import Membership
from seatkeeper.web.api.shapes import ProblemShape
from seatkeeper.web.comparing import Comparison, Held, Likeness


class NewestJobShape(BaseModel):
    """The newest job about an account or a group."""

    id: UUID
    kind: JobKind
    state: JobState
    sentence: str
    problem: ProblemShape | None

    @classmethod
    def of(cls, job: NewestJob | None) -> "NewestJobShape | None":
        """Tell it."""
        if job is None:
            return None
        told = describe_job(job.kind, job.state, job.problem)
        return cls(id=job.id, kind=job.kind, state=job.state, sentence=told, problem=ProblemShape.of(job.problem))


class GroupNameShape(BaseModel):
    """A group of the identity provider."""

    id: UUID
    display_name: str


class EntitlementShape(BaseModel):
    """What an account may hold; ``value`` is what the identity provider sends for it."""

    type: str
    value: str


class ListedPersonShape(BaseModel):
    """Somebody, their account, and where their newest job stands."""

    model_config = ConfigDict(from_attributes=True)

    user_id: UUID | None = Field(description="Null for somebody whom the identity provider removed.")
    account_id: UUID
    user_name: str
    display_name: str
    is_assigned: bool
    name: str | None = Field(description="What the app calls the account.")
    in_app: bool = Field(description="The app is known to hold an account of theirs.")
    active: bool | None = Field(description="They can sign in there; null where the app cannot tell.")
    seen_at: datetime | None
    entitlements: list[EntitlementShape]
    groups: list[GroupNameShape]
    job: NewestJobShape | None

    @classmethod
    def of(cls, seat: Seat, held: Sequence[Entitlement], groups: Sequence[Membership]) -> "ListedPersonShape":
        """Tell a person of a list."""
        given = {name: getattr(seat, name) for name in Seat.__slots__ if name != "job"}
        return cls(
            **given,
            job=NewestJobShape.of(seat.job),
            entitlements=[EntitlementShape(type=one.type, value=one.value) for one in held],
            groups=[GroupNameShape(id=one.group_id, display_name=one.display_name) for one in groups],
        )


class OccurrenceShape(BaseModel):
    """Something that happened to somebody; ``sentence`` tells it."""

    id: UUID
    at: datetime
    kind: EventKind
    actor_name: str
    target: str
    job_id: UUID | None
    request_id: str | None
    details: dict[str, Any]
    sentence: str

    @classmethod
    def of(cls, event: Occurrence) -> "OccurrenceShape":
        """Tell it."""
        told = describe_event(event.kind, actor=event.actor_name, target=event.target, details=event.details)
        return cls(**{name: getattr(event, name) for name in Occurrence.__slots__}, sentence=told)


class AssignmentShape(BaseModel):
    """What the identity provider says of somebody."""

    user_name: str
    external_id: str | None
    active: bool
    created_at: datetime
    updated_at: datetime
    groups: list[GroupNameShape]

    @classmethod
    def of(cls, person: Person) -> "AssignmentShape | None":
        """Tell it; None for somebody who was removed."""
        user = person.user
        if user is None:
            return None
        plain = ("user_name", "external_id", "active", "created_at", "updated_at")
        groups = [GroupNameShape(id=group.id, display_name=group.display_name) for group in person.groups]
        return cls(**{name: getattr(user, name) for name in plain}, groups=groups)


class MappedShape(BaseModel):
    """One attribute of the app: what the mapping gives beside what was last seen, as text."""

    model_config = ConfigDict(from_attributes=True)

    name: str
    expression: str
    wanted: str | None
    seen: str | None
    likeness: Likeness = Field(description="`untold` for what nobody can tell without looking, or that is hidden.")


class HeldShape(BaseModel):
    """An entitlement, where it comes from, and whether it is to be given, stays, or is to be taken away."""

    type: str
    value: str
    group_id: UUID | None = Field(description="The group it comes from; null for the person's own attributes.")
    group: str | None = Field(description="That group's name; null also for one that is gone.")
    is_wanted: bool
    is_given: bool

    @classmethod
    def of(cls, held: Held, names: Mapping[str, str]) -> "HeldShape":
        """Tell it."""
        plain = {name: getattr(held, name) for name in ("type", "value", "group_id", "is_wanted", "is_given")}
        return cls(**plain, group=names.get(held.group_id or ""))


class AccountShape(BaseModel):
    """An account as the app last showed it."""

    uid: str | None = Field(description="Its id in the app; null as long as none is known.")
    name: str | None
    active: bool | None
    seen_at: datetime | None
    disabled_at: datetime | None
    delete_at: datetime | None


@dataclass(frozen=True, slots=True)
class LookedAt:
    """A person as everything that is known tells."""

    found: FoundPerson
    seat: Seat | None
    person: Person | None
    arrival: Occurrence | None
    ahead: int | None


class PersonShape(BaseModel):
    """Why somebody has an account, or has none. What is null is not known, or not so."""

    user_id: UUID | None
    account_id: UUID | None
    name: str
    display_name: str
    assignment: AssignmentShape | None = Field(description="Null for somebody who was removed.")
    arrival: OccurrenceShape | None = Field(description="What brought them here.")
    presence: Presence | None = Field(description="What there should be in the app.")
    attributes: list[MappedShape]
    entitlements: list[HeldShape]
    problem: ProblemShape | None = Field(description="Why what is wanted cannot be worked out.")
    account: AccountShape | None
    job: NewestJobShape | None
    ahead: int | None = Field(
        description=f"How many jobs come before theirs in the queue, up to {MOST_AHEAD:,}; null unless it waits."
    )

    @classmethod
    def of(cls, looked: LookedAt, comparison: Comparison | None, names: Mapping[str, str]) -> "PersonShape":
        """Tell a person; ``names`` are those of groups, by id."""
        seat, found = looked.seat, looked.found
        told = comparison or Comparison(None, (), (), None)
        return cls(
            user_id=found.user_id,
            account_id=found.account_id,
            name=found.name,
            display_name="" if seat is None else seat.display_name,
            assignment=None if looked.person is None else AssignmentShape.of(looked.person),
            arrival=None if looked.arrival is None else OccurrenceShape.of(looked.arrival),
            presence=told.presence,
            attributes=[MappedShape.model_validate(one) for one in told.attributes],
            entitlements=[HeldShape.of(one, names) for one in told.entitlements],
            problem=ProblemShape.of(told.problem),
            account=_account(looked),
            job=None if seat is None else NewestJobShape.of(seat.job),
            ahead=looked.ahead,
        )


def _account(looked: LookedAt) -> AccountShape | None:
    if looked.person is None or looked.seat is None:
        return None
    account = looked.person.account
    plain = {name: getattr(account, name) for name in ("uid", "name", "active", "disabled_at", "delete_at")}
    return AccountShape(**plain, seen_at=looked.seat.seen_at)


class SeenShape(BaseModel):
    """An account as the app shows it now."""

    uid: str
    name: str
    active: bool | None


class PreviewShape(BaseModel):
    """What a job would do for somebody now; nothing was changed."""

    presence: Presence | None = Field(description="What there should be in the app; null where nobody can tell.")
    seen: SeenShape | None = Field(description="What is there now.")
    steps: list[str] | None = Field(description="What would be done, in order; null where nobody can tell.")
    shortfalls: list[str] = Field(description="What the app cannot do, so that it would become a task.")
    problem: ProblemShape | None

    @classmethod
    def of(cls, told: Preview) -> "PreviewShape":
        """Tell a preview; sensitive values stay hidden."""
        seen, plan = told.seen, told.plan
        return cls(
            presence=None if told.wanted is None else told.wanted.presence,
            seen=None if seen is None else SeenShape(uid=seen.uid, name=seen.name, active=seen.active),
            steps=None if plan is None else [describe_step(step, told.sensitive) for step in plan.steps],
            shortfalls=[] if plan is None else [describe_missing(missing) for missing in plan.shortfalls],
            problem=ProblemShape.of(told.problem),
        )
