"""Values as the text that stands in a file, and back."""

import re
from dataclasses import dataclass

from seatkeeper.core.values import AttributeValue, is_unassigned
from seatkeeper.spi.errors import RejectedError

_FORMULA = re.compile(r"'*[=+\-@\t\r]")
_GUARDED = re.compile(r"'+[=+\-@\t\r]")


@dataclass(frozen=True, slots=True)
class Texts:
    """How values are written. ``separator`` parts the values of one cell."""

    separator: str = ";"
    guards_formulas: bool = False

    def write(self, value: AttributeValue | None, what: str) -> str:
        """Write a value. Raises ``RejectedError`` for one that could not be told from several."""
        if value is None or is_unassigned(value):
            return ""
        match value:
            case bool():
                text = "true" if value else "false"
            case tuple():
                text = self._join(value, what)
            case _:
                text = str(value)
        return f"'{text}" if self.guards_formulas and _FORMULA.match(text) else text

    def read(self, text: str) -> str:
        """Undo the guard of formulas."""
        return text[1:] if self.guards_formulas and _GUARDED.match(text) else text

    def split(self, text: str) -> tuple[str, ...]:
        """Part the values of one cell."""
        return tuple(part for part in text.split(self.separator) if part)

    def _join(self, values: tuple[str, ...], what: str) -> str:
        if any(self.separator in value for value in values):
            raise RejectedError(f"A value of {what} contains “{self.separator}”, which parts several values here.")
        return self.separator.join(sorted(value for value in values if value))
