"""From what a recipe names to what is on the page. A value goes through the driver as a value, never as syntax."""

import re
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote, urlsplit

from seatkeeper.connectors.browser.shapes import Target
from seatkeeper.core.problems import ProblemCode
from seatkeeper.spi.errors import RejectedError
from seatkeeper.spi.templates import Template, Values

if TYPE_CHECKING:
    from playwright.async_api import Locator, Page

_PLAIN = re.compile(r"[^A-Za-z0-9_-]")


def locate(page: "Page", target: Target, values: Values) -> "Locator":
    """Give what is looked for. Raises ``TemplateUnfilledError``."""
    around = page if target.within is None else locate(page, target.within, values)
    if target.role is not None:
        name = None if target.name is None else target.name.text(values)
        found = around.get_by_role(target.role, name=name, exact=None if name is None else target.exact)
        return _narrowed(page, found, target, values)
    match target:
        case Target(label=Template() as label):
            found = around.get_by_label(label.text(values), exact=target.exact)
        case Target(text=Template() as text):
            found = around.get_by_text(text.text(values), exact=target.exact)
        case Target(placeholder=Template() as placeholder):
            found = around.get_by_placeholder(placeholder.text(values), exact=target.exact)
        case Target(test_id=Template() as test_id):
            found = around.get_by_test_id(test_id.text(values))
        case _:
            assert target.css is not None
            found = around.locator(f"css={target.css.text(values, escape_css)}")
    return _narrowed(page, found, target, values)


def _narrowed(page: "Page", found: "Locator", target: Target, values: Values) -> "Locator":
    return found if target.has is None else found.filter(has=locate(page, target.has, values))


def escape_css(value: str) -> str:
    """Write a value so that it means itself within quotes and as a name (CSS Syntax §4.3.7)."""
    return _PLAIN.sub(lambda match: f"\\{ord(match[0]):x} ", value)


def address_of(base: str, path: Template, values: Values) -> str:
    """Give the address of a page. Raises ``RejectedError`` where a value would lead elsewhere."""
    filled = path.text(values, lambda value: quote(value, safe=""))
    steps = urlsplit(filled).path.split("/")
    if not filled.startswith(("/", "?")) or any(unquote(step) in {".", ".."} for step in steps):
        told = f"A value in {path.source} would lead to another page."
        raise RejectedError(told, ProblemCode.REJECTED_VALUE)
    return base + filled
