"""Reading our pages as a browser would: rows of a table, links, forms."""

import re
from dataclasses import dataclass
from html import unescape

_TAG = re.compile(r"<[^>]+>")


@dataclass(frozen=True, slots=True)
class Row:
    """A row of Activity, as text."""

    id: str
    who: str
    what: str
    about: str
    state: str
    link: str | None


def rows_of(page: str) -> list[Row]:
    """Read the rows of Activity."""
    return [_row(*found) for found in re.findall(r'<tr id="e([^"]+)">(.*?)</tr>', page, re.DOTALL)]


def link_named(page: str, rel: str) -> str | None:
    """Find where a link of the pager leads."""
    found = re.search(rf'rel="{rel}" href="([^"]+)"', page)
    return None if found is None else unescape(found[1])


def text_of(html: str) -> str:
    """Read what is to be read."""
    return unescape(" ".join(_TAG.sub(" ", html).split()))


def _row(row_id: str, html: str) -> Row:
    cells = dict(re.findall(r'<td class="sk-(\w+)">(.*?)</td>', html, re.DOTALL))
    link = re.search(r'href="([^"]*/jobs/[^"]+)"', html)
    texts = {name: text_of(cell) for name, cell in cells.items()}
    return Row(
        row_id, texts["who"], texts["what"], texts["about"], texts["state"], None if link is None else link[1]
    )
