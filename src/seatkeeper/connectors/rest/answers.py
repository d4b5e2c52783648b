"""Reading answers: the body as plain values, and everything a formula may ask of it."""

import re
from typing import Any
from xml.etree import ElementTree as ET

import orjson

from seatkeeper.spi.errors import TransientError
from seatkeeper.spi.http import Answer

_DECLARED = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)


def values_of(answer: Answer, kind: str) -> dict[str, Any]:
    """Give ``status``, ``headers`` and ``body``. Never raises: what cannot be read is a text."""
    headers = {name.lower(): value for name, value in answer.headers.items()}
    return {"status": answer.status, "headers": headers, "body": _body(answer, kind)}


def expect_no_page(answer: Answer, kind: str) -> None:
    """Refuse a page for people: a proxy or a sign-in page has answered instead of the app."""
    if kind != "text" and answer.is_page:
        raise TransientError(
            f"{answer.call} answered with a page for people, not with the app's API.",
            remedy="See what stands before the app, a sign-in page or a proxy, or correct the address.",
        )


def _body(answer: Answer, kind: str) -> Any:
    if not answer.content.strip():
        return None
    match kind:
        case "json":
            try:
                return orjson.loads(answer.content)
            except ValueError:
                return answer.text
        case "xml":
            return read_xml(answer.content)
        case _:
            return answer.text


def read_xml(content: bytes) -> Any:
    """Read XML as plain values: an element is a map of its children and, with ``@``, its attributes.

    One of text alone is that text; children of the same name are a list. What declares a document type of its own
    is not read, since entities may grow without end.
    """
    if _DECLARED.search(content):
        return content.decode("utf-8", "replace")
    try:
        root = ET.fromstring(content)  # noqa: S314 - declarations are refused above
    except ET.ParseError:
        return content.decode("utf-8", "replace")
    return {_plain(root.tag): _element(root)}


def _element(element: ET.Element) -> Any:
    made: dict[str, Any] = {f"@{_plain(name)}": value for name, value in element.attrib.items()}
    for child in element:
        name, value = _plain(child.tag), _element(child)
        if name not in made:
            made[name] = value
        elif isinstance(made[name], list):
            made[name].append(value)
        else:
            made[name] = [made[name], value]
    text = (element.text or "").strip()
    if not made:
        return text
    return {**made, "#text": text} if text else made


def _plain(tag: str) -> str:
    return tag.rpartition("}")[2]
