"""Statements written as SQLAlchemy Core and run by psycopg: one way of talking to PostgreSQL, everywhere.

A statement of fixed shape is prepared once, at import, so the hot path pays for no compilation.
A statement built at run time (a SCIM filter, an Activity query) is prepared just before it runs.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.dialects.postgresql import psycopg as dialect_module
from sqlalchemy.sql.base import Executable
from sqlalchemy.sql.elements import ClauseElement

_DIALECT = dialect_module.dialect()  # type: ignore[no-untyped-call]


@dataclass(frozen=True, slots=True)
class Prepared:
    """SQL text with named placeholders, and the values already bound when it was built."""

    sql: bytes
    bound: Mapping[str, Any] = field(default_factory=dict)

    def values(self, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        """Join the values bound at build time with those of this execution."""
        return {**self.bound, **parameters} if self.bound else parameters


def prepare(statement: Executable) -> Prepared:
    """Compile a Core statement; its free ``bindparam`` names become the parameters of each execution.

    ``IN`` lists must be written as ``column == any_(bindparam)``: the text has to be the same for any length.
    """
    assert isinstance(statement, ClauseElement)
    compiled = statement.compile(dialect=_DIALECT)
    bound = {name: value for name, value in compiled.params.items() if not _is_free(compiled, name)}
    return Prepared(str(compiled).encode(), bound)


def _is_free(compiled: Any, name: str) -> bool:
    return bool(compiled.binds[name].required)
