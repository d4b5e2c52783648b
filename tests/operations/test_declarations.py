"""Integrations as code: planned first, applied whole, the same again changes nothing, faults have lines."""

from textwrap import dedent

import pytest

from seatkeeper.core.errors import InvalidValueError, NotPossibleNowError
from seatkeeper.core.integrations import IntegrationState, LeaverRule
from seatkeeper.operations.declarations import PlannedDeclaration, apply_declarations, plan_declarations
from seatkeeper.operations.integrations import read_secrets
from seatkeeper.operations.parsing import DeclarationsInvalidError, Reference, Source
from seatkeeper.store.database import Database, Transaction
from seatkeeper.store.queries.integrations import find_integration, list_integrations
from tests.operations.integrations_at_hand import ADMIN
from tests.operations.paper import CONNECTORS, KEYRING

CRM = """\
    integrations:
      - slug: crm
        name: CRM
        connector: paper
        settings:
          drawer: top
          key: {env: CRM_KEY}
        mapping:
          attributes:
            mail: user.emails[0].value
            title: null
        policy:
          leavers: disable-then-delete
          delete_after: 14d
"""


def _source(text: str) -> Source:
    values = {Reference("env", "CRM_KEY"): "hunter2", Reference("file", "spare.txt"): "hunter3"}

    def resolve(reference: Reference) -> str:
        if reference not in values:
            raise InvalidValueError(f"the environment variable {reference.name} is not set")
        return values[reference]

    return Source("crm.yaml", dedent(text), resolve)


async def _plan(tx: Transaction, *texts: str) -> list[PlannedDeclaration]:
    return await plan_declarations(tx, [_source(text) for text in texts], CONNECTORS, KEYRING)


async def _apply(tx: Transaction, *texts: str) -> list[str]:
    planned = await _plan(tx, *texts)
    await apply_declarations(tx, planned, KEYRING)
    return [one.action for one in planned]


async def _faults(tx: Transaction, *texts: str) -> list[str]:
    with pytest.raises(DeclarationsInvalidError) as caught:
        await _plan(tx, *texts)
    assert await list_integrations(tx) == []
    return list(caught.value.faults)


async def test_a_declared_integration_is_made_with_the_connectors_rest(database: Database) -> None:
    async with database.transaction(ADMIN) as tx:
        assert await _apply(tx, CRM) == ["create"]
        crm = await find_integration(tx, "crm")
        assert crm is not None
        assert await read_secrets(tx, crm, KEYRING) == {"key": "hunter2"}
    assert crm.mapping.attributes == {"userName": "user.userName", "mail": "user.emails[0].value"}
    assert crm.mapping.join == ("userName",)
    assert (crm.policy.leavers, crm.policy.delete_after.days) == (LeaverRule.DISABLE_THEN_DELETE, 14)
    assert crm.state is IntegrationState.DRAFT


async def test_planning_changes_nothing(database: Database) -> None:
    async with database.transaction(ADMIN) as tx:
        await _plan(tx, CRM)
        assert await list_integrations(tx) == []


async def test_the_same_file_again_has_nothing_to_change(database: Database) -> None:
    async with database.transaction(ADMIN) as tx:
        await _apply(tx, CRM)
        assert await _apply(tx, CRM) == ["nothing"]


async def test_a_changed_file_names_the_fields(database: Database) -> None:
    async with database.transaction(ADMIN) as tx:
        await _apply(tx, CRM)
        [planned] = await _plan(
            tx, CRM.replace("14d", "7d").replace("drawer: top", "drawer: top\n          sheets: 3")
        )
    fields = [difference.field for difference in planned.integration.differences]
    assert (planned.action, fields) == ("change", ["settings.sheets", "policy.delete_after"])


async def test_a_file_can_set_an_integration_live_pause_and_resume_it(database: Database) -> None:
    live, paused = CRM + "        state: live\n", CRM + "        state: paused\n"
    async with database.transaction(ADMIN) as tx:
        assert await _apply(tx, live) == ["create"]
        assert await _apply(tx, live) == ["nothing"]
        for text, state in [(paused, IntegrationState.PAUSED), (live, IntegrationState.LIVE)]:
            assert await _apply(tx, text) == ["change"]
            crm = await find_integration(tx, "crm")
            assert crm is not None
            assert crm.state is state
        assert await _apply(tx, CRM) == ["nothing"]


async def test_a_new_integration_cannot_begin_paused(database: Database) -> None:
    async with database.transaction(ADMIN) as tx:
        with pytest.raises(NotPossibleNowError):
            await _apply(tx, CRM + "        state: paused\n")


@pytest.mark.parametrize(
    "text",
    [
        "slug: crm\nname: CRM\nconnector: paper\nsettings: {drawer: top, key: {env: CRM_KEY}}\n",
        "- slug: crm\n  name: CRM\n  connector: paper\n  settings: {drawer: top, key: {file: spare.txt}}\n",
        "---\n---\nslug: crm\nname: CRM\nconnector: paper\nsettings: {drawer: top, key: {env: CRM_KEY}}\n---\n",
    ],
)
async def test_one_integration_a_list_and_several_documents_are_all_right(database: Database, text: str) -> None:
    async with database.transaction(ADMIN) as tx:
        assert await _apply(tx, text) == ["create"]


async def test_a_literal_secret_is_refused_with_its_line_and_not_repeated(database: Database) -> None:
    async with database.transaction(ADMIN) as tx:
        [fault] = await _faults(tx, CRM.replace("{env: CRM_KEY}", "hunter2"))
    assert fault.startswith("crm.yaml:7: settings.key: is a secret")
    assert "hunter2" not in fault


async def test_every_fault_of_every_file_is_named_with_its_line(database: Database) -> None:
    broken = CRM.replace("14d", "14 days").replace("leavers: disable-then-delete", "leaver: x")
    async with database.transaction(ADMIN) as tx:
        faults = await _faults(tx, broken, CRM.replace("CRM_KEY", "NOT_SET"), "slug: [\n")
    assert [fault.split(": ")[:2] for fault in faults] == [
        ["crm.yaml:14", "policy.delete_after"],
        ["crm.yaml:13", "policy.leaver"],
        ["crm.yaml:2", "expected the node content, but found '<stream end>'"],
        ["crm.yaml:7", "settings.key"],
    ]


@pytest.mark.parametrize(
    ("old", "new", "line", "part"),
    [
        ("user.emails[0].value", "user.emails[0", 10, "mapping.attributes.mail"),
        ("drawer: top", "draw: top", 5, "settings.drawer"),
        ("connector: paper", "connector: stone", 4, "connector"),
        ("slug: crm", "slug: C_R_M", 2, "slug"),
        ("{env: CRM_KEY}", "{env: NOT_SET}", 7, "the environment variable NOT_SET is not set"),
        ("{env: CRM_KEY}", "{env: CRM_KEY}\n          key: {env: CRM_KEY}", 8, "key is there twice"),
        ("name: CRM", "name: [CRM]", 3, "name"),
        ("name: CRM", "7: CRM", 3, "'7'"),
        ("name: CRM", "name: 2026-99-99", 3, "'2026-99-99'"),
    ],
)
async def test_a_fault_points_at_its_line(database: Database, old: str, new: str, line: int, part: str) -> None:
    async with database.transaction(ADMIN) as tx:
        [fault, *_] = await _faults(tx, CRM.replace(old, new))
    assert fault.startswith(f"crm.yaml:{line}: ")
    assert part in fault


async def test_a_slug_that_is_declared_twice_is_refused(database: Database) -> None:
    async with database.transaction(ADMIN) as tx:
        [fault] = await _faults(tx, CRM, CRM)
    assert fault == "crm.yaml:2: slug: crm is declared twice"


async def test_a_text_that_is_no_integration_is_refused(database: Database) -> None:
    async with database.transaction(ADMIN) as tx:
        [fault] = await _faults(tx, "just words")
        [deep] = await _faults(tx, "a: " + "[" * 30 + "]" * 30)
    assert fault == "crm.yaml:1: must be an integration: slug, name, connector, settings …"
    assert "deeply" in deep


async def test_a_circular_file_is_refused(database: Database) -> None:
    async with database.transaction(ADMIN) as tx:
        [fault] = await _faults(tx, "&a [*a]")
    assert "deeply" in fault
