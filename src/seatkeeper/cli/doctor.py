"""``seatkeeper doctor``: is everything an installation stands on in order?"""

import asyncio
from collections.abc import Sequence
from typing import Annotated

import orjson
import typer

from seatkeeper.bootstrap.examining import examine
from seatkeeper.cli.starting import start
from seatkeeper.operations.findings import Finding


def register(app: typer.Typer) -> None:
    """Add this command to the application."""
    app.command()(doctor)


def doctor(as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """Check database, key, clock, connectors, disk, workers and queue; say what to do about each fault."""
    findings = start(lambda settings: asyncio.run(examine(settings)), log_level="error")
    typer.echo(_as_json(findings) if as_json else "\n".join(_line(finding) for finding in findings))
    raise typer.Exit(0 if all(finding.is_fine for finding in findings) else 1)


def _line(finding: Finding) -> str:
    sign = "✓" if finding.is_fine else "✗"
    remedy = "" if finding.is_fine else f" — {finding.remedy}"
    return f"{sign} {finding.check}: {finding.detail}{remedy}"


def _as_json(findings: Sequence[Finding]) -> str:
    rows = [
        {"check": each.check, "ok": each.is_fine, "detail": each.detail, "remedy": each.remedy}
        for each in findings
    ]
    return orjson.dumps(rows, option=orjson.OPT_INDENT_2).decode()
