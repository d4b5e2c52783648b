"""What a session shows of its work: pictures and traces, handed over while the engine collects for an attempt.

A session calls ``hand_over`` wherever it is at work; who asked for it is known from the context, so several
attempts at once each get their own. Outside an attempt nothing is collected.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

LARGEST = 300_000
"""Bytes; a larger exhibit is left out."""

MOST = 40
"""Exhibits of one attempt; from then on only those of failures are taken."""


@dataclass(frozen=True, slots=True)
class Exhibit:
    """One thing to show. Holds no secret and no value of a sensitive attribute: whoever makes it sees to that."""

    label: str
    """What is seen, for people who cannot see it, too: 'Create an account, step 3: Click the button “Save”.'"""
    media_type: str
    content: bytes = field(repr=False)
    is_of_failure: bool = False


@dataclass(slots=True)
class Collection:
    """What was handed over so far, and the attributes that must not be seen."""

    sensitive: frozenset[str] = frozenset()
    exhibits: list[Exhibit] = field(default_factory=list)


_collection: ContextVar[Collection | None] = ContextVar("evidence", default=None)


@contextmanager
def collecting(sensitive: frozenset[str] = frozenset()) -> Iterator[list[Exhibit]]:
    """Collect what sessions hand over within the block."""
    collection = Collection(sensitive)
    token = _collection.set(collection)
    try:
        yield collection.exhibits
    finally:
        _collection.reset(token)


def is_collected() -> bool:
    """Say whether anybody wants to see something: a picture that nobody keeps need not be taken."""
    collection = _collection.get()
    return collection is not None and len(collection.exhibits) < MOST


def sensitive_attributes() -> frozenset[str]:
    """Give the attributes whose values must not be seen."""
    collection = _collection.get()
    return frozenset() if collection is None else collection.sensitive


def hand_over(exhibit: Exhibit) -> None:
    """Give an exhibit to whoever collects."""
    collection = _collection.get()
    if collection is None or len(exhibit.content) > LARGEST:
        return
    if exhibit.is_of_failure or len(collection.exhibits) < MOST:
        collection.exhibits.append(exhibit)
