"""The wizard: a draft is somebody's own, keeps what was entered and never shows a secret."""

import re
from html import unescape

import pytest

from lab.scim2_server import TOKEN
from seatkeeper.core.access import IntegrationRole, WorkspaceRole
from seatkeeper.core.integrations import IntegrationState, LeaverRule
from seatkeeper.store.database import Database
from seatkeeper.store.queries.integrations import find_integration
from seatkeeper.store.queries.members import find_role
from tests.web.conftest import SignIn
from tests.web.people import Person

SECRET = "s3cret-that-nobody-may-see"
CONNECTION = {
    "name": "Customer database",
    "settings.base_url": "https://crm.example.com/scim/v2",
    "settings.authentication": "bearer",
    "settings.token": SECRET,
}
POLICY = {
    "leavers": "disable-then-delete",
    "push_groups": "yes",
    "delete_after": "30d",
    "concurrency": "4",
    "rate_per_minute": "",
    "tasks_due_after": "3d",
    "follow_up_after": "14d",
    "removals.count": "25",
    "removals.percent": "20",
    "removals.window": "1h",
    "retries.give_up_after": "24h",
}


async def begun(person: Person, start: str = "connector:scim") -> str:
    answer = await person.post("/integrations/new", {"start": start})
    assert answer.status_code == 303, answer.text
    return answer.headers["location"].removesuffix("/connection")


def rows_of(page: str) -> dict[str, str]:
    """Read the mapping form as a browser would send it back."""
    inputs = re.findall(r'<input[^>]*name="((?:attribute|join)[^"]*)" value="([^"]*)"', page)
    texts = re.findall(r'<textarea[^>]*name="(attribute[^"]*)"[^>]*>([^<]*)</textarea>', page)
    join = re.findall(r'id="join" name="join"[^>]*value="([^"]*)"', page)
    plain = {name: value for name, value in [*inputs, *texts] if not name.endswith(".required")}
    required = dict.fromkeys(re.findall(r'name="(attribute[^"]*\.required)" value="yes" checked', page), "yes")
    return {name: unescape(value) for name, value in plain.items()} | {"join": join[0]} | required


async def test_an_app_is_found_by_what_its_card_says(admin: Person) -> None:
    page = (await admin.get("/integrations/new?q=directory")).text
    assert "LDAP" in page
    assert "SCIM 2.0</h3>" not in page
    assert "Nothing is called that" in (await admin.get("/integrations/new?q=fax", fragment=True)).text


async def test_a_draft_becomes_an_integration_of_its_maker(database: Database, signed_in: SignIn) -> None:
    maker = await signed_in(WorkspaceRole.MEMBER)
    draft = await begun(maker)
    answer = await maker.post(f"{draft}/connection", CONNECTION)
    assert answer.headers["location"] == f"{draft}/attributes", answer.text
    page = (await maker.get(f"{draft}/attributes")).text
    assert "ada.lovelace@example.com" in page
    answer = await maker.post(f"{draft}/attributes", rows_of(page))
    assert answer.headers["location"] == f"{draft}/policy", answer.text
    answer = await maker.post(f"{draft}/policy", {**POLICY, "do": "create"})
    assert answer.headers["location"] == "/integrations/customer-database/connect", answer.text
    async with database.read() as reader:
        made = await find_integration(reader, "customer-database")
        assert made is not None
        assert made.state is IntegrationState.DRAFT
        assert made.settings == {"base_url": "https://crm.example.com/scim/v2"}
        assert made.policy.leavers is LeaverRule.DISABLE_THEN_DELETE
        assert "userName" in made.mapping.attributes
        assert await find_role(reader, made.id, maker.member.id) is IntegrationRole.OWNER
    assert (await maker.get(f"{draft}/policy")).status_code == 404


async def test_a_draft_is_nobody_elses(signed_in: SignIn) -> None:
    maker, other = await signed_in(WorkspaceRole.MEMBER), await signed_in(WorkspaceRole.ADMIN)
    draft = await begun(maker)
    await maker.post(f"{draft}/connection", CONNECTION)
    for path in ("connection", "attributes", "policy"):
        assert (await other.get(f"{draft}/{path}")).status_code == 404
        assert (await other.post(f"{draft}/{path}", CONNECTION)).status_code == 404
    assert (await other.post(f"{draft}/connection/test", CONNECTION)).status_code == 404
    assert (await other.post(f"{draft}/discard")).status_code == 404
    assert "Customer database" not in (await other.get("/integrations/new")).text
    assert "Customer database" in (await maker.get("/integrations/new")).text


async def test_a_secret_is_kept_and_never_shown(admin: Person, database: Database) -> None:
    draft = await begun(admin)
    refused = await admin.post(f"{draft}/connection", {**CONNECTION, "settings.base_url": "nonsense"})
    assert refused.status_code == 422
    assert "whole address" in refused.text
    for page in (refused, await admin.get(f"{draft}/connection"), await admin.get("/integrations/new")):
        assert SECRET not in page.text
    assert "Kept. Enter another to replace it" in refused.text
    answer = await admin.post(f"{draft}/connection", {**CONNECTION, "settings.token": ""})
    assert answer.status_code == 303
    async with database.read() as reader:
        rows = await (
            await reader.connection.execute("SELECT document::text AS text FROM integration_drafts")
        ).fetchall()
    assert SECRET not in str(rows)


async def test_what_was_entered_survives_leaving(admin: Person) -> None:
    draft = await begun(admin)
    answer = await admin.post(f"{draft}/connection", {**CONNECTION, "do": "leave"})
    assert answer.headers["location"] == "/integrations/new"
    page = (await admin.get(f"{draft}/connection")).text
    assert 'value="Customer database"' in page
    assert 'value="https://crm.example.com/scim/v2"' in page


async def test_a_bad_expression_is_refused_in_place_and_nothing_else_is_lost(admin: Person) -> None:
    draft = await begun(admin)
    rows = rows_of((await admin.get(f"{draft}/attributes")).text)
    rows |= {
        "attribute.1.expression": "user.nme.givenName",
        "attribute.90.name": "nick",
        "attribute.90.expression": "user.nickName",
    }
    answer = await admin.post(f"{draft}/attributes", rows)
    assert answer.status_code == 422
    told = re.search(r'id="told-attribute.1">(.*?)</div>', answer.text, re.DOTALL)
    assert told is not None
    assert "nme" in told[1]
    assert answer.text.count('aria-invalid="true"') == 1
    assert 'value="nick"' in answer.text


async def test_rows_come_and_go_without_a_script(admin: Person) -> None:
    draft = await begun(admin)
    rows = rows_of((await admin.get(f"{draft}/attributes")).text)
    more = (await admin.post(f"{draft}/attributes", {**rows, "do": "add.attribute"})).text
    assert len(rows_of(more)) == len(rows) + 2
    fewer = (await admin.post(f"{draft}/attributes", {**rows, "do": "remove.attribute.0"})).text
    assert len(rows_of(fewer)) == len(rows) - 3
    assert 'name="rule.0.type"' in (await admin.post(f"{draft}/attributes", {**rows, "do": "add.rule"})).text
    assert 'name="schema.0.name"' in (await admin.post(f"{draft}/attributes", {**rows, "do": "add.schema"})).text


async def test_two_expressions_for_one_attribute_are_told(admin: Person) -> None:
    draft = await begun(admin)
    rows = rows_of((await admin.get(f"{draft}/attributes")).text)
    answer = await admin.post(f"{draft}/attributes", {**rows, "attribute.1.name": "userName"})
    assert answer.status_code == 422
    assert "has an expression already" in answer.text


async def test_a_preview_shows_values_and_faults_beside_their_rows(admin: Person) -> None:
    draft = await begun(admin)
    rows = {"attribute.0.name": "userName", "attribute.0.expression": "user.userName"}
    rows |= {"attribute.1.name": "x", "attribute.1.expression": "1 +", "rule.0.type": "role"}
    rows |= {"rule.0.values": "[group.displayName]", "rule.0.per_group": "yes"}
    answer = await admin.post(f"{draft}/attributes/preview", rows)
    assert answer.status_code == 200
    assert "ada.lovelace@example.com" in answer.text
    assert "ends too early" in answer.text
    assert "Engineering" in answer.text


async def test_names_with_markup_stay_text(admin: Person) -> None:
    draft = await begun(admin)
    name = '<script>alert("x")</script>'
    page = (await admin.post(f"{draft}/connection", {**CONNECTION, "name": name, "settings.base_url": ""})).text
    assert "<script>alert" not in page
    assert "<script>alert" not in (await admin.get("/integrations/new")).text


@pytest.mark.parametrize(
    ("field", "value"),
    [("concurrency", "0"), ("delete_after", "soon"), ("removals.percent", "200"), ("leavers", "burn")],
)
async def test_a_policy_that_cannot_be_is_refused_beside_its_field(admin: Person, field: str, value: str) -> None:
    draft = await begun(admin)
    answer = await admin.post(f"{draft}/policy", {**POLICY, field: value, "do": "create"})
    assert answer.status_code == 422
    assert "invalid-feedback" in answer.text


async def test_an_unfinished_draft_says_which_step_is_missing(admin: Person) -> None:
    draft = await begun(admin)
    answer = await admin.post(f"{draft}/policy", {**POLICY, "do": "create"})
    assert answer.status_code == 422
    assert f'href="{draft}/connection"' in answer.text
    assert "cannot be created yet" in answer.text


async def test_a_short_name_that_is_taken_is_told_at_once(admin: Person) -> None:
    first, draft = await begun(admin), await begun(admin)
    await admin.post(f"{first}/connection", CONNECTION)
    await admin.post(f"{first}/policy", {**POLICY, "do": "create"})
    answer = await admin.post(f"{draft}/connection", CONNECTION)
    assert answer.status_code == 422
    assert "Another integration has this short name" in answer.text
    reserved = await admin.post(f"{draft}/connection", {**CONNECTION, "slug": "new"})
    assert "a page of its own" in reserved.text


async def test_testing_tells_how_far_it_came(admin: Person) -> None:
    draft = await begun(admin)
    entered = {**CONNECTION, "settings.base_url": "http://127.0.0.1:9/scim", "settings.token": TOKEN}
    answer = await admin.post(f"{draft}/connection/test", entered)
    assert "The app can be reached<strong>: no" in answer.text
    assert "Check the address" in answer.text
    incomplete = await admin.post(f"{draft}/connection/test", {**entered, "settings.base_url": ""})
    assert "The settings are complete<strong>: no" in incomplete.text


async def test_a_draft_can_be_discarded(admin: Person) -> None:
    draft = await begun(admin)
    await admin.post(f"{draft}/discard")
    assert (await admin.get(f"{draft}/connection")).status_code == 404
