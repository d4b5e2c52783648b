"""The parameters of every list, and texts and instants as callers may write them."""

from typing import Annotated, Final
from uuid import UUID

from fastapi import Query
from pydantic import AfterValidator, AwareDatetime, BeforeValidator
from pydantic.config import JsonDict


def _printed(text: str) -> str:
    if not text.isprintable():
        raise ValueError("only characters that can be printed")
    return text


def _written(value: object) -> object:
    # Pydantic takes numbers for seconds since 1970, the description speaks of RFC 3339 only.
    if not isinstance(value, str) or "-" not in value[1:]:
        raise ValueError("write an instant as 2026-01-31T12:00:00Z")
    return value


PRINTABLE: Final[JsonDict] = {"pattern": "^[ -~]*$"}
"""What a text surely may be, for the description; texts of every language may."""

Printed = Annotated[str, AfterValidator(_printed)]
Instant = Annotated[AwareDatetime, BeforeValidator(_written)]

Limit = Annotated[int, Query(ge=1, le=500, description="How many at most.")]
After = Annotated[UUID | None, Query(description="Where to go on: `next` of the part before.")]

Place = Annotated[
    Printed,
    Query(max_length=8000, description="Where to go on: `next` of the part before.", json_schema_extra=PRINTABLE),
]
"""Where a list goes on that is not in the order of ids."""

Search = Annotated[Printed, Query(max_length=200, json_schema_extra=PRINTABLE)]
