"""Any text comes through every format as it was, or is refused in words."""

import io
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seatkeeper.connectors.files.layouts import Layout, Written
from seatkeeper.connectors.files.records import Record, decode, encode, row_of
from seatkeeper.connectors.files.settings import FilesSettings
from seatkeeper.core.entitlements import Entitlement
from seatkeeper.core.ids import Uid
from seatkeeper.core.values import AttributeValue, is_unassigned
from seatkeeper.spi.errors import RejectedError
from seatkeeper.spi.settings import validate_settings
from tests.strategies import tried

FIXED = ("1-40=userName", "41-80=note", "90-150=many", "151-170=@entitlements", "171-175=@active")
DIALECTS: dict[str, dict[str, Any]] = {
    "csv": {},
    "windows": {"delimiter": "semicolon", "line_end": "crlf", "encoding": "utf-16", "quotes_all": True},
    "tabs": {"delimiter": "tab", "headings": False, "encoding": "utf-8-with-mark"},
    "spreadsheet": {"guards_formulas": True, "encoding": "windows-1252", "delimiter": "pipe"},
    "old": {"encoding": "latin-1", "active_words": "J N", "separator": "//"},
    "json-lines": {"format": "json-lines", "line_end": "crlf"},
    "fixed": {"format": "fixed", "columns": FIXED, "encoding": "utf-16"},
}
WIDE = {"columns": ("Key=userName", "note", "many", "Roles=@entitlements", "@active")}

AWKWARD = "=+-@'\"\t,;|\r\n \\/{}éŽ𝄞\x00\x0b\u2028\ud800"

texts = st.text(max_size=30) | st.text(st.sampled_from(AWKWARD), max_size=8)
names = st.text(st.characters(exclude_categories=["Cs", "Cc", "Z"]), min_size=1, max_size=20)


def layout_of(dialect: str) -> Layout:
    return validate_settings(FilesSettings, {"folder": "hr", **WIDE, **DIALECTS[dialect]}).layout


@st.composite
def records(draw: st.DrawFn) -> Record:
    given_values: dict[str, AttributeValue] = {
        "userName": draw(names),
        "note": draw(texts | st.booleans() | st.integers(-99, 99)),
        "many": tuple(draw(st.sets(texts, max_size=3))),
    }
    kept = {name: value for name, value in given_values.items() if not is_unassigned(value)}
    held = frozenset(Entitlement("role", value) for value in draw(st.sets(names, max_size=2)))
    return Record(Uid("1"), str(kept["userName"]), draw(st.booleans()), kept, held)


@pytest.mark.parametrize("dialect", DIALECTS)
@given(written=st.lists(records(), min_size=1, max_size=3))
@tried(60)
def test_what_is_written_is_read_back_or_refused(dialect: str, written: list[Record]) -> None:
    layout, refused = layout_of(dialect), 0
    lines, kept = [layout.format.head()], []
    for record in written:
        try:
            lines.append(layout.line(Written(record)))
        except RejectedError:
            refused += 1
        else:
            kept.append(record)
    file = io.TextIOWrapper(
        io.BytesIO("".join(lines).encode(layout.encoding)), encoding=layout.encoding, newline=""
    )
    read = list(layout.rows(file, "userName"))
    assert len(read) == len(written) - refused
    for record, row in zip(kept, read, strict=True):
        assert row.active == record.active
        assert row.entitlements == frozenset(each.value for each in record.entitlements)
        for name in ("userName", "note", "many"):
            assert layout.same(row.attributes.get(name), record.attributes.get(name), name)


@given(record=records())
@tried(60)
def test_the_ledger_keeps_everything(record: Record) -> None:
    kept = {name: value for name, value in record.attributes.items() if "\\ud800" not in repr(value)}
    record = replace(record, attributes=kept)
    line = encode(record, record.name)
    assert line.count(b"\n") == 1
    assert decode(line) == record
    assert row_of(line) == record.name


@pytest.mark.parametrize(
    ("dialect", "note", "words"),
    [
        ("fixed", "x" * 41, "note has 41 characters, and its column 41-80 40"),
        ("fixed", "two\nlines", "note has several lines"),
        ("old", "Žižek", "has no “Ž” (in note)"),
        ("csv", "\ud800", "has no “U+D800” (in note)"),
        ("csv", ("a;b",), "contains “;”"),
    ],
)
def test_what_has_no_place_is_refused_by_name(dialect: str, note: AttributeValue, words: str) -> None:
    record = Record(Uid("1"), "ada", active=True, attributes={"userName": "ada", "note": note})
    with pytest.raises(RejectedError) as refused:
        layout_of(dialect).line(Written(record))
    assert words in str(refused.value)


def test_a_row_says_what_became_of_the_account_and_its_name_before() -> None:
    columns = ("1-6=@action", "7-12=userName", "13-18=@previous", "19-20=@active")
    values = {"format": "fixed", "content": "changes", "file_name": "{number}", "columns": columns}
    layout = validate_settings(FilesSettings, {"folder": "hr", "active_words": "A I", **values}).layout
    record = Record(Uid("1"), "grace", active=True, attributes={"userName": "grace"})
    assert layout.line(Written(record, "change", "ada")) == "changegrace ada   A \n"
    assert layout.line(Written(replace(record, active=False), "delete")) == "deletegrace       I \n"


def test_a_formula_is_only_text_to_a_spreadsheet() -> None:
    record = Record(Uid("1"), "=1+1", active=True, attributes={"userName": "=1+1", "note": "'-2"})
    assert layout_of("spreadsheet").line(Written(record)) == "'=1+1|''-2|||true\n"
