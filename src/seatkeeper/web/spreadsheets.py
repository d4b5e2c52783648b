"""Downloads for spreadsheets: CSV by RFC 4180, and harmless when it is opened there."""

import csv
from collections.abc import Iterable, Sequence
from io import StringIO

from seatkeeper.web.security import SAFE_HEADERS
from seatkeeper.web.visits import Visit

_FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\n", *(chr(ord(sign) + 0xFEE0) for sign in "=+-@"))
"""What a spreadsheet takes for the beginning of a formula (OWASP, *CSV Injection*), in full width too."""


def csv_lines(rows: Iterable[Sequence[str]]) -> str:
    """Write rows. A cell that a spreadsheet would take for a formula is made text by an apostrophe."""
    written = StringIO()
    csv.writer(written, lineterminator="\r\n").writerows([[_harmless(cell) for cell in row] for row in rows])
    return written.getvalue()


def csv_headers(visit: Visit, name: str) -> dict[str, str]:
    """Give the headers of a file to download."""
    return {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Cache-Control": "no-store",
        "X-Request-Id": visit.request_id,
        **SAFE_HEADERS,
    }


def _harmless(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULAS) else text
