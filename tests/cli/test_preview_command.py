"""``seatkeeper preview``: what would be done for one person, and nothing is."""

import json
from pathlib import Path

import pytest

from lab.scim2_server import TOKEN, scim2_server
from seatkeeper.store.database import Database
from tests.cli.conftest import Installation
from tests.operations.integrations_at_hand import ADMIN, user_with_account_in

CRM = "- {{slug: crm, name: CRM, connector: scim, settings: {{base_url: {url}, token: {{env: CRM_TOKEN}}}}}}\n"


async def _assigned(seatkeeper: Installation, database: Database, url: str) -> str:
    (seatkeeper.folder / "crm.yaml").write_text(CRM.format(url=url))
    seatkeeper.say("apply", "-f", "crm.yaml")
    [crm] = seatkeeper.read("integration", "list")
    async with database.transaction(ADMIN) as tx:
        return f"person-{await user_with_account_in(tx, crm['id'])}"


@pytest.mark.live
async def test_the_plan_for_a_draft_can_be_looked_at_before_it_is_live(
    seatkeeper: Installation, database: Database, tmp_path: Path
) -> None:
    seatkeeper.env["CRM_TOKEN"] = TOKEN
    with scim2_server(tmp_path) as app:
        who = await _assigned(seatkeeper, database, app.base_url("crm"))
        told = seatkeeper.say("preview", who.upper(), "--integration", "crm")
        shown = seatkeeper.read("preview", who.removeprefix("person-"), "--integration", "crm")
        assert app.resources("crm", "Users") == []
    assert told.splitlines()[:4] == [
        who,
        "Wanted: an active account.",
        "In the app: no account.",
        "What would be done:",
    ]
    assert f"userName {who}" in told
    assert set(shown) == {"user_id", "user_name", "wanted", "uid", "steps", "shortfalls", "problem"}
    assert (shown["wanted"], len(shown["steps"]), shown["problem"]) == ("active", 1, None)


async def test_an_app_that_does_not_answer_is_told(seatkeeper: Installation, database: Database) -> None:
    who = await _assigned(seatkeeper, database, "http://127.0.0.1:9/scim/v2")
    previewed = seatkeeper.run("preview", who, "--integration", "crm", "--json")
    assert previewed.returncode == 1
    assert json.loads(previewed.stdout)["problem"]["code"] == "app_unreachable"
    assert "Nobody called eve is assigned" in seatkeeper.refuse("preview", "eve", "--integration", "crm")
