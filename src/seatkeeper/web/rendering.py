"""Templates: strict, escaping by default, with the few words every page uses."""

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from seatkeeper.core.trials import describe_abilities, explain_trial
from seatkeeper.core.wording import AWAITED_WORDS, describe_event, describe_forgotten, describe_job, explain
from seatkeeper.web.browsers import name_browser
from seatkeeper.web.markdown import render_markdown

_UNITS: Final = ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s"))


@cache
def templates() -> Environment:
    """Make the environment, once."""
    environment = Environment(
        loader=PackageLoader("seatkeeper.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.globals.update(
        asset=_asset, icon=_icon, describe_job=describe_job, describe_event=describe_event, explain=explain
    )
    environment.globals.update(
        explain_trial=explain_trial, describe_abilities=describe_abilities, describe_forgotten=describe_forgotten
    )
    environment.globals.update(AWAITED_WORDS=AWAITED_WORDS)
    environment.filters.update(count=_count, lasting=lasting, exact=_exact, browser=name_browser)
    environment.filters.update(markdown=render_markdown)
    return environment


def render(template: str, context: Mapping[str, Any]) -> str:
    """Render a template; a name the context lacks is an error."""
    return templates().get_template(template).render(context)


def when(at: datetime, now: datetime) -> Markup:
    """Tell an instant as the time since or until it; the exact one is shown on hover, in the reader's zone."""
    passed = now - at
    told = f"in {lasting(-passed)}" if passed < timedelta(0) else f"{lasting(passed)} ago"
    if abs(passed) < timedelta(seconds=1):
        told = "now"
    return Markup('<time datetime="{}" title="{}">{}</time>').format(at.isoformat(), _exact(at), told)


def lasting(duration: timedelta) -> str:
    """Tell a duration in its largest whole unit."""
    seconds = max(int(duration.total_seconds()), 0)
    for size, name in _UNITS:
        if seconds >= size:
            return f"{seconds // size} {name}"
    return "0 s"


def _exact(at: datetime) -> str:
    return at.strftime("%Y-%m-%d %H:%M:%S UTC")


def _count(number: int, noun: str, plural: str | None = None) -> str:
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def _icon(name: str, label: str | None = None) -> Markup:
    said = Markup('role="img" aria-label="{}"').format(label) if label else Markup('aria-hidden="true"')
    return Markup('<svg class="icon" {}><use href="{}#{}"/></svg>').format(said, _asset("vendor/icons.svg"), name)


def _asset(path: str) -> str:
    return str(escape(f"/static/{path}?v={_version()}"))


@cache
def _version() -> str:
    """Name the build of the static files, so that browsers may keep them for ever."""
    static = files("seatkeeper.web") / "static"
    own = sorted((file for file in static.iterdir() if file.is_file()), key=lambda file: file.name)
    parts = (static / "vendor/stamp.txt", *own)
    return hashlib.sha256(b"".join(part.read_bytes() for part in parts)).hexdigest()[:12]
