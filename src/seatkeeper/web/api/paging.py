"""The parameters of every list."""

from typing import Annotated
from uuid import UUID

from fastapi import Query

Limit = Annotated[int, Query(ge=1, le=500, description="How many at most.")]
After = Annotated[UUID | None, Query(description="Where to go on: `next` of the part before.")]
