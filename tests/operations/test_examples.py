"""The examples, and the one of the README, are accepted as they stand by the connectors they name."""

import re

import pytest

from lab.processes import ROOT
from seatkeeper.engine.registry import find_connectors
from seatkeeper.operations.declarations import apply_declarations, plan_declarations
from seatkeeper.operations.parsing import Source
from seatkeeper.store.database import Database
from tests.operations.integrations_at_hand import ADMIN
from tests.operations.paper import KEYRING

EXAMPLES = {path.name: path.read_text() for path in sorted((ROOT / "examples").glob("*.yaml"))}
EXAMPLES["README.md"] = "\n".join(re.findall(r"```yaml\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL))


@pytest.mark.parametrize("name", EXAMPLES)
async def test_an_example_is_applied_and_then_has_nothing_to_change(database: Database, name: str) -> None:
    source = Source(name, EXAMPLES[name], lambda reference: f"secret of {reference.name}")
    async with database.transaction(ADMIN) as tx:
        for action in ("create", "nothing"):
            [planned] = await plan_declarations(tx, [source], find_connectors(), KEYRING)
            await apply_declarations(tx, [planned], KEYRING)
            assert planned.action == action
