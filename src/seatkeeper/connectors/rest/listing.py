"""Reading lists to their end. A list that broke off raises; it never looks complete."""

import re
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from seatkeeper.connectors.rest.calls import Caller
from seatkeeper.connectors.rest.exchanging import needed
from seatkeeper.connectors.rest.programs import Listing, Pages
from seatkeeper.spi.errors import TransientError
from seatkeeper.spi.formulas import Formula, Values

_MOST_PAGES = 10_000
_PASSES = 3
_FOLLOWING = frozenset({"cursor", "next", "link"})
"""The app itself says where the next page is."""
_NEXT = re.compile(r'<([^>]*)>\s*(?:;[^,]*)?;\s*rel="?[^",;]*\bnext\b', re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Found:
    """One thing of a list, with the values of the answer it stood in."""

    item: Any
    values: Mapping[str, Any]


class Lists:
    """Reads lists of one app. ``page_size`` goes before what the behaviour says, where an Owner set it."""

    def __init__(self, caller: Caller, page_size: int | None) -> None:
        self._caller = caller
        self._page_size = page_size

    async def every(self, listings: Sequence[Listing], values: Values, id_of: Formula) -> AsyncIterator[Found]:
        """Yield everything of lists that make a whole together, once each."""
        async for _, found in self.all_of(listings, values, id_of):
            yield found

    async def all_of(
        self, listings: Sequence[Listing], values: Values, id_of: Formula
    ) -> AsyncIterator[tuple[Listing, Found]]:
        """Yield the same, each with the list it stood in."""
        seen: set[str] = set()
        for listing, known in self._turns(listings, values):
            async for found in self._read(listing, known, id_of):
                mark = _mark(id_of, found.values, found.item)
                if mark not in seen:
                    seen.add(mark)
                    yield listing, found

    def _turns(self, listings: Sequence[Listing], values: Values) -> Iterator[tuple[Listing, Values]]:
        for listing in listings:
            if listing.request.each is None:
                yield listing, values
            else:
                for element in listing.request.each.find(values) or []:
                    yield listing, {**values, "each": element}

    async def _read(self, listing: Listing, values: Values, id_of: Formula) -> AsyncIterator[Found]:
        """Read a list; where it changes meanwhile, what was missed is found by beginning anew."""
        if listing.request.when is not None and not listing.request.when.holds(values):
            return
        missed: str | None = None
        for _ in range(_PASSES):
            progress = _Progress(listing, self._page_size)
            while not progress.is_done:
                answered = await self._caller.ask(
                    listing.request, {**values, "page": progress.page}, query=progress.query
                )
                seen = {**values, **answered}
                items = _items(listing, seen)
                progress.move(seen, [_mark(id_of, seen, item) for item in items])
                for item in items:
                    yield Found(item, seen)
            missed = progress.missed
            if missed is None:
                return
        raise TransientError(f"The app's list broke off, or changes faster than it is read: {missed}.")


def _mark(id_of: Formula, values: Values, item: Any) -> str:
    """Tell one thing of a list from the others: by its id, or as a whole where a table is needed for that."""
    if any(path.root in {"ids", "names"} for path in id_of.paths):
        return repr(item)
    return repr(id_of.find({**values, "item": item}))


class _Progress:
    """How far a list was read. ``missed`` says why somebody may have been missed."""

    def __init__(self, listing: Listing, page_size: int | None) -> None:
        self._listing = listing
        pages = listing.pages
        self._size = page_size or (pages.size if pages else 0)
        self._overlaps = pages is not None and pages.by == "offset" and not pages.aligned and self._size > 1
        self.page: dict[str, Any] = {"size": self._size, "offset": 0, "number": pages.first if pages else 1}
        self.query: str | None = None
        self.is_done = False
        self.missed: str | None = None
        self._ids: set[str] = set()
        self._last: str | None = None
        self._total_before: int | None = None
        self._pages = 0

    def move(self, answered: Mapping[str, Any], ids: Sequence[str]) -> None:
        """Take a page in, and find out where the next one is."""
        fresh = set(ids) - self._ids
        total, pages = self._total(answered), self._listing.pages
        self._note_shift(ids, total)
        self._ids |= fresh
        self._pages += 1
        if pages is None or self.missed is not None or self._is_last(pages, answered, ids, total):
            self._close(total)
        elif not fresh and ids:
            raise TransientError("The app gives the same page of its list again and again.")
        elif self._pages >= _MOST_PAGES:
            raise TransientError(f"The app's list has no end: {_MOST_PAGES} pages were read.")
        else:
            self._advance(pages, answered, ids)

    def _note_shift(self, ids: Sequence[str], total: int | None) -> None:
        """Notice that others went while the list was read, so that somebody slipped onto a page read already."""
        if self._pages and self._overlaps and ids[:1] != [self._last]:
            self.missed = "its pages moved"
        if total is not None and self._total_before is not None and total < self._total_before:
            self.missed = f"{self._total_before} were announced, and then {total}"
        self._total_before = total
        self._last = ids[-1] if ids else None

    def _close(self, total: int | None) -> None:
        if total is not None and len(self._ids) < total and self.missed is None:
            self.missed = f"{total} were announced and {len(self._ids)} came"
        self.is_done = True

    def _is_last(self, pages: Pages, answered: Mapping[str, Any], ids: Sequence[str], total: int | None) -> bool:
        if pages.last is not None and pages.last.holds(answered):
            return True
        if pages.by in _FOLLOWING:
            return self._next(pages, answered) is None
        if total is not None and len(self._ids) >= total:
            return True
        # A short page is no end: some apps give fewer than they were asked for.
        return not ids or (self._overlaps and self._pages > 1 and len(ids) == 1)

    def _advance(self, pages: Pages, answered: Mapping[str, Any], ids: Sequence[str]) -> None:
        self.page["number"] += 1
        # The last of a page is asked for again: where it is not the first of the next, the pages have moved.
        self.page["offset"] += max(len(ids) - 1, 1) if self._overlaps else len(ids)
        if pages.by not in _FOLLOWING:
            return
        following = self._next(pages, answered)
        if pages.by != "cursor":
            # Only its query: behind a proxy, apps give addresses that nobody reaches from outside.
            self.query = urlsplit(str(following)).query
        elif following == self.page.get("cursor"):
            raise TransientError("The app gives the same page of its list again and again.")
        else:
            self.page["cursor"] = following

    def _next(self, pages: Pages, answered: Mapping[str, Any]) -> Any:
        if pages.by == "link":
            found = _NEXT.search(answered["headers"].get("link", ""))
            return found[1] if found else None
        assert pages.cursor is not None
        following = pages.cursor.find(answered)
        return following if following not in (None, "", False) else None

    def _total(self, answered: Mapping[str, Any]) -> int | None:
        if self._listing.total is None:
            return None
        total = needed(self._listing.total, answered, "total")
        if isinstance(total, str) and total.isdecimal():
            return int(total)
        if not isinstance(total, int):
            raise TransientError("The app's list does not say how long it is.")
        return total if total >= 0 else None  # Roundup counts no further than it lists at once, and then says -1


def _items(listing: Listing, answered: Mapping[str, Any]) -> list[Any]:
    items = needed(listing.items, answered, "list")
    match items:
        case "":
            return []  # an element of XML without children
        case Mapping():
            return _marked(list(items.values()), listing, answered)
        case list():
            return _marked(items, listing, answered)
        case _:
            raise TransientError(f"The answer holds no list: {listing.items.source} is none.")


def _marked(items: list[Any], listing: Listing, answered: Mapping[str, Any]) -> list[Any]:
    marks = {name: template.value(answered) for name, template in listing.marks.items()}
    return [{**item, **marks} if isinstance(item, Mapping) else item for item in items] if marks else items
