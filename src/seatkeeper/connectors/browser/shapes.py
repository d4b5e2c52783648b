"""The shapes a recipe is made of: what is looked for, what is asked of it, what is read."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Literal, Self, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, model_validator

from seatkeeper.connectors.browser.texts import Text, Truth

Name: TypeAlias = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]
# fmt: off
Role: TypeAlias = Literal[
    "alert", "alertdialog", "button", "cell", "checkbox", "columnheader", "combobox", "dialog", "form",
    "grid", "gridcell", "group", "heading", "img", "link", "list", "listbox", "listitem", "main", "menu",
    "menuitem", "menuitemcheckbox", "menuitemradio", "navigation", "option", "radio", "radiogroup", "region",
    "row", "rowgroup", "rowheader", "search", "searchbox", "spinbutton", "status", "switch", "tab", "table",
    "tablist", "tabpanel", "textbox", "toolbar", "tree", "treegrid", "treeitem"
]
# fmt: on
"""WAI-ARIA roles that are worth looking for."""


class Shape(BaseModel):
    """The base: an unknown name is a typing error, told with its line."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


def _exactly_one(shape: Shape, names: tuple[str, ...]) -> str:
    given = [name for name in names if name in shape.model_fields_set]
    if len(given) != 1:
        told = " and ".join(given) or "none"
        raise ValueError(f"needs exactly one of {', '.join(name.rstrip('_') for name in names)}; here: {told}")
    return given[0]


_WAYS = ("role", "label", "text", "placeholder", "test_id", "css")


class Target(Shape):
    """Something on the page, by what a person would call it; ``css`` only where the page gives it no name."""

    role: Role | None = None
    name: Text | None = None
    """With ``role``: its accessible name."""
    label: Text | None = None
    text: Text | None = None
    placeholder: Text | None = None
    test_id: Text | None = None
    css: Text | None = None
    exact: bool = True
    """Names, labels and texts are compared whole and with case; otherwise a part in any case is enough."""
    within: "Target | None" = None
    has: "Target | None" = None
    """It holds this."""

    @model_validator(mode="after")
    def _check(self) -> Self:
        _exactly_one(self, _WAYS)
        if self.name is not None and self.role is None:
            raise ValueError("a name goes with a role")
        return self


_QUESTIONS = ("visible", "gone", "url", "text", "any_", "all_", "not_", "that")


class Condition(Shape):
    """Something that holds of the page, or not."""

    visible: Target | None = None
    gone: Target | None = None
    """Not on the page, or hidden."""
    url: Text | None = None
    """The path, and the query where one is given here, begins so."""
    text: Text | None = None
    of: Target | None = None
    """With ``text``: what holds it; without, the whole page."""
    any_: tuple["Condition", ...] | None = Field(None, alias="any", min_length=1)
    all_: tuple["Condition", ...] | None = Field(None, alias="all", min_length=1)
    not_: "Condition | None" = Field(None, alias="not")
    that: Truth | None = None
    """A CEL expression over what is known."""

    @model_validator(mode="after")
    def _check(self) -> Self:
        if _exactly_one(self, _QUESTIONS) != "text" and self.of is not None:
            raise ValueError("of goes with text")
        return self


class Column(Shape):
    """One value of each row."""

    header: str | None = None
    """The heading above it, in a table."""
    css: str | None = None
    """Where it is within the row; without either, the row itself."""
    attribute: str | None = None
    """An attribute rather than the text: ``href``, ``value``, ``checked`` …"""
    pattern: str | None = Field(None, max_length=200)
    """A regular expression; its first group is the value."""


_READINGS = ("text", "texts", "value", "checked", "attribute", "chosen", "options", "rows")


class Reading(Shape):
    """A value taken from the page."""

    text: Target | None = None
    texts: Target | None = None
    """One text for each that is found, in their order; none is an empty list."""
    value: Target | None = None
    """What stands in a field."""
    checked: Target | None = None
    attribute: str | None = None
    of: Target | None = None
    chosen: Target | None = None
    """The labels of what is chosen in a list."""
    options: Target | None = None
    """The labels of all that may be chosen."""
    rows: Target | None = None
    columns: Mapping[Name, Column] = Field(default_factory=dict)
    pattern: str | None = Field(None, max_length=200)
    """For a text, value or attribute: a regular expression whose first group is the value, or null."""
    optional: bool = False
    """It need not be there; then the value is null."""

    @model_validator(mode="after")
    def _check(self) -> Self:
        what = _exactly_one(self, _READINGS)
        if (what == "attribute") != (self.of is not None):
            raise ValueError("attribute and of go together")
        if (what == "rows") != bool(self.columns):
            raise ValueError("rows and columns go together")
        return self


class StopKind(StrEnum):
    """What it means that the app does not go on: one of the errors of ``spi.errors``."""

    NOT_FOUND = "not_found"
    EXISTS = "exists"
    REJECTED = "rejected"
    NO_SEATS = "no_seats"
    NOT_ALLOWED = "not_allowed"
    CREDENTIALS_REFUSED = "credentials_refused"
    NEEDS_PERSON = "needs_person"
    THROTTLED = "throttled"
    TRANSIENT = "transient"
    UNSUPPORTED = "unsupported"
