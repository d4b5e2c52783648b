"""From what people type to the thing they mean: slugs, and ids by their end."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Annotated, TypeVar
from uuid import UUID

import typer

from seatkeeper.core.errors import InvalidValueError, NotFoundError
from seatkeeper.core.integrations import Integration
from seatkeeper.store.database import Reader
from seatkeeper.store.queries.integrations import find_integration

T = TypeVar("T")

Slug = Annotated[str, typer.Argument(metavar="INTEGRATION", help="The integration's slug.")]
MaybeSlug = Annotated[
    str | None, typer.Option("--integration", "-i", metavar="INTEGRATION", help="Only this integration, by slug.")
]

_SHORTEST = 4


async def find_by_slug(reader: Reader, slug: str) -> Integration:
    """Find an integration. Raises ``NotFoundError`` with where to look."""
    integration = await find_integration(reader, slug)
    if integration is None:
        raise NotFoundError(f"There is no integration {slug}. seatkeeper integration list shows them all.")
    return integration


async def find_by_end(noun: str, typed: str, find_ending: Callable[[str], Awaitable[Sequence[T]]]) -> T:
    """Find the one thing whose id ends as typed; a whole id ends so, too.

    Raises ``NotFoundError``, and ``InvalidValueError`` for what is no id or fits several.
    """
    end = typed.strip().lower()
    if len(end) < _SHORTEST or not _is_end_of_id(end):
        raise InvalidValueError(f"{typed} is not the id of a {noun}: seatkeeper {noun} list shows them.")
    found = await find_ending(end)
    if not found:
        raise NotFoundError(f"There is no {noun} {typed}. seatkeeper {noun} list shows the newest.")
    if len(found) > 1:
        raise InvalidValueError(f"Several {noun}s have an id that ends in {typed}: give more of it.")
    return found[0]


def _is_end_of_id(end: str) -> bool:
    whole = "00000000-0000-7000-8000-000000000000"
    try:
        UUID(whole[: len(whole) - len(end)] + end)
    except ValueError:
        return False
    return len(end) <= len(whole)
