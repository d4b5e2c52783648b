"""Markdown in texts that authors and Owners write, made into HTML that can do nothing.

CommonMark without HTML: what looks like a tag is shown as text. Links lead to web pages and mail addresses only.
"""

from collections.abc import Sequence
from functools import cache
from urllib.parse import urlsplit

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markupsafe import Markup, escape

_SCHEMES = frozenset({"http", "https", "mailto"})


def render_markdown(text: str) -> Markup:
    """Make HTML of a text."""
    return Markup(_reader().render(text))  # noqa: S704 - it is made without HTML of the text's own


@cache
def _reader() -> MarkdownIt:
    reader = MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")
    reader.validateLink = _is_harmless  # type: ignore[method-assign]
    for rule in ("code_block", "fence"):
        reader.add_render_rule(rule, _show_code)
    return reader


def _show_code(_: RendererHTML, tokens: Sequence[Token], index: int, *__: object) -> str:
    # A long line is scrolled sideways, which has to be possible with the keyboard as well.
    return f'<pre tabindex="0"><code>{escape(tokens[index].content)}</code></pre>\n'


def _is_harmless(url: str) -> bool:
    try:
        return urlsplit(url).scheme.lower() in _SCHEMES
    except ValueError:
        return False
