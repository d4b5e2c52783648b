"""Statements written as SQLAlchemy Core and run by psycopg: one way of talking to PostgreSQL, everywhere.

A statement of fixed shape is prepared at import and compiled when it first runs: the hot path pays for it once,
and a command that runs three statements does not pay for all of them.
A statement built at run time (a SCIM filter, an Activity query) is prepared just before it runs.
"""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from sqlalchemy.dialects.postgresql import psycopg as dialect_module
from sqlalchemy.sql.base import Executable
from sqlalchemy.sql.elements import ClauseElement

_DIALECT = dialect_module.dialect()  # type: ignore[no-untyped-call]


class Prepared:
    """SQL text with named placeholders, and the values already bound when it was built."""

    def __init__(self, statement: ClauseElement) -> None:
        self._statement = statement

    @cached_property
    def _compiled(self) -> tuple[bytes, Mapping[str, Any]]:
        compiled = self._statement.compile(dialect=_DIALECT)
        bound = {name: value for name, value in compiled.params.items() if not _is_free(compiled, name)}
        return str(compiled).encode(), bound

    @property
    def sql(self) -> bytes:
        """The text, the same at every execution."""
        return self._compiled[0]

    def values(self, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        """Join the values bound at build time with those of this execution."""
        bound = self._compiled[1]
        return {**bound, **parameters} if bound else parameters


def prepare(statement: Executable) -> Prepared:
    """Take a Core statement; its free ``bindparam`` names become the parameters of each execution.

    ``IN`` lists must be written as ``column == any_(bindparam)``: the text has to be the same for any length.
    """
    assert isinstance(statement, ClauseElement)
    return Prepared(statement)


def _is_free(compiled: Any, name: str) -> bool:
    return bool(compiled.binds[name].required)
