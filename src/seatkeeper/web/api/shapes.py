"""What documents of every kind are made of. Names are those of the command line's ``--json``."""

from collections.abc import Callable, Sequence
from typing import Annotated, Generic, TypeVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from seatkeeper.core.problems import Problem, ProblemCode
from seatkeeper.core.wording import explain

T = TypeVar("T")


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


class MemberNameShape(BaseModel):
    """A member, for people to recognise."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    email: str
    name: str


class CountShape(BaseModel):
    """How many jobs an operation asked for, let go or ended."""

    jobs: int


def page_of(rows: Sequence[T], limit: int, cursor: Callable[[T], object]) -> tuple[list[T], str | None]:
    """Cut a list read with one row more than asked for, and say where the next part begins."""
    kept = list(rows[:limit])
    return kept, str(cursor(kept[-1])) if len(rows) > limit else None
