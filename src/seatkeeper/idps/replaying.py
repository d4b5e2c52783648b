"""Sending again what was recorded of an identity provider, with the ids that the server at hand gives.

People and groups who were there before the recording began are made first, of what its answers show of them.
"""

import re
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import httpx
import orjson

from seatkeeper.core.recordings import Exchange
from seatkeeper.core.stand_ins import is_ours
from seatkeeper.idps.endpoints import GROUP, USER, Json

_UUID: Final = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_SERVERS_OWN = frozenset({"id", "meta", "groups"})


@dataclass(frozen=True, slots=True)
class Replayed:
    """One request that was sent again. ``status`` is the answer's; None where it could not be sent as it was.

    ``number`` counts from 1; 0 is somebody who was there before the recording.
    """

    number: int
    exchange: Exchange
    status: int | None
    detail: str = ""

    @property
    def is_different(self) -> bool:
        """The server answered with another status than then."""
        return self.number > 0 and self.status is not None and self.status != self.exchange.status


async def replay(client: httpx.AsyncClient, exchanges: Sequence[Exchange]) -> AsyncIterator[Replayed]:
    """Send everything in its order to the client's base URL, telling of each as it is answered.

    Raises ``httpx.TransportError`` where nobody answers at all.
    """
    known = _Known()
    for path, resource in _there_before(exchanges):
        made = await _send(client, "POST", path, known.translated(_without_strangers(resource, known)), {})
        known.note(resource, _document(made))
        yield Replayed(0, _introduction(exchanges[0], path, resource), made.status_code, _detail(made))
    for number, exchange in enumerate(exchanges, start=1):
        if "body" in exchange.left_out:
            yield Replayed(number, exchange, None)
            continue
        body = None if exchange.body is None else known.translated(exchange.body)
        target = known.renamed(exchange.target)
        answer = await _send(client, exchange.method, target, body, exchange.headers)
        known.learn(exchange.answer, _document(answer))
        yield Replayed(number, exchange, answer.status_code, _detail(answer))


@dataclass(slots=True)
class _Known:
    """Which id of the recording is which here."""

    ids: dict[str, str] = field(default_factory=dict)

    def note(self, then: Any, now: Any) -> None:
        if isinstance(then, Mapping) and isinstance(now, Mapping) and "id" in then and "id" in now:
            self.ids.setdefault(str(then["id"]), str(now["id"]))

    def learn(self, then: Any, now: Any) -> None:
        """Take one answer's resources for the other's: the only ones, or those of one name."""
        self.note(then, now)
        here = {_name(each): each for each in _resources(now)}
        for each in _resources(then):
            self.note(each, here.get(_name(each)))

    def renamed(self, text: str) -> str:
        return _UUID.sub(lambda found: self.ids.get(found[0], found[0]), text)

    def translated(self, document: Any) -> bytes:
        return self.renamed(orjson.dumps(document).decode()).encode()


def _there_before(exchanges: Sequence[Exchange]) -> Iterator[tuple[str, Json]]:
    """Give the users, then the groups, that are spoken of and were not made within the recording."""
    made = {str(each.answer["id"]) for each in exchanges if _made_one(each)}
    spoken_of = {name for each in exchanges for name in _ids_in(each)} - made
    shown: dict[str, Json] = {}
    for each in exchanges:
        for resource in (*_resources(each.answer), each.answer):
            if isinstance(resource, dict) and _name(resource) is not None:
                shown.setdefault(str(resource.get("id")), resource)
    wanted = [shown[name] for name in sorted(spoken_of & shown.keys())]
    yield from (("/Users", resource) for resource in wanted if "userName" in resource)
    yield from (("/Groups", resource) for resource in wanted if "userName" not in resource)


def _without_strangers(resource: Json, known: _Known) -> Json:
    kept = {name: value for name, value in resource.items() if name not in _SERVERS_OWN}
    if "members" in kept:
        members = [each for each in kept["members"] or [] if each.get("value") in known.ids]
        kept["members"] = [{"value": each["value"]} for each in members]
    return {**kept, "schemas": kept.get("schemas") or [USER if "userName" in kept else GROUP]}


def _introduction(first: Exchange, path: str, resource: Json) -> Exchange:
    return Exchange(first.at, "POST", path, {}, resource, httpx.codes.CREATED, 0, None)


def _made_one(exchange: Exchange) -> bool:
    return exchange.status == httpx.codes.CREATED and isinstance(exchange.answer, dict) and "id" in exchange.answer


def _ids_in(exchange: Exchange) -> Iterator[str]:
    sent = (
        exchange.target if exchange.body is None else f"{exchange.target} {orjson.dumps(exchange.body).decode()}"
    )
    yield from (name for name in _UUID.findall(sent) if is_ours(name))
    yield from (str(each["id"]) for each in _resources(exchange.answer) if _is_only_answer(exchange))


def _is_only_answer(exchange: Exchange) -> bool:
    """A lookup found just this one, so the identity provider goes on with it."""
    return "filter=" in exchange.target and len(_resources(exchange.answer)) == 1


def _resources(document: Any) -> list[Json]:
    found = document.get("Resources") if isinstance(document, Mapping) else None
    return [each for each in found if isinstance(each, dict) and "id" in each] if isinstance(found, list) else []


def _name(resource: Any) -> str | None:
    name = resource.get("userName") or resource.get("displayName")
    return name.casefold() if isinstance(name, str) else None


async def _send(
    client: httpx.AsyncClient, method: str, target: str, body: bytes | None, headers: Mapping[str, str]
) -> httpx.Response:
    given = {"content-type": "application/scim+json"} if body is not None else {}
    return await client.request(method, target, content=body, headers={**given, **headers})


def _document(answer: httpx.Response) -> Any:
    try:
        return orjson.loads(answer.content) if answer.content else None
    except orjson.JSONDecodeError:
        return None


def _detail(answer: httpx.Response) -> str:
    document = _document(answer) if answer.is_error else None
    return str(document.get("detail") or "") if isinstance(document, dict) else ""
