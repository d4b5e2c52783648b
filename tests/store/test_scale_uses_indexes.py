"""What the SCIM face does all day reads a handful of rows, however many people there are and wait.

Each is done so often that PostgreSQL keeps a plan made for any values, and what was read is counted.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

import psycopg
import pytest
from scim2_models.path import ScimFilter

from seatkeeper.core.users import Group, MembersChange
from seatkeeper.operations.groups import change_members
from seatkeeper.operations.users import create_user
from seatkeeper.store.database import Database, Transaction
from seatkeeper.store.queries.filters import compile_user_filter
from seatkeeper.store.queries.listing import ListQuery, Place
from seatkeeper.store.queries.users import list_users, list_users_after
from seatkeeper.store.records.waiting import list_wants
from tests.operations.directory_at_hand import IDP, Directory, directory_in, user_draft
from tests.store.filtered import BADGE, MODEL

pytestmark = pytest.mark.slow

PEOPLE, OFTEN = 6000, 8
VERY_OFTEN = 14
"""PostgreSQL decides at the sixth time whether to plan anew, and psycopg leaves planning to it at the fifth."""
_PEOPLE = """
    INSERT INTO users (id, integration_id, user_name, user_name_key, external_id, active, document, created_at,
                       updated_at)
    SELECT uuidv7(), %(integration)s, 'person-' || n, 'person-' || n, 'x-' || n, true,
           jsonb_build_object(
               'emails', jsonb_build_array(jsonb_build_object('type', 'work', 'value', 'person-' || n || '@x')),
               %(urn)s::text, jsonb_build_object('code', 'C-' || n)
           ), now(), now()
    FROM generate_series(1, %(people)s) n
"""
_MEMBERS = """
    INSERT INTO memberships SELECT %(group)s, id FROM users WHERE integration_id = %(integration)s
    ORDER BY id LIMIT %(people)s - 100
"""
_WAITING = """
    INSERT INTO waiting_members (group_id, value, integration_id, value_key, since)
    SELECT %(group)s, 'late-' || n, %(integration)s, 'late-' || n, now() FROM generate_series(1, %(people)s) n
"""
_READ = """
    SELECT relname, seq_scan, coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0) AS read
    FROM pg_stat_xact_user_tables WHERE relname IN ('users', 'memberships', 'waiting_members')
"""


@pytest.fixture
async def here(database: Database, database_url: str) -> Directory:
    """An integration of thousands."""
    here = await directory_in(database)
    group = await here.create_group("Everybody")
    values = {"integration": here.integration.id, "group": group.id, "urn": BADGE, "people": PEOPLE}
    with psycopg.connect(database_url, autocommit=True) as connection:
        for statement in (_PEOPLE, _MEMBERS, _WAITING, "VACUUM ANALYZE users, memberships, waiting_members"):
            connection.execute(statement.encode(), values if "%" in statement else None)
    return here


@asynccontextmanager
async def _few_are_read(here: Directory, most: int) -> AsyncIterator[Transaction]:
    """Count the rows read of each table in a transaction."""
    async with here.database.transaction(IDP) as tx:
        yield tx
        rows = await (await tx.connection.execute(_READ)).fetchall()
    assert rows
    assert all(row["seq_scan"] == 0 and row["read"] <= most for row in rows), rows


async def _group(here: Directory) -> Group:
    row = await here.row("groups")
    return Group(row["id"], "Everybody", None, {}, row["version"], row["created_at"], row["updated_at"])


@pytest.mark.parametrize(
    "text",
    [
        'userName eq "PERSON-{}"',
        'externalId eq "x-{}"',
        'emails[type eq "work"].value eq "person-{}@x"',
        f'{BADGE}:code eq "C-{{}}"',
    ],
)
async def test_each_look_up_reads_whom_it_finds(here: Directory, text: str) -> None:
    async with _few_are_read(here, most=4 * VERY_OFTEN) as tx:
        for number in range(1, VERY_OFTEN + 1):
            condition = compile_user_filter(ScimFilter(text.format(number * 400)).ast, MODEL)
            page = await list_users(tx, here.integration.id, ListQuery(condition))
            assert [user.external_id for user in page.items] == [f"x-{number * 400}"]
        cursor = await tx.connection.execute("SELECT max(generic_plans) AS kept FROM pg_prepared_statements")
        row = await cursor.fetchone()
    assert row is not None
    assert row["kept"], "each look-up was planned anew, which costs more than it"


async def test_each_page_behind_a_place_reads_its_own_rows(here: Directory) -> None:
    everybody = await here.rows("users")
    async with _few_are_read(here, most=OFTEN * 101) as tx:
        for number in range(1, OFTEN + 1):
            last = everybody[number * 700]
            found = await list_users_after(
                tx, here.integration.id, ListQuery(count=100), Place(UUID(str(last["id"])))
            )
            assert found.items[0].id == everybody[number * 700 + 1]["id"]


async def test_a_member_comes_and_goes_without_a_look_at_the_others(here: Directory) -> None:
    group, everybody = await _group(here), await here.rows("users")
    async with _few_are_read(here, most=OFTEN * 12) as tx:
        for user in everybody[-OFTEN:]:
            await change_members(tx, here.integration, group.id, MembersChange(add=frozenset([user["id"]])))
        for user in everybody[:OFTEN]:
            await change_members(tx, here.integration, group.id, MembersChange(remove=frozenset([user["id"]])))
    assert len(await here.rows("memberships")) == PEOPLE - 100


async def test_a_member_is_looked_for_by_other_names_without_a_look_at_everybody(here: Directory) -> None:
    group = await _group(here)
    async with _few_are_read(here, most=OFTEN * 12) as tx:
        for number in range(OFTEN):
            named = frozenset([f"x-{PEOPLE - number}", f"PERSON-{PEOPLE - 50 - number}", f"nobody-{number}"])
            await change_members(tx, here.integration, group.id, MembersChange(add_named=named))
    assert len(await here.rows("memberships")) == PEOPLE - 100 + 2 * OFTEN


async def test_who_arrives_is_looked_for_among_the_awaited_by_name(here: Directory) -> None:
    async with _few_are_read(here, most=OFTEN * 12) as tx:
        for number in range(OFTEN):
            await create_user(tx, here.integration, user_draft(f"new-{number}", externalId=f"late-{number + 90}"))
            assert await list_wants(tx, here.integration.id, ["nobody"], [f"late-{number + 1000}"])
            assert not await list_wants(tx, here.integration.id, ["nobody"], ["nobody"])
    assert len(await here.rows("waiting_members")) == PEOPLE - OFTEN
