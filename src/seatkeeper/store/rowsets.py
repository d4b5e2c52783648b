"""Many rows in one parameter: a JSON array that PostgreSQL reads as a table.

One statement then writes any number of rows, at the price of one.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from sqlalchemy import ColumnClause, TableValuedAlias, bindparam, func
from sqlalchemy.dialects.postgresql import JSONB

_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


def rowset(*columns: ColumnClause[Any]) -> TableValuedAlias:
    """Give the parameter ``rows`` as a table called ``given`` with these columns."""
    rows = func.jsonb_to_recordset(bindparam("rows", type_=JSONB))
    return rows.table_valued(*columns, name="given").render_derived(name="given", with_types=True)


def encode_rows(rows: Sequence[Mapping[str, Any]]) -> str:
    """Write rows for ``rowset``. What PostgreSQL cannot hold (NUL, half a character) becomes U+FFFD.

    An app may send anything, and what it sent must never keep an outcome from being recorded.
    """
    try:
        encoded = orjson.dumps(rows)
    except TypeError:
        encoded = orjson.dumps(_cleaned(rows))
    if b"\\u0000" in encoded:
        encoded = orjson.dumps(_cleaned(rows))
    return encoded.decode()


def _cleaned(value: Any) -> Any:
    match value:
        case str():
            return value.encode("utf-8", "surrogatepass").decode("utf-8", "replace").replace("\0", _REPLACEMENT)
        case Mapping():
            return {_cleaned(key): _cleaned(part) for key, part in value.items()}
        case list() | tuple():
            return [_cleaned(part) for part in value]
        case int() if not isinstance(value, bool) and value.bit_length() > 63:
            return str(value)
        case _:
            return value
