"""A crowd at one group waits for its turn, and keeps nobody else from the database."""

import asyncio
from uuid import UUID

import pytest

from seatkeeper.store.database import Database
from tests.scim.idp import IdP

CROWD, PATIENCE = 60, 30.0


@pytest.mark.slow
async def test_others_are_answered_while_a_crowd_waits_for_one_group(database: Database, idp: IdP) -> None:
    group, people = await idp.group(), [await idp.user(f"person-{number}") for number in range(CROWD)]
    async with database.read() as reader, reader.connection.transaction():
        held = "SELECT FROM groups WHERE id = %s FOR UPDATE"
        await reader.connection.execute(held, [UUID(group["id"])])
        crowd = [
            asyncio.create_task(
                idp.patch(group, {"op": "add", "path": "members", "value": [{"value": each["id"]}]})
            )
            for each in people
        ]
        async with asyncio.timeout(PATIENCE):
            for person in people:
                assert (await idp.read(f"/Users/{person['id']}"))["userName"] == person["userName"]
        assert not any(answer.done() for answer in crowd)
    assert {answer.status_code for answer in await asyncio.gather(*crowd)} == {200}
    shown = await idp.read(f"/Groups/{group['id']}")
    assert {each["value"] for each in shown["members"]} == {each["id"] for each in people}
