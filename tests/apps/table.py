"""The truth table: what each app of the catalog can do, as seen when it last ran here.

``python -m tests.apps.table > docs/connectors/abilities.md``
"""

import sys

import structlog

from seatkeeper.core.apps import ABILITIES, AppFacts
from seatkeeper.engine.registry import find_connectors

_HEAD = """# What Seatkeeper can do in which app

This page is made by the tests (`python -m tests.apps.table`) from the last run of each app: its abilities were
read from a session with the running app, after somebody had joined, moved, left and come back through Seatkeeper.
*Entitlements* are the types that can be granted and revoked. An app without a date was not run here: its manifest
was written from the vendor's public description.
"""


def render() -> str:
    """Write the page."""
    apps = {name: one for name, one in find_connectors().items() if one.facts is not None}
    facts = {name: one.facts for name, one in apps.items() if one.facts is not None}
    proven = [_row(apps[name].title, facts[name]) for name in apps if facts[name].verified]
    others = [
        f"| {apps[name].title} | {facts[name].kind} | {facts[name].source} |"
        for name in apps
        if not facts[name].verified
    ]
    columns = ["app", "connector", "version", "last run", *ABILITIES, "entitlements"]
    lines = [_HEAD, "## Proven here", "", *_table(columns, sorted(proven, key=str.casefold))]
    if others:
        lines += ["", "## Not verified here", "", *_table(["app", "connector", "written from"], sorted(others))]
    return "\n".join(lines) + "\n"


def _row(title: str, facts: AppFacts) -> str:
    run = facts.verified
    assert run is not None
    marks = ["yes" if ability in run.abilities else "no" for ability in ABILITIES]
    granted = (
        ", ".join(each.removeprefix("grants ") for each in run.abilities if each.startswith("grants ")) or "no"
    )
    return "| " + " | ".join([title, facts.kind, run.version, run.at.isoformat(), *marks, granted]) + " |"


def _table(columns: list[str], rows: list[str]) -> list[str]:
    return ["| " + " | ".join(columns) + " |", "|" + "---|" * len(columns), *rows]


if __name__ == "__main__":
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    print(render(), end="")  # noqa: T201 - it is what this is for
