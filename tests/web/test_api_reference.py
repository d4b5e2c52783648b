"""The page about the API is made from the API."""

from pathlib import Path

from seatkeeper.web.api.reference import reference

_PAGE = Path(__file__).parents[2] / "docs/api.md"


def test_the_page_about_the_api_is_current() -> None:
    assert _PAGE.read_text() == reference(), "run: python -m seatkeeper.web.api.reference > docs/api.md"
