"""Between attribute values and columns: what a column is given, and how what it holds reads.

Values go to the driver as parameters without a type of ours, so that the database takes them for what its column
is. Refused here is what drivers or databases would take amiss: a text in place of a number, a NUL in PostgreSQL,
half a surrogate pair anywhere.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum, auto
from typing import Any, assert_never
from uuid import UUID

import sqlalchemy as sa

from seatkeeper.connectors.sql.addresses import MARIADB, POSTGRESQL, SQLITE
from seatkeeper.connectors.sql.refusals import UnfitError
from seatkeeper.core.values import AttributeValue, is_unassigned

_TRUTH = {"true": True, "false": False, "1": True, "0": False}
_SMALLEST, _LARGEST = -(2**63), 2**63 - 1


class Form(Enum):
    """What a column holds."""

    TRUTH = auto()
    NUMBER = auto()
    TEXT = auto()
    LIST = auto()


@dataclass(frozen=True, slots=True)
class Codec:
    """One column's values."""

    name: str
    form: Form = Form.TEXT
    longest: int | None = None
    nullable: bool = True
    holds_nul: bool = True
    is_padded: bool = False

    def encode(self, value: AttributeValue | None) -> Any:
        """Make a parameter. Raises ``UnfitError``, which names the column and not the value."""
        if value is None or is_unassigned(value):
            return self._nothing()
        match self.form:
            case Form.TRUTH:
                return self._truth(value)
            case Form.NUMBER:
                return self._number(value)
            case Form.LIST:
                return [self._text(each) for each in (value if isinstance(value, tuple) else (value,))]
            case Form.TEXT:
                return self._text(value)
            case _:
                assert_never(self.form)

    def decode(self, held: Any) -> AttributeValue | None:
        """Read what the column holds; None where that is nothing, or nothing that can be shown."""
        if held is not None and self.form is Form.TRUTH:
            return _read_truth(held)
        value = plain(held)
        return value.rstrip(" ") if self.is_padded and isinstance(value, str) else value

    def _nothing(self) -> Any:
        if self.nullable:
            return None
        if self.form is Form.TEXT:
            return ""
        if self.form is Form.LIST:
            return []
        raise UnfitError(f"{self.name} cannot be empty.")

    def _truth(self, value: AttributeValue) -> bool:
        known = _TRUTH.get(str(value).lower())
        if known is None:
            raise UnfitError(f"{self.name} holds true or false, and nothing else.")
        return known

    def _number(self, value: AttributeValue) -> int:
        try:
            number = int(value) if isinstance(value, str | int) else None
        except ValueError:
            number = None
        if number is None or not _SMALLEST <= number <= _LARGEST:
            raise UnfitError(f"{self.name} holds a whole number, and nothing else.")
        return number

    def _text(self, value: AttributeValue) -> str:
        if isinstance(value, tuple):
            raise UnfitError(f"{self.name} holds one value, not a list.")
        text = as_text(value)
        if self.longest is not None and len(text) > self.longest:
            raise UnfitError(f"{self.name} holds at most {self.longest} characters.")
        if "\0" in text and not self.holds_nul:
            raise UnfitError(f"{self.name} cannot hold the character NUL.")
        check_encodable(text, self.name)
        return text


def codec_for(column: sa.Column[Any], dialect: str) -> Codec:
    """Say how a column of that type is written and read."""
    kind = column.type
    form = _form(kind, dialect)
    bounded = form is Form.TEXT and isinstance(kind, sa.String) and dialect in {POSTGRESQL, MARIADB}
    return Codec(
        str(column.name),
        form,
        kind.length if bounded and isinstance(kind, sa.String) and not isinstance(kind, sa.Enum) else None,
        bool(column.nullable),
        dialect != POSTGRESQL,
        isinstance(kind, sa.CHAR),
    )


def plain(held: Any) -> AttributeValue | None:  # noqa: C901, PLR0911 - one line for each type of a driver
    """Read a value of any type a driver gives: times in UTC, fractions in their shortest form."""
    match held:
        case None | "":
            return None
        case bool() | int() | str():
            return held
        case float() | Decimal():
            return _fraction(held)
        case datetime():
            return _moment(held)
        case date():
            return held.isoformat()
        case UUID():
            return str(held)
        case bytes() | bytearray() | memoryview():
            return _read_bytes(bytes(held))
        case list() | tuple():
            return tuple(as_text(each) for each in map(plain, held) if each is not None) or None
        case _:
            return str(held)


def as_text(value: Any) -> str:
    """Write a value as it stands in a text."""
    return ("true" if value else "false") if isinstance(value, bool) else str(value)


def check_encodable(text: str, name: str) -> None:
    """Refuse half a surrogate pair, which is no text in any encoding. Raises ``UnfitError``."""
    try:
        text.encode()
    except UnicodeEncodeError:
        raise UnfitError(f"{name} holds a character that cannot be written.") from None


def is_same(held: AttributeValue | None, value: str, *, folds: bool) -> bool:
    """Say whether a column really holds that value, however the database came to think so."""
    texts: Sequence[str] = held if isinstance(held, tuple) else () if held is None else (as_text(held),)
    return value.casefold() in [each.casefold() for each in texts] if folds else value in texts


def _form(kind: Any, dialect: str) -> Form:
    if isinstance(kind, sa.Boolean):
        return Form.TRUTH
    if dialect == MARIADB and (
        getattr(kind, "display_width", None) == 1 or (type(kind).__name__ == "BIT" and kind.length == 1)
    ):
        return Form.TRUTH  # MariaDB has no other boolean than TINYINT(1)
    if isinstance(kind, sa.Integer):
        return Form.NUMBER
    return Form.LIST if isinstance(kind, sa.ARRAY) and dialect != SQLITE else Form.TEXT


def _read_truth(held: Any) -> AttributeValue | None:
    number = int.from_bytes(held) if isinstance(held, bytes) else held
    known = _TRUTH.get(as_text(number).lower())
    return plain(held) if known is None else known


def _read_bytes(held: bytes) -> str | None:
    try:
        return held.decode() or None
    except UnicodeDecodeError:
        return None


def _fraction(held: float | Decimal) -> AttributeValue:
    number = Decimal(str(held))
    if not number.is_finite():
        return str(held)
    return int(number) if number == number.to_integral_value() else f"{number.normalize():f}"


def _moment(held: datetime) -> str:
    if held.tzinfo is None:
        return held.isoformat()
    return held.astimezone(UTC).isoformat().replace("+00:00", "Z")
