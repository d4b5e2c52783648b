"""Groups within groups, in circles too, and people who are waited for, all changed at once: nothing is lost."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from functools import partial
from random import Random

import pytest

from seatkeeper.core.errors import AlreadyExistsError, NotFoundError
from seatkeeper.core.ids import GroupId, UserId
from seatkeeper.core.users import Group, MembersChange, User
from seatkeeper.operations.arrivals import Arrivals
from seatkeeper.operations.groups import GroupChange, change_group, change_members, delete_group
from seatkeeper.operations.users import Arrived
from seatkeeper.store.database import Database
from seatkeeper.store.deadlocks import undeterred
from tests.operations.directory_at_hand import BY_GROUPS, IDP, Directory, directory_in, group_draft, user_draft

ANSWERS = {User, Arrived, Group, type(None), AlreadyExistsError, NotFoundError}

Wish = Callable[[], Awaitable[object]]


async def _change(here: Directory, group: Group, members: MembersChange) -> Group:
    async with here.database.transaction(IDP) as tx:
        return await change_members(tx, here.integration, group.id, members)


async def _rename(here: Directory, group: Group, name: str) -> Group:
    async with here.database.transaction(IDP) as tx:
        return await change_group(tx, here.integration, group.id, lambda _: GroupChange(group_draft(name)))


async def _delete(here: Directory, group: Group) -> None:
    async with here.database.transaction(IDP) as tx:
        await delete_group(tx, here.integration, group.id)


@pytest.mark.slow
async def test_whatever_is_asked_for_at_once_is_done(database_url: str) -> None:
    database = Database(database_url, size=16, clock=lambda: datetime.now(UTC), patience=240)
    await database.open()
    here = await directory_in(database, mapping=BY_GROUPS)
    chance, arrivals = Random(5), Arrivals(database)
    people = [await here.create(f"person-{n}") for n in range(12)]
    groups = [await here.create_group(f"group-{n}", *chance.sample(people, 4)) for n in range(8)]

    def a_wish() -> Wish:
        one, other = chance.sample(groups, 2)
        both: frozenset[UserId | GroupId] = frozenset({other.id, chance.choice(people).id})
        number = chance.randrange(20)
        named = frozenset({f"new-{number}", f"x-{number + 1}"})
        draft = user_draft(f"new-{number}", externalId=f"x-{number}")
        possible: list[Wish] = [
            partial(_change, here, one, MembersChange(both)),
            partial(_change, here, one, MembersChange(remove=both)),
            partial(_change, here, one, MembersChange(both, replace=True)),
            partial(_change, here, one, MembersChange(add_named=named)),
            partial(_rename, here, one, f"name-{number % 4}"),
            partial(arrivals.take_in, IDP, here.integration, draft),
            partial(here.change, chance.choice(people), userName=f"new-{number}"),
        ]
        return chance.choice(possible)

    wishes: list[Wish] = [
        *(a_wish() for _ in range(60)),
        partial(_delete, here, groups[0]),
        partial(here.delete, people[0]),
    ]
    answers = await asyncio.gather(*(undeterred(wish) for wish in wishes), return_exceptions=True)
    assert {type(answer) for answer in answers} <= ANSWERS, answers
    names = {row["user_name_key"] for row in await here.rows("users")}
    names |= {row["external_id"] for row in await here.rows("users")}
    assert not names & {row["value"] for row in await here.rows("waiting_members")}
    await database.close()
