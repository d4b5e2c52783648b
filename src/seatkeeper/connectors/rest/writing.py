"""Writing a call: every value escaped for its place, and refused where it could mean something else there."""

import re
from collections.abc import Callable, Mapping
from typing import Any, assert_never
from urllib.parse import quote, urlencode
from xml.sax.saxutils import escape

from seatkeeper.connectors.rest.programs import BodyKind, Request
from seatkeeper.core.expressions import NothingThereError
from seatkeeper.core.problems import ProblemCode
from seatkeeper.spi.errors import RejectedError
from seatkeeper.spi.formulas import Values
from seatkeeper.spi.http import Call
from seatkeeper.spi.templates import DocumentTemplate, Template, TemplateUnfilledError, as_text

_FORM = "application/x-www-form-urlencoded"
_UNSEEN = re.compile(r"[\x00-\x1f\x7f]")
_NOT_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


class ValueUnfitError(RejectedError):
    """A value cannot stand where the behaviour puts it."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence, ProblemCode.REJECTED_VALUE)


def write_call(request: Request, values: Values, media_type: str) -> Call:
    """Make the call. Raises ``ValueUnfitError`` for a value that is missing or cannot stand where it should."""
    headers = write_headers(request.headers, values)
    content, kind, document, fields = None, None, None, None
    match request.body_kind:
        case None:
            pass
        case BodyKind.JSON:
            document = _filled(request.body, values)
        case BodyKind.FORM:
            content, kind = urlencode(_pairs(_filled(request.body, values))).encode(), _FORM
        case BodyKind.MULTIPART:
            fields = {name: as_text(value) for name, value in _filled(request.body, values).items()}
        case BodyKind.XML:
            content, kind = _text(request.body, values, _in_xml).encode(), "application/xml"
        case BodyKind.TEXT:
            content, kind = _text(request.body, values, _in_line).encode(), "text/plain; charset=utf-8"
        case _:
            assert_never(request.body_kind)
    media = media_type if document is not None else kind
    return Call(
        request.method,
        _text(request.path, values, in_path),
        params=write_query(request.query, values),
        document=document,
        content=content,
        fields=fields,
        headers={**({"Content-Type": media} if media else {}), **headers},
    )


def write_headers(headers: Mapping[str, Template], values: Values) -> dict[str, str]:
    """Fill in headers."""
    return {name: _text(template, values, _in_line) for name, template in headers.items()}


def write_query(query: Mapping[str, DocumentTemplate], values: Values) -> dict[str, str | list[str]]:
    """Fill in a query; what is null or reaches for what is not there is left out."""
    filled: dict[str, str | list[str]] = {}
    for name, template in query.items():
        try:
            value = _filled(template, values)
        except NothingThereError:
            continue
        if isinstance(value, list):
            filled[name] = [as_text(each) for each in value]
        elif value is not None:
            filled[name] = as_text(value)
    return filled


def in_path(value: str) -> str:
    """Escape a value for one segment of a path. A path has two names that go elsewhere."""
    if value in {".", ".."}:
        raise ValueUnfitError(f"{value!r} cannot be part of an address.")
    return quote(value, safe="")


def _in_line(value: str) -> str:
    if _UNSEEN.search(value):
        raise ValueUnfitError("A value with control characters cannot be sent here.")
    return value


def _in_xml(value: str) -> str:
    if _NOT_XML.search(value):
        raise ValueUnfitError("A value with control characters cannot be sent as XML.")
    return escape(value, {'"': "&quot;", "'": "&apos;"})


def _text(template: Any, values: Values, escaped: Callable[[str], str]) -> str:
    assert isinstance(template, Template)
    try:
        return template.text(values, escaped)
    except TemplateUnfilledError as error:
        raise ValueUnfitError(f"The call cannot be made: {error}.") from None


def _filled(template: Any, values: Values) -> Any:
    assert isinstance(template, DocumentTemplate)
    try:
        return template.value(values)
    except TemplateUnfilledError as error:
        raise ValueUnfitError(f"The call cannot be made: {error}.") from None


def _pairs(form: Mapping[str, Any]) -> list[tuple[str, str]]:
    pairs = []
    for name, value in form.items():
        each = value if isinstance(value, list) else [value]
        pairs += [(name, "" if one is None else as_text(one)) for one in each]
    return pairs
