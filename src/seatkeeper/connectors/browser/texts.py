"""Texts of a recipe: templates and conditions, checked when the recipe is read."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, TypeAlias

from pydantic import PlainSerializer, PlainValidator, WithJsonSchema

from seatkeeper.core.reading import Part
from seatkeeper.spi.formulas import OPEN, Formula, compile_formula
from seatkeeper.spi.templates import Template, as_text, compile_template


class _Anything(Mapping[str, Part]):
    """Any variable: which ones there are is known once the whole flow is (``connectors.browser.scopes``)."""

    def __getitem__(self, name: str) -> Part:
        return OPEN

    def __contains__(self, name: object) -> bool:
        return False

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


_ANYTHING = _Anything()


def _template(value: Any) -> Template:
    if isinstance(value, bool | int | float):
        value = as_text(value)
    if not isinstance(value, str):
        raise ValueError("must be a text")  # noqa: TRY004 - pydantic takes this as a fault of the value
    return compile_anything(value)


def compile_anything(text: str) -> Template:
    """Check a template, whatever it names. Raises ``TemplateInvalidError``."""
    return compile_template(text, _ANYTHING)


def _formula(value: Any) -> Formula:
    if not isinstance(value, str):
        raise ValueError("must be an expression")  # noqa: TRY004 - as above
    return compile_formula(value, _ANYTHING)


_JSON_TEXT = WithJsonSchema({"type": "string"})
_AS_SOURCE = PlainSerializer(lambda template: template.source)

Text: TypeAlias = Annotated[Template, PlainValidator(_template), _AS_SOURCE, _JSON_TEXT]
"""A text with ``${CEL}`` in it."""

Truth: TypeAlias = Annotated[Formula, PlainValidator(_formula), _AS_SOURCE, _JSON_TEXT]
"""A CEL expression that gives true or false."""
