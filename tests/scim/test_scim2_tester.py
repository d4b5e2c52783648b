"""scim2-tester finds nothing but what docs/scim.md says why."""

from dataclasses import replace
from pathlib import Path

import pytest

from lab.scim2_tester import examine
from lab.seatkeeper import Seatkeeper
from seatkeeper.core.schema import STANDARD_SCHEMA
from seatkeeper.store.database import Database
from tests.scim.conftest import an_integration, opened

pytestmark = [pytest.mark.live, pytest.mark.slow]

MEANT = {
    ("check_remove_attribute", "User", "'active'"),
    ("check_add_attribute", "Group", "display="),
    ("check_replace_attribute", "Group", "display="),
}
"""A person's ``active`` is never left open, and a member is shown with its name, which the client did not send."""


async def test_every_check_succeeds(tmp_path: Path, database_url: str, database: Database) -> None:
    # Without the tests' own extension: the tester sends any words where a schema has a date.
    integration = replace(an_integration(), schema=STANDARD_SCHEMA)
    token = await opened(database, integration)
    seatkeeper = Seatkeeper(tmp_path, database_url)
    try:
        seatkeeper.start_web()
        findings = examine(f"{seatkeeper.url}/scim/v2/{integration.slug}", token)
    finally:
        seatkeeper.close()
    failed = {(each.check, each.kind, each.reason) for each in findings if each.status != "SUCCESS"}
    unmeant = [each for each in failed if not any(each[:2] == m[:2] and m[2] in each[2] for m in MEANT)]
    assert unmeant == []
    assert sum(each.status == "SUCCESS" for each in findings) > 130
