"""The parameters of every list."""

from typing import Annotated, Final
from uuid import UUID

from fastapi import Query
from pydantic.config import JsonDict

Limit = Annotated[int, Query(ge=1, le=500, description="How many at most.")]
After = Annotated[UUID | None, Query(description="Where to go on: `next` of the part before.")]

PRINTABLE: Final[JsonDict] = {"pattern": "^[ -~]*$"}
"""What a text surely may be, for the description; texts of every language may."""

Place = Annotated[
    str,
    Query(max_length=8000, description="Where to go on: `next` of the part before.", json_schema_extra=PRINTABLE),
]
"""Where a list goes on that is not in the order of ids."""

Search = Annotated[str, Query(max_length=200, json_schema_extra=PRINTABLE)]
