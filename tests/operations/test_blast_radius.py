"""A blast radius says how many people a new mapping changes: exactly where it can, by lot where there are many."""

from dataclasses import replace

from psycopg.types.json import Jsonb

from seatkeeper.core.integrations import EntitlementRule, Integration, MappingRules, SchemaAttribute
from seatkeeper.operations.blast_radius import measure_blast_radius
from seatkeeper.store.database import Database
from tests.operations.integrations_at_hand import ADMIN, an_integration, stored, user_with_account_in


async def people(database: Database, count: int, *, titled: int = 0) -> Integration:
    integration = an_integration()
    async with database.transaction(ADMIN) as tx:
        await stored(tx, integration)
        for number in range(count):
            user_id = await user_with_account_in(tx, integration.id)
            if number < titled:
                document = Jsonb({"title": "Engineer"})
                await tx.connection.execute("UPDATE users SET document = %s WHERE id = %s", [document, user_id])
        await user_with_account_in(tx, integration.id, active=False)
    return integration


def with_attribute(integration: Integration, name: str, expression: str) -> Integration:
    attributes = {**integration.mapping.attributes, name: expression}
    return replace(integration, mapping=replace(integration.mapping, attributes=attributes))


async def test_those_whose_value_differs_are_counted(database: Database) -> None:
    before = await people(database, 5, titled=2)
    radius = await measure_blast_radius(database, before, with_attribute(before, "title", "user.title"))
    assert (radius.people, radius.looked_at, radius.changed, radius.failing) == (5, 5, 2, 0)
    assert radius.is_complete
    assert radius.by_name == {"title": 2}
    assert radius.examples[0].changes[0].after == "Engineer"


async def test_a_mapping_written_in_another_way_changes_nobody(database: Database) -> None:
    before = await people(database, 3)
    after = replace(before, mapping=replace(before.mapping, attributes={"userName": "firstOf(user.userName)"}))
    assert (await measure_blast_radius(database, before, after)).changed == 0


async def test_those_for_whom_the_new_mapping_fails_are_told(database: Database) -> None:
    before = await people(database, 3, titled=1)
    after = with_attribute(before, "title", "user.title.size() / 0")
    radius = await measure_blast_radius(database, before, after)
    assert (radius.changed, radius.failing) == (1, 1)


async def test_entitlements_count_by_their_type(database: Database) -> None:
    before = await people(database, 2)
    rules = (EntitlementRule("role", '["reader"]'),)
    after = replace(before, mapping=replace(before.mapping, entitlements=rules))
    radius = await measure_blast_radius(database, before, after)
    assert radius.by_name == {"entitlement role": 2}


async def test_of_many_people_some_are_looked_at_and_the_rest_is_projected(database: Database) -> None:
    before = await people(database, 10)
    radius = await measure_blast_radius(database, before, with_attribute(before, "a", "'b'"), at_most=4)
    assert (radius.people, radius.looked_at, radius.changed) == (10, 4, 4)
    assert not radius.is_complete
    assert radius.estimate == 10


async def test_sensitive_values_stay_hidden(database: Database) -> None:
    plain = await people(database, 1, titled=1)
    before = replace(plain, schema=(*plain.schema, SchemaAttribute("title", sensitive=True)))
    radius = await measure_blast_radius(database, before, with_attribute(before, "title", "user.title"))
    [example] = radius.examples
    assert "Engineer" not in str(example)


async def test_a_mapping_that_could_not_be_worked_out_before_changes_everybody(database: Database) -> None:
    plain = await people(database, 2)
    before = replace(plain, mapping=MappingRules({"userName": "nonsense("}))
    assert (await measure_blast_radius(database, before, plain)).changed == 2
