"""Taking values from a page, and asking whether something holds of it now."""

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from seatkeeper.connectors.browser.finding import locate
from seatkeeper.connectors.browser.shapes import Condition, Reading, Target
from seatkeeper.spi.errors import AppChangedError
from seatkeeper.spi.formulas import Formula
from seatkeeper.spi.templates import Template, Values

if TYPE_CHECKING:
    from playwright.async_api import Locator, Page

_ROWS = """(rows, columns) => {
  const plain = text => text.replace(/\\u00a0/g, ' ').trim();
  const cellOf = (row, header) => {
    const table = row.closest('table');
    const tops = !table ? [] : table.tHead ? [...table.tHead.rows] : [table.rows[0]];
    const places = tops.map(top => [...top.cells].findIndex(cell => plain(cell.textContent) === header));
    const at = Math.max(-1, ...places);
    if (at < 0) throw new Error('no column ' + header);
    return row.cells[at];
  };
  const valueOf = (row, {header, css, attribute}) => {
    const found = header ? cellOf(row, header) : css ? row.querySelector(css) : row;
    if (!found) return null;
    if (!attribute) return plain(found.innerText);
    if (attribute === 'checked') return found.checked;
    if (attribute === 'value') return found.value;
    return found.getAttribute(attribute);
  };
  return rows.map(row => Object.fromEntries(columns.map(column => [column.name, valueOf(row, column)])));
}"""
_OPTIONS = "select => [...select.options].map(option => option.label)"
_CHOSEN = "select => [...select.selectedOptions].map(option => option.label)"


async def take(page: "Page", reading: Reading, values: Values) -> Any:  # noqa: PLR0911, C901 - one each
    """Take one value. Waits for what it is of, but for rows and texts: there may be none."""
    match reading:
        case Reading(rows=Target() as target):
            return await _take_rows(locate(page, target, values), reading)
        case Reading(texts=Target() as target):
            return [each.strip() for each in await locate(page, target, values).all_inner_texts()]
    found = locate(page, _target_of(reading), values)
    if reading.optional and not await found.count():
        return None
    match reading:
        case Reading(text=Target()):
            return _matching(reading.pattern, (await found.inner_text()).replace("\xa0", " ").strip())
        case Reading(value=Target()):
            return _matching(reading.pattern, await found.input_value())
        case Reading(checked=Target()):
            return await found.is_checked()
        case Reading(attribute=str() as attribute):
            return _matching(reading.pattern, await found.get_attribute(attribute))
        case Reading(chosen=Target()):
            return await found.evaluate(_CHOSEN)
        case _:
            return await found.evaluate(_OPTIONS)


async def offered(found: "Locator") -> list[str]:
    """Give the labels a list offers."""
    labels: list[str] = await found.evaluate(_OPTIONS)
    return labels


async def holds(page: "Page", base: str, condition: Condition, values: Values) -> bool:  # noqa: PLR0911 - one each
    """Say whether it holds at this moment."""
    match condition:
        case Condition(visible=Target() as target):
            return await locate(page, target, values).filter(visible=True).count() > 0
        case Condition(gone=Target() as target):
            return await locate(page, target, values).filter(visible=True).count() == 0
        case Condition(url=Template() as url):
            path = url.text(values, lambda value: quote(value, safe=""))
            return page.url.removeprefix(base).startswith(path)
        case Condition(text=Template() as text, of=of):
            return await _says(page, of, text.text(values), values)
        case Condition(any_=tuple() as several):
            return any([await holds(page, base, each, values) for each in several])
        case Condition(all_=tuple() as several):
            return all([await holds(page, base, each, values) for each in several])
        case Condition(not_=Condition() as other):
            return not await holds(page, base, other, values)
        case _:
            assert isinstance(condition.that, Formula)
            return condition.that.holds(values)


def path_of(url: str) -> str:
    """Give the path of an address, which tells where one is without what was asked there."""
    return urlsplit(url).path


async def _says(page: "Page", of: Target | None, text: str, values: Values) -> bool:
    found = page.locator("body") if of is None else locate(page, of, values)
    return any(text in each for each in await found.all_inner_texts())


async def _take_rows(found: "Locator", reading: Reading) -> list[dict[str, Any]]:
    from playwright.async_api import Error  # noqa: PLC0415 - loaded with the first window

    columns = [
        {"name": name, "header": column.header, "css": column.css, "attribute": column.attribute}
        for name, column in reading.columns.items()
    ]
    try:
        rows: list[dict[str, Any]] = await found.evaluate_all(_ROWS, columns)
    except Error as error:
        missing = re.search(r"no column (.*)", error.message)
        if missing is None:
            raise
        raise AppChangedError(f"there is no column “{missing[1]}”") from None
    for row in rows:
        for name, column in reading.columns.items():
            row[name] = _matching(column.pattern, row[name])
    return rows


def _matching(pattern: str | None, value: Any) -> Any:
    if pattern is None or not isinstance(value, str):
        return value
    found = re.search(pattern, value)
    return None if found is None else found[1]


def _target_of(reading: Reading) -> Target:
    given = (reading.text, reading.value, reading.checked, reading.of, reading.chosen, reading.options)
    return next(target for target in given if target is not None)
