"""Whatever a text says, its HTML can do nothing."""

import re

import pytest

from seatkeeper.web.markdown import render_markdown


def test_what_people_write_is_formatted() -> None:
    html = render_markdown(
        "Open *Users*:\n\n1. press **New**\n2. type `ada`\n\n[Help](https://example.com/?a=1&b=2)"
    )
    for part in ("<em>Users</em>", "<li>press <strong>New</strong></li>", "<code>ada</code>", "a=1&amp;b=2"):
        assert part in html


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[x](javascript:alert(1))",
        "[x](JaVaScRiPt&colon;alert(1))",
        "[x](data:text/html,<script>alert(1)</script>)",
        "[x](//evil.example)",
        "[x](/integrations/delete)",
        "![x](https://evil.example/pixel.png)",
        '`"><script>`',
        "[x](https://[)",
    ],
)
def test_nothing_in_it_becomes_active(text: str) -> None:
    html = render_markdown(text).lower()
    assert "<script" not in html
    assert "<img" not in html
    assert all(link.startswith("https://") for link in re.findall(r'href="([^"]*)', html))
