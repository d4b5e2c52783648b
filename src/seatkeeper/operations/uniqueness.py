"""Unique attributes: what a user schema declares ``unique``, no two users of the integration have the same of.

userName is not among them: it has a column and a constraint of its own.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import orjson

from seatkeeper.core.errors import AlreadyExistsError
from seatkeeper.core.ids import IntegrationId, UserId
from seatkeeper.core.integrations import Integration, SchemaAttribute
from seatkeeper.core.schema import Steps, compares_exactly, steps_to
from seatkeeper.core.values import Document
from seatkeeper.operations.checks import DraftInvalidError, Fault
from seatkeeper.store.database import Transaction
from seatkeeper.store.queries.users import list_documents
from seatkeeper.store.records.unique_values import claim_all, forget_claims, put_claims, take_turns
from seatkeeper.store.texts import name_key

_NAMED = 5
"""How many duplicates an error names."""

_NAME = SchemaAttribute("userName", unique=True)
_GROUP_NAME = SchemaAttribute("the displayName of a group", unique=True)


def unique_attributes(integration: Integration) -> list[SchemaAttribute]:
    """List the attributes whose values are claimed."""
    return [each for each in integration.schema if each.unique and each.name != _NAME.name]


def claims_of(
    integration_id: IntegrationId, attributes: Iterable[SchemaAttribute], document: Document
) -> dict[bytes, str]:
    """Give what a user with this document claims: the digest of each value, and its attribute."""
    return {
        _digest(integration_id, each, value): each.name
        for each in attributes
        for value in _values(document, steps_to(each.name))
    }


def name_turn(integration_id: IntegrationId, user_name: str) -> bytes:
    """Give the digest of a userName, by which rivals for it take turns."""
    return _digest(integration_id, _NAME, user_name)


async def claim_values(tx: Transaction, integration: Integration, user_id: UserId, document: Document) -> None:
    """Let a user have its unique values. Raises ``AlreadyExistsError``. ``take_turns_for`` goes before."""
    claims = claims_of(integration.id, unique_attributes(integration), document)
    taken = await put_claims(tx, integration.id, user_id, claims)
    if taken:
        names = ", ".join(f'"{name}"' for name in taken)
        raise AlreadyExistsError(f"There already is a user with the same {names}, which must be unique.")


async def take_turns_for(
    tx: Transaction, integration: Integration, names: Iterable[str], documents: Iterable[Document]
) -> None:
    """Lock userNames and unique values, before anything that others may wait for is written."""
    attributes = unique_attributes(integration)
    digests = {name_turn(integration.id, name) for name in names}
    for document in documents:
        digests.update(claims_of(integration.id, attributes, document))
    await take_turns(tx, digests)


async def take_turns_for_group(tx: Transaction, integration: Integration, names: Iterable[str]) -> None:
    """Lock names of groups, likewise."""
    await take_turns(tx, {_digest(integration.id, _GROUP_NAME, name) for name in names})


async def refuse_duplicates(tx: Transaction, before: Integration, after: Integration) -> None:
    """Raise ``DraftInvalidError``, which names them, when people share a value that is to become unique."""
    attributes = _newly_unique(before, after)
    if attributes:
        await _collect(tx, after.id, attributes)


async def follow_schema(tx: Transaction, before: Integration, after: Integration) -> None:
    """Claim for everybody what has become unique, and let go of what no longer is.

    Raises as ``refuse_duplicates`` does.
    """
    added = _newly_unique(before, after)
    gone = [each.name for each in (*_newly_unique(after, before), *added)]
    if gone:
        await forget_claims(tx, after.id, gone)
    if added:
        await claim_all(tx, after.id, await _collect(tx, after.id, added))


async def _collect(
    tx: Transaction, integration_id: IntegrationId, attributes: Sequence[SchemaAttribute]
) -> dict[bytes, tuple[str, UserId]]:
    claims: dict[bytes, tuple[str, UserId]] = {}
    names: dict[UserId, str] = {}
    shared: dict[str, list[str]] = {}
    for user_id, user_name, document in await list_documents(tx, integration_id):
        names[user_id] = user_name
        for digest, attribute in claims_of(integration_id, attributes, document).items():
            _, owner = claims.setdefault(digest, (attribute, user_id))
            if owner != user_id:
                shared.setdefault(attribute, []).append(f"{names[owner]} and {user_name}")
    if shared:
        raise DraftInvalidError(*(_shared(attribute, pairs) for attribute, pairs in shared.items()))
    return claims


def _shared(attribute: str, pairs: Sequence[str]) -> Fault:
    named = "; ".join(pairs[:_NAMED])
    more = f"; and {len(pairs) - _NAMED} more" if len(pairs) > _NAMED else ""
    return Fault(
        ("schema",),
        f"{attribute} cannot become unique, since these people have the same value: {named}{more}."
        " Let the identity provider send different ones first",
    )


def _newly_unique(before: Integration, after: Integration) -> list[SchemaAttribute]:
    known = {(each.name, compares_exactly(each)) for each in unique_attributes(before)}
    return [each for each in unique_attributes(after) if (each.name, compares_exactly(each)) not in known]


def _digest(integration_id: IntegrationId, attribute: SchemaAttribute, value: object) -> bytes:
    if isinstance(value, str) and not compares_exactly(attribute):
        value = name_key(value)
    elif isinstance(value, float) and value.is_integer():
        value = int(value)
    return hashlib.sha256(integration_id.bytes + orjson.dumps([attribute.name, value])).digest()


def _values(value: Any, steps: Steps) -> Iterator[object]:
    """Find the values at the end of a path, those of all entries where it passes lists; none is no value."""
    if isinstance(value, list):
        for entry in value:
            yield from _values(entry, steps)
    elif steps:
        if isinstance(value, Mapping) and steps[0] in value:
            yield from _values(value[steps[0]], steps[1:])
    elif value not in ("", None):
        yield value
