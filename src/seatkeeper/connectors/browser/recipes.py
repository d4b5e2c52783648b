"""A recipe: what an app's pages are, and what to do on them."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Self

from pydantic import Field, model_validator

from seatkeeper.connectors.browser.shapes import Condition, Name, Shape, Target
from seatkeeper.connectors.browser.steps import Steps
from seatkeeper.connectors.browser.texts import Text, Truth


class FieldKind(StrEnum):
    """What a setting is for."""

    TEXT = "text"
    ADDRESS = "address"
    """Where the app is. Its origin is allowed."""
    SECRET = "secret"  # noqa: S105 - the name of a kind
    TOTP = "totp"
    """The secret of one-time codes, as an authenticator app is given it; ``${code}`` is that of the moment."""


class SettingField(Shape):
    """One field of the form."""

    title: str = Field(min_length=1)
    description: str = ""
    kind: FieldKind = FieldKind.TEXT
    required: bool = True


class Held(Shape):
    """Entitlements of one type, as an account's row tells them."""

    type: str
    values: Text


class AccountShape(Shape):
    """How a row that was read, ``row``, tells of an account."""

    name: str
    """The attribute that holds the Name."""
    uid: Text
    active: Truth | None = None
    attributes: Mapping[str, Text] = Field(min_length=1)
    entitlements: tuple[Held, ...] = ()


class AbilitiesShape(Shape):
    """What the flows do not tell by being there."""

    renames: bool = False
    """``update`` changes the Name, too."""
    write_only: frozenset[str] = frozenset()
    create_only: frozenset[str] = frozenset()
    ignores_case: frozenset[str] = frozenset()


class Rows(StrEnum):
    """Whether a row of ``find`` or ``list`` tells all of an account, or ``read`` has to."""

    WHOLE = "whole"
    PARTIAL = "partial"


class FlowName(StrEnum):
    """The flows there are; ``find`` or ``list`` has to be among them, and ``sign_in``."""

    SIGN_IN = "sign_in"
    READ = "read"
    FIND = "find"
    LIST = "list"
    CREATE = "create"
    UPDATE = "update"
    RENAME = "rename"
    DISABLE = "disable"
    ENABLE = "enable"
    DELETE = "delete"
    LIST_ENTITLEMENTS = "list_entitlements"
    GRANT = "grant"
    REVOKE = "revoke"


CHANGING = frozenset(FlowName) - {
    FlowName.SIGN_IN,
    FlowName.READ,
    FlowName.FIND,
    FlowName.LIST,
    FlowName.LIST_ENTITLEMENTS,
}
"""Flows that change something, so that they are not simply begun anew."""

_PAIRS = (
    (FlowName.DISABLE, FlowName.ENABLE),
    (FlowName.GRANT, FlowName.REVOKE),
    (FlowName.GRANT, FlowName.LIST_ENTITLEMENTS),
)


class Recipe(Shape):
    """The ``behaviour`` of an app without an API."""

    settings: Mapping[Name, SettingField]
    language: str = Field("en-US", pattern=r"^[a-z]{2}(-[A-Z]{2})?$")
    """The language the app is asked for, in which the recipe names things."""
    origins: tuple[str, ...] = ()
    """Others than that of the address from which pages may take something, such as a sign-in page elsewhere."""
    signed_in: Condition
    """Holds on every page for the service account, and on none for a stranger."""
    signed_out: Condition
    """Holds on the page a stranger is shown instead."""
    mask: tuple[Target, ...] = ()
    """Never shown in a screenshot, beside what was typed into fields that are sensitive."""
    account: AccountShape
    abilities: AbilitiesShape = AbilitiesShape()
    finds: tuple[str, ...] | None = None
    """The attributes ``find`` can look for, where it cannot by all; for others the list is gone through."""
    known: Text | None = None
    """A Name that is there for sure, such as the service account's: finding it proves the recipe."""
    rows: Rows = Rows.WHOLE
    parts: Mapping[Name, Steps] = Field(default_factory=dict)
    """Steps that several flows use. A part may use those before it."""
    flows: Mapping[FlowName, Steps]

    @model_validator(mode="after")
    def _check(self) -> Self:
        addresses = [name for name, each in self.settings.items() if each.kind is FieldKind.ADDRESS]
        if len(addresses) != 1:
            raise ValueError("settings need one of kind address")
        if FlowName.SIGN_IN not in self.flows:
            raise ValueError("flows need sign_in")
        if not {FlowName.FIND, FlowName.LIST} & self.flows.keys():
            raise ValueError("flows need find or list, or nothing could be proven")
        if self.rows is Rows.PARTIAL and FlowName.READ not in self.flows:
            raise ValueError("rows that are partial need the flow read")
        for one, other in _PAIRS:
            if (one in self.flows) != (other in self.flows):
                raise ValueError(f"flows need {one} and {other} together")
        return self

    @property
    def address(self) -> str:
        """The setting that says where the app is."""
        return next(name for name, each in self.settings.items() if each.kind is FieldKind.ADDRESS)

    @property
    def secrets(self) -> frozenset[str]:
        """The settings that are secrets."""
        return frozenset(
            name for name, each in self.settings.items() if each.kind in {FieldKind.SECRET, FieldKind.TOTP}
        )

    @property
    def totp(self) -> str | None:
        """The setting with the secret of one-time codes."""
        return next((name for name, each in self.settings.items() if each.kind is FieldKind.TOTP), None)

    def has(self, flow: FlowName) -> bool:
        """Say whether the recipe knows how to."""
        return flow in self.flows
