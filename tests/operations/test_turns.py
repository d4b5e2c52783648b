"""Changes that want each other's names, values and members at once wait in line, and never for one another."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from random import Random
from typing import Any

import pytest

from seatkeeper.core.errors import AlreadyExistsError, InvalidValueError, NotFoundError
from seatkeeper.core.integrations import SchemaAttribute
from seatkeeper.core.users import Group, MembersChange, User
from seatkeeper.operations.groups import GroupChange, change_group, delete_group
from seatkeeper.store.database import Database
from tests.operations.directory_at_hand import BY_GROUPS, IDP, Directory, directory_in, group_draft

ANSWERS = {User, Group, type(None), AlreadyExistsError, NotFoundError, InvalidValueError}
"""How a wish may end. A deadlock would be told as a database that is away."""

Wish = Callable[[], Awaitable[object]]

pytestmark = pytest.mark.slow


@pytest.fixture
async def here(database_url: str) -> AsyncIterator[Directory]:
    """An integration whose jobs depend on groups, with a unique title and many connections."""
    database = Database(database_url, size=24, clock=lambda: datetime.now(UTC), patience=240)
    await database.open()
    directory = await directory_in(database, mapping=BY_GROUPS)
    schema = (*directory.integration.schema, SchemaAttribute("title", unique=True))
    yield replace(directory, integration=replace(directory.integration, schema=schema))
    await database.close()


async def _rename_group(here: Directory, group: Group, name: str, add: User | None = None) -> Group:
    members = MembersChange(frozenset() if add is None else frozenset({add.id}))
    async with here.database.transaction(IDP) as tx:
        return await change_group(
            tx, here.integration, group.id, lambda _: GroupChange(group_draft(name), members)
        )


async def _delete_group(here: Directory, group: Group) -> None:
    async with here.database.transaction(IDP) as tx:
        await delete_group(tx, here.integration, group.id)


async def _all_at_once(wishes: list[Wish], seed: int) -> list[Any]:
    Random(seed).shuffle(wishes)
    answers = await asyncio.gather(*(wish() for wish in wishes), return_exceptions=True)
    assert {type(answer) for answer in answers} <= ANSWERS, answers
    return answers


async def test_people_who_trade_names_and_titles_do_not_block_each_other(here: Directory) -> None:
    people = [await here.create(f"person-{n}", title=f"title-{n}") for n in range(8)]

    def trade(one: User, other: User) -> list[Wish]:
        return [
            lambda: here.change(one, userName=other.user_name, title=other.document["title"]),
            lambda: here.change(one, userName=f"away-{one.id}", title=f"away-{one.id}"),
        ]

    wishes = [wish for one in people for other in people if one is not other for wish in trade(one, other)]
    await _all_at_once(wishes, 1)
    rows = await here.rows("users")
    claims = await here.rows("unique_values", attribute="title")
    assert len({row["user_name"] for row in rows}) == len({row["document"]["title"] for row in rows}) == 8
    assert {row["user_id"] for row in claims} == {row["id"] for row in rows}


async def test_groups_that_trade_names_do_not_block_each_other(here: Directory) -> None:
    people = [await here.create(f"person-{n}") for n in range(6)]
    groups = [await here.create_group(f"group-{n}", *people[n:]) for n in range(6)]
    wishes: list[Wish] = []
    for one in groups:
        for other, person in zip(groups, people, strict=True):
            wishes += [
                partial(_rename_group, here, one, other.display_name, person),
                partial(_rename_group, here, one, f"away-{one.id}", person),
            ]
    await _all_at_once(wishes, 2)
    assert len({row["display_name"] for row in await here.rows("groups")}) == 6


async def test_leavers_of_a_group_and_groups_that_want_its_name_do_not_block_each_other(here: Directory) -> None:
    people = [await here.create(f"person-{n}") for n in range(48)]
    await here.create_group("Crowd", *people)
    others = [await here.create_group(f"group-{n}") for n in range(48)]
    wishes: list[Wish] = []
    for person, other in zip(people, others, strict=True):
        wishes += [partial(here.delete, person), partial(_rename_group, here, other, "Crowd", person)]
    await _all_at_once(wishes, 3)
    assert await here.rows("users") == await here.rows("memberships") == []


async def test_leavers_and_groups_that_take_them_in_and_go_do_not_block_each_other(here: Directory) -> None:
    people = [await here.create(f"person-{n}") for n in range(24)]
    groups = [await here.create_group(f"group-{n}") for n in range(24)]
    wishes: list[Wish] = []
    for person, group in zip(people, groups, strict=True):
        wishes += [
            *(partial(here.change_members, group, add=(other,)) for other in people[:6]),
            partial(here.delete, person),
            partial(_delete_group, here, group),
        ]
    await _all_at_once(wishes, 4)
    assert await here.rows("users") == await here.rows("groups") == await here.rows("memberships") == []


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
async def test_whatever_is_asked_for_at_once_is_answered(here: Directory, seed: int) -> None:
    chance = Random(seed)
    people = [await here.create(f"person-{n}", title=f"title-{n}") for n in range(24)]
    groups = [await here.create_group(f"group-{n}", *chance.sample(people, 8)) for n in range(6)]

    def a_wish() -> Wish:
        user, other, third = chance.sample(people, 3)
        group, another = chance.sample(groups, 2)
        number = chance.randrange(24)
        return chance.choice(
            [
                lambda: here.change(user, userName=other.user_name),
                lambda: here.change(user, userName=f"new-{number}", title=f"title-{number}"),
                lambda: here.change(user, displayName=f"New {number}"),
                lambda: here.create(f"person-{number}", title=f"title-{24 - number}"),
                lambda: here.change_members(group, add=(user, third), remove=(other,)),
                lambda: here.change_members(group, add=(user, other), replace=True),
                lambda: _rename_group(here, group, another.display_name, user),
                lambda: _rename_group(here, group, f"group-{number % 9}", third),
                lambda: here.create_group(f"group-{number % 9}", user, third),
            ]
        )

    removals: list[Wish] = [partial(here.delete, user) for user in people[:12]]
    removals += [partial(_delete_group, here, group) for group in groups[:3]]
    await _all_at_once([*(a_wish() for _ in range(400)), *removals], seed)
    assert not {row["id"] for row in await here.rows("users")} & {user.id for user in people[:12]}
