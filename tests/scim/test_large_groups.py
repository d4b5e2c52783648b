"""All members of a group are shown once, however many there are."""

from uuid import UUID

import pytest

from seatkeeper.core.integrations import Integration
from seatkeeper.scim.streams import STRETCH
from seatkeeper.store.database import Database
from tests.scim.idp import GROUP, IdP

_PEOPLE = """
    WITH people AS (
        INSERT INTO users (id, integration_id, user_name, user_name_key, active, document, created_at, updated_at)
        SELECT uuidv7(), %(integration)s, 'p' || n, 'p' || n, true, '{}', now(), now()
        FROM generate_series(1, %(people)s) n RETURNING id
    )
    INSERT INTO memberships SELECT %(group)s, id FROM people RETURNING user_id::text
"""


@pytest.mark.parametrize("people", [2 * STRETCH, 2 * STRETCH + 1])
@pytest.mark.proves("RFC 7644 §3.4.1", "a group of any size is shown with all its members")
async def test_a_large_group_is_shown_with_everybody_and_every_group_within_it(
    database: Database, idp: IdP, integration: Integration, people: int
) -> None:
    inner = await idp.group("Inner")
    group = await idp.group("Everybody", inner)
    async with database.read() as reader:
        values = {"integration": integration.id, "group": UUID(group["id"]), "people": people}
        rows = await (await reader.connection.execute(_PEOPLE, values)).fetchall()
    everybody = {row["user_id"] for row in rows} | {inner["id"]}
    answer = await idp.get(f"/Groups/{group['id']}")
    shown = answer.json()
    assert answer.headers["content-type"] == "application/scim+json"
    assert (shown["schemas"], shown["displayName"]) == ([GROUP], "Everybody")
    assert answer.headers["etag"] == shown["meta"]["version"]
    assert len(shown["members"]) == len(everybody)
    assert {member["value"] for member in shown["members"]} == everybody
    assert shown["members"][-1]["type"] == "Group"
    some = await idp.read(f"/Groups/{group['id']}?attributes=members.value")
    assert {key for member in some["members"] for key in member} == {"value"}
    assert "displayName" not in some
    assert (await idp.read(f"/Groups/{group['id']}?excludedAttributes=members")).keys().isdisjoint({"members"})
