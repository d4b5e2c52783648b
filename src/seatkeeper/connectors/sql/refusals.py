"""From what drivers say to the closed set of errors: one interpreter for all dialects.

Only codes are believed, never texts: those come in the language of the server. What a server says is shown without
the values it repeats, since one of them may be a password's hash.
"""

import re
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from seatkeeper.core.problems import ProblemCode
from seatkeeper.spi.errors import (
    ConnectorError,
    CredentialsRefusedError,
    RejectedError,
    TransientError,
)
from seatkeeper.spi.http.redaction import redact


class Kind(Enum):
    """What a refusal is about."""

    TAKEN = auto()
    MISSING_VALUE = auto()
    REFERENCE = auto()
    RULE = auto()
    VALUE = auto()
    PERMISSION = auto()
    CREDENTIALS = auto()
    PASSES = auto()
    UNKNOWN_NAME = auto()
    IN_USE = auto()
    OTHER = auto()


class TakenError(RejectedError):
    """A value that must be the only one of its kind is there already."""


class UnfitError(RejectedError):
    """A value no column of that type can hold; so nothing is found by it, either."""


class UnknownNameError(RejectedError):
    """A table or column is not there."""

    def __init__(self, message: str) -> None:
        super().__init__(message, ProblemCode.SETTINGS_INVALID)


class InUseError(RejectedError):
    """Something else hangs on what was to be removed."""


@dataclass(frozen=True, slots=True)
class Doing:
    """What was under way: ``what`` follows "refused to"; ``grant`` is the permission it takes."""

    what: str
    grant: str = ""
    account: str = ""


@dataclass(frozen=True, slots=True)
class _Refusal:
    kind: Kind
    text: str


_SQLSTATES: Mapping[str, Kind] = {
    "23505": Kind.TAKEN,
    "42710": Kind.TAKEN,
    "23502": Kind.MISSING_VALUE,
    "23503": Kind.REFERENCE,
    "23514": Kind.RULE,
    "42501": Kind.PERMISSION,
    "28000": Kind.CREDENTIALS,
    "28P01": Kind.CREDENTIALS,
    "3D000": Kind.CREDENTIALS,
    "40001": Kind.PASSES,
    "40P01": Kind.PASSES,
    "55P03": Kind.PASSES,
    "25006": Kind.PASSES,  # a standby, as while the other server takes over
    "42P01": Kind.UNKNOWN_NAME,
    "42703": Kind.UNKNOWN_NAME,
    "42704": Kind.UNKNOWN_NAME,
    "3F000": Kind.UNKNOWN_NAME,
    "2BP01": Kind.IN_USE,
    "55006": Kind.IN_USE,
}
_SQLSTATE_CLASSES: Mapping[str, Kind] = {
    "08": Kind.PASSES,
    "22": Kind.VALUE,
    "53": Kind.PASSES,
    "57": Kind.PASSES,
    "58": Kind.PASSES,
}
_MARIADB: Mapping[int, Kind] = {
    **dict.fromkeys((1062, 1586), Kind.TAKEN),
    **dict.fromkeys((1048, 1364), Kind.MISSING_VALUE),
    **dict.fromkeys((1216, 1217, 1451, 1452), Kind.REFERENCE),
    **dict.fromkeys((3819, 4025), Kind.RULE),
    **dict.fromkeys((1264, 1265, 1292, 1366, 1367, 1406, 1411), Kind.VALUE),
    **dict.fromkeys((1044, 1142, 1143, 1227, 1370, 1698), Kind.PERMISSION),
    **dict.fromkeys((1045, 1049, 1524, 2054, 4151), Kind.CREDENTIALS),
    **dict.fromkeys((1053, 1040, 1203, 1205, 1213, 1290, 1927, 2002, 2003, 2006, 2013, 2014), Kind.PASSES),
    **dict.fromkeys((1054, 1146, 1959), Kind.UNKNOWN_NAME),
}
_SQLITE: Mapping[str, Kind] = {
    "SQLITE_CONSTRAINT_UNIQUE": Kind.TAKEN,
    "SQLITE_CONSTRAINT_PRIMARYKEY": Kind.TAKEN,
    "SQLITE_CONSTRAINT_ROWID": Kind.TAKEN,
    "SQLITE_CONSTRAINT_NOTNULL": Kind.MISSING_VALUE,
    "SQLITE_CONSTRAINT_FOREIGNKEY": Kind.REFERENCE,
    "SQLITE_CONSTRAINT_CHECK": Kind.RULE,
    "SQLITE_CONSTRAINT_TRIGGER": Kind.RULE,
    "SQLITE_MISMATCH": Kind.VALUE,
    "SQLITE_TOOBIG": Kind.VALUE,
    "SQLITE_PERM": Kind.PERMISSION,
    "SQLITE_READONLY": Kind.PERMISSION,
    "SQLITE_AUTH": Kind.PERMISSION,
    "SQLITE_NOTADB": Kind.UNKNOWN_NAME,
    "SQLITE_ERROR": Kind.UNKNOWN_NAME,
}
_KINDS_OF_ERRORS: Mapping[Kind, Callable[[str], RejectedError]] = {
    Kind.TAKEN: TakenError,
    Kind.VALUE: UnfitError,
    Kind.IN_USE: InUseError,
    Kind.REFERENCE: InUseError,
    Kind.UNKNOWN_NAME: UnknownNameError,
}
_CODES: Mapping[Kind, ProblemCode] = {
    Kind.MISSING_VALUE: ProblemCode.REQUIRED_MISSING,
    Kind.PERMISSION: ProblemCode.PERMISSION_MISSING,
}
_PASSING_WORDS = ("too many", "starting up", "shutting down", "recovery", "connection slots")
_QUOTED_VALUE = re.compile(
    r"(?<=entry )'.*'(?= for key)|(?<=value: )'.*'(?= for column)|(?<=value )'.*'(?= for)", re.DOTALL
)
_PARENTHESES = re.compile(r"\(.*\)=\(.*\)", re.DOTALL)


def interpret(error: SQLAlchemyError, doing: Doing) -> ConnectorError:
    """Make the error for statements that failed."""
    if not isinstance(error, DBAPIError):
        return TransientError(f"The database could not {doing.what}: {type(error).__name__}.")
    refusal = _read(error)
    match refusal.kind:
        case Kind.PASSES:
            return TransientError(f"The database could not {doing.what}: {refusal.text}.")
        case Kind.CREDENTIALS:
            return CredentialsRefusedError(f"The database did not let the service account in: {refusal.text}.")
        case _:
            return _rejected(refusal, doing)


def _rejected(refusal: _Refusal, doing: Doing) -> RejectedError:
    said = f"The database refused to {doing.what}: {refusal.text}."
    kind = _KINDS_OF_ERRORS.get(refusal.kind)
    if kind is not None:
        return kind(said)
    remedy = _grant(doing) if refusal.kind is Kind.PERMISSION else ""
    return RejectedError(said, _CODES.get(refusal.kind, ProblemCode.REJECTED_VALUE), remedy=remedy)


def _grant(doing: Doing) -> str:
    if not doing.grant:
        return ""
    right, way, more = doing.grant.partition(" WITH ")
    return f"Let the service account do it: GRANT {right} TO {doing.account}{way}{more}."


def _read(error: DBAPIError) -> _Refusal:
    said = error.orig
    if isinstance(said, sqlite3.Error):
        refusal = _read_sqlite(said)
    elif hasattr(said, "sqlstate") and hasattr(said, "diag"):
        refusal = _read_postgresql(said)
    elif said is not None and said.args and isinstance(said.args[0], int):
        refusal = _read_mariadb(said)
    else:
        refusal = _Refusal(_kind_by_class(error), str(said))
    kind = Kind.PASSES if error.connection_invalidated else refusal.kind
    return _Refusal(kind, redact(refusal.text.rstrip(". \n")))


def _read_sqlite(said: sqlite3.Error) -> _Refusal:
    name = getattr(said, "sqlite_errorname", "SQLITE_MISMATCH")
    kind = _SQLITE.get(name) or _SQLITE.get("_".join(name.split("_")[:2]), Kind.PASSES)
    return _Refusal(kind, str(said))


def _read_postgresql(said: Any) -> _Refusal:
    state = said.sqlstate
    if state is None:
        return _read_unnumbered(said)
    kind = _SQLSTATES.get(state) or _SQLSTATE_CLASSES.get(state[:2], Kind.OTHER)
    text = said.diag.message_primary or str(said)
    named = [each for each in (said.diag.column_name, said.diag.constraint_name) if each and each not in text]
    return _Refusal(kind, f"{text} ({', '.join(named)})" if named else text)


def _read_unnumbered(said: Any) -> _Refusal:
    """Read what libpq tells of a connection that did not come about: FATAL is the server's, and no code."""
    lines = str(said).splitlines()
    text = lines[0].removeprefix("connection failed: ")
    if type(said).__name__ == "DataError":
        return _Refusal(Kind.VALUE, text)
    refused = "FATAL" in text and not any(word in text for word in _PASSING_WORDS)
    return _Refusal(Kind.CREDENTIALS if refused else Kind.PASSES, text.partition("FATAL:")[2].strip() or text)


def _read_mariadb(said: BaseException) -> _Refusal:
    code, *rest = said.args
    text = f"{rest[0] if rest else said}"
    if said.__cause__ is not None and str(said.__cause__) not in text:
        text = f"{text} ({said.__cause__})"
    plain = _QUOTED_VALUE.sub("the value", _PARENTHESES.sub("", text))
    return _Refusal(_MARIADB.get(code, Kind.OTHER), plain)


def _kind_by_class(error: DBAPIError) -> Kind:
    kinds = {"OperationalError": Kind.PASSES, "InterfaceError": Kind.PASSES, "DataError": Kind.VALUE}
    return kinds.get(type(error).__name__, Kind.OTHER)
