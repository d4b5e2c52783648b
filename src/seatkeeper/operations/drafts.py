"""What a draft would change of a resource, and whether its asker may change it."""

from collections.abc import Iterable
from typing import Any

import orjson

from seatkeeper.core.errors import VersionMismatchError
from seatkeeper.core.values import Document
from seatkeeper.store.texts import encode_document


def as_stored(document: Document) -> dict[str, Any]:
    """Give a document the form in which it comes back from the store. Raises ``InvalidValueError``."""
    stored: dict[str, Any] = orjson.loads(encode_document(document))
    return stored


def changed_attributes(before: Document, after: Document) -> list[str]:
    """Name the attributes that differ, those of an extension one by one and qualified by its URN."""
    return sorted(
        name
        for key in before.keys() | after.keys()
        if before.get(key) != after.get(key)
        for name in _within(key, before.get(key), after.get(key))
    )


def _within(key: str, before: Any, after: Any) -> Iterable[str]:
    if not key.lower().startswith("urn:"):
        return [key]
    old, new = before or {}, after or {}
    return [f"{key}:{name}" for name in old.keys() | new.keys() if old.get(name) != new.get(name)]


def check_version(version: int, if_version: int | None) -> None:
    """Raise ``VersionMismatchError`` when the asker has another version in mind."""
    if if_version is not None and if_version != version:
        raise VersionMismatchError(
            f"The resource is at version {version}, not {if_version}: read it again and repeat the change."
        )
