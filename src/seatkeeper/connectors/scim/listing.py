"""Reading lists of resources, page by page, and finding some in them."""

import json
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from seatkeeper.connectors.scim.answers import refused
from seatkeeper.connectors.scim.profile import Filtering
from seatkeeper.core.problems import ProblemCode
from seatkeeper.spi.errors import ConnectorError, RejectedError, TransientError
from seatkeeper.spi.http import Answer, AppClient, Call

Resource = dict[str, Any]

_MOST_STEPS_BACK = 20
"""Then the app keeps no order, and going back would find none."""


@dataclass(slots=True)
class _Page:
    resources: list[Resource]
    total: int | None


class Listing:
    """Lists of one app. Learns whether the app bears ``count``: Canaille answers 500 to any."""

    def __init__(self, client: AppClient, filtering: Filtering, page_size: int) -> None:
        self._client = client
        self._filtering = filtering
        self._page_size: int | None = page_size

    async def every(self, path: str, filter_: str | None = None) -> AsyncIterator[Resource]:
        """Yield each resource once. A list that breaks off raises ``TransientError``: it never looks complete.

        Each page begins with the last of the one before. Where it does not, somebody went away meanwhile and the
        others moved up, so it is gone back until known ground. Where the app's word is doubted (it shows no
        ServiceProviderConfig) one more page is asked for after the promised total: SAML Jackson's never exceeds
        its own page.
        """
        seen: set[str] = set()
        start, steps_back = 1, 0
        while True:
            page = await self._page(path, start, filter_)
            is_joined = start == 1 or any(item["id"] in seen for item in page.resources[:1])
            fresh = [item for item in page.resources if item["id"] not in seen]
            for item in fresh:
                seen.add(item["id"])
                yield item
            if not is_joined and steps_back < _MOST_STEPS_BACK and seen:
                steps_back += 1
                start = max(1, start - (self._page_size or len(page.resources) or 1) * steps_back)
                continue
            taken = start - 1 + len(page.resources)
            if page.total is not None and taken >= page.total and not self._doubts(page, fresh):
                return
            if not fresh and (taken >= len(seen) or len(page.resources) <= 1):
                if page.total is not None and len(seen) < page.total:
                    raise TransientError(f"GET {path} ended after {len(seen)} of {page.total}.")
                return
            start = taken if len(page.resources) > 1 else taken + 1

    async def total(self, path: str) -> int | None:
        """Say how many there are, with the smallest read there is; None where the app does not tell."""
        page = await self._page(path, 1, None, count=1)
        return page.total

    def _doubts(self, page: _Page, fresh: Sequence[Resource]) -> bool:
        return self._filtering is Filtering.DOUBTED and bool(fresh) and len(page.resources) > 1

    async def find(
        self, path: str, attribute: str, value: str, is_hit: Callable[[Resource], bool]
    ) -> list[Resource]:
        """Find resources by filter where that can be relied on, by reading the whole list where not.

        ``is_hit`` compares every single one on our side.
        """
        if self._filtering is not Filtering.REFUSED:
            hits = await self._filtered(path, f"{attribute} eq {json.dumps(value, ensure_ascii=False)}", is_hit)
            if hits or (hits is not None and self._filtering is Filtering.TRUSTED):
                return hits
        return [item async for item in self.every(path) if is_hit(item)]

    async def _filtered(
        self, path: str, filter_: str, is_hit: Callable[[Resource], bool]
    ) -> list[Resource] | None:
        try:
            return [item async for item in self.every(path, filter_) if is_hit(item)]
        except RejectedError:
            return None
        except TransientError:
            # An app that never said it knows filters may well fall over one.
            if self._filtering is Filtering.TRUSTED:
                raise
            return None

    async def _page(self, path: str, start: int, filter_: str | None, count: int | None = None) -> _Page:
        params: dict[str, str | int] = {"startIndex": start, **({"filter": filter_} if filter_ else {})}
        if self._page_size is None:
            return _parse(await self._get(path, params))
        answer = await self._send(path, {**params, "count": count or self._page_size})
        if answer.status < 400:
            return _parse(answer)
        plain = await self._send(path, params)
        if not plain.is_success:
            raise _refused(answer)
        self._page_size = None
        return _parse(plain)

    async def _get(self, path: str, params: dict[str, str | int]) -> Answer:
        answer = await self._send(path, params)
        if not answer.is_success:
            raise _refused(answer)
        return answer

    async def _send(self, path: str, params: dict[str, str | int]) -> Answer:
        return await self._client.send(Call("GET", path, params=params))


def _refused(answer: Answer) -> ConnectorError:
    # A list is always there, so that nothing is means that this is no SCIM address.
    if answer.status in {404, 410}:
        return RejectedError(
            f"{answer.call} answered {answer.status}. Check the address.", ProblemCode.SETTINGS_INVALID
        )
    return refused(answer)


def _parse(answer: Answer) -> _Page:
    document = answer.document()
    said = document if isinstance(document, dict) else {"Resources": document}
    total = said.get("totalResults")
    # RFC 7644 §3.4.2: ``Resources`` may be left out when there are none; then the total says that it is a list.
    items = said.get("Resources", [] if isinstance(total, int) else None)
    if not isinstance(items, list):
        raise TransientError(f"{answer.call} answered with no list of resources.")
    resources = [item for item in items if isinstance(item, dict) and isinstance(item.get("id"), str)]
    if len(resources) < len(items):
        raise TransientError(f"{answer.call} answered with resources that have no id.")
    return _Page(resources, total if isinstance(total, int) else None)
