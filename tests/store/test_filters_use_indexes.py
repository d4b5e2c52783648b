"""A look-up among thousands reads the index made for it, and never every user."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from scim2_models.path import ScimFilter
from sqlalchemy import Select, func, select

from seatkeeper.scim.models import Group
from seatkeeper.store.database import Database
from seatkeeper.store.queries.filters import compile_group_filter, compile_user_filter
from seatkeeper.store.queries.listing import Condition
from seatkeeper.store.statements import prepare
from seatkeeper.store.tables import groups, users
from tests.operations.directory_at_hand import Directory, directory_in
from tests.store.filtered import ENTERPRISE, MODEL

pytestmark = pytest.mark.slow

PEOPLE = 4000
_PEOPLE = """
    INSERT INTO users (id, integration_id, user_name, user_name_key, external_id, active, document, created_at,
                       updated_at)
    SELECT uuidv7(), %(integration)s, 'Person-' || n, 'person-' || n, 'x-' || n, n %% 9 > 0,
           jsonb_build_object(
               'userName', 'Person-' || n,
               'title', 'Engineer',
               'emails', jsonb_build_array(jsonb_build_object('type', 'work', 'value', 'Person-' || n || '@x')),
               %(urn)s::text, jsonb_build_object('employeeNumber', 'E' || n)
           ), now(), now()
    FROM generate_series(1, %(people)s) n
"""

USERS = {
    'userName eq "PERSON-77"': "user_names_are_unique_without_case",
    'externalId eq "x-77"': "users_by_external_id",
    'emails[type eq "work"].value eq "person-77@X"': "users_by_any_value",
    'emails.value eq "person-77@x"': "users_by_any_value",
    'emails eq "person-77@x"': "users_by_any_value",
    f'{ENTERPRISE}:employeeNumber eq "e77"': "users_by_any_value",
    'active eq true and emails eq "person-77@x"': "users_by_any_value",
    'userName eq "person-77" or emails eq "person-77@x"': "users_by_any_value",
}
GROUPS = {
    'displayName eq "TEAM 77"': "group_names_are_unique_without_case",
    'externalId eq "g-77"': "groups_by_external_id",
    'members.value eq "{}"': "memberships_by_user",
}


@pytest.fixture
async def here(database: Database, database_url: str) -> Directory:
    """Thousands of people in two integrations, and what PostgreSQL knows of them by ANALYZE."""
    here, elsewhere = await directory_in(database), await directory_in(database, "erp")
    with psycopg.connect(database_url, autocommit=True) as connection:
        for directory in (here, elsewhere):
            connection.execute(
                _PEOPLE, {"integration": directory.integration.id, "urn": ENTERPRISE, "people": PEOPLE}
            )
            connection.execute(
                "INSERT INTO groups (id, integration_id, display_name, display_name_key, external_id, document,"
                " created_at, updated_at) SELECT uuidv7(), %(integration)s, 'Team ' || n, 'team ' || n, 'g-' || n,"
                " '{}', now(), now() FROM generate_series(1, 2000) n",
                {"integration": directory.integration.id},
            )
        connection.execute(
            "INSERT INTO memberships SELECT g.id, u.id FROM (SELECT id, row_number() OVER () n FROM groups) g"
            " JOIN (SELECT id, row_number() OVER () n FROM users) u ON u.n % 2000 = g.n % 2000"
        )
        connection.execute(
            "INSERT INTO nested_groups SELECT a.id, b.id, a.integration_id FROM groups a JOIN groups b"
            " ON b.integration_id = a.integration_id"
            " AND b.external_id = 'g-' || (1 + substr(a.external_id, 3)::int)"
            " WHERE substr(a.external_id, 3)::int % 2 = 0"
        )
        connection.execute("VACUUM ANALYZE")
    return here


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for part in plan.get("Plans", ()):
        yield from _nodes(part)


def _explained(
    url: str, here: Directory, statement: Select[Any], condition: Condition | None = None
) -> tuple[set[str], set[str], int]:
    prepared = prepare(statement)
    values = {} if condition is None else condition.values
    parameters = prepared.values({"integration_id": here.integration.id, **values})
    with psycopg.connect(url) as connection:
        found = len(connection.execute(prepared.sql, parameters).fetchall())
        [[answer]] = connection.execute(b"EXPLAIN (FORMAT JSON) " + prepared.sql, parameters)
    nodes = list(_nodes(answer[0]["Plan"]))
    scanned = {node["Relation Name"] for node in nodes if node["Node Type"] == "Seq Scan"}
    return scanned, {node["Index Name"] for node in nodes if "Index Name" in node}, found


def test_a_look_up_of_a_user_reads_an_index(database_url: str, here: Directory) -> None:
    mine = users.c.integration_id == here.integration.id
    for text, index in USERS.items():
        condition = compile_user_filter(ScimFilter(text).ast, MODEL)
        page = select(users).where(mine, condition.expression).order_by(users.c.id).limit(100).offset(0)
        count = select(func.count()).select_from(users).where(mine, condition.expression)
        for statement in (page, count):
            scanned, indexes, found = _explained(database_url, here, statement, condition)
            assert (scanned, found) == (set(), 1), text
            assert index in indexes, text


def test_a_look_up_of_a_group_reads_an_index(database_url: str, here: Directory) -> None:
    with psycopg.connect(database_url) as connection:
        [[member]] = connection.execute("SELECT user_id FROM memberships LIMIT 1")
    mine = groups.c.integration_id == here.integration.id
    for text, index in GROUPS.items():
        condition = compile_group_filter(ScimFilter(text.format(member)).ast, Group)
        page = select(groups).where(mine, condition.expression).order_by(groups.c.id).limit(100).offset(0)
        scanned, indexes, _ = _explained(database_url, here, page, condition)
        assert scanned == set(), text
        assert index in indexes, text


def test_a_look_up_by_group_reads_no_users_but_its_members_and_those_of_groups_within_it(
    database_url: str, here: Directory
) -> None:
    with psycopg.connect(database_url) as connection:
        [[outer, inner, direct, indirect]] = connection.execute(
            "SELECT n.group_id, n.member_id,"
            " (SELECT count(*) FROM memberships m JOIN users u ON u.id = m.user_id WHERE m.group_id = n.group_id"
            " AND u.integration_id = n.integration_id),"
            " (SELECT count(*) FROM memberships m JOIN users u ON u.id = m.user_id WHERE m.group_id = n.member_id"
            " AND u.integration_id = n.integration_id)"
            " FROM nested_groups n WHERE integration_id = %s LIMIT 1",
            [here.integration.id],
        )
    assert min(direct, indirect) > 0
    mine = users.c.integration_id == here.integration.id
    for text, members in (
        (f'groups.value eq "{outer}"', direct + indirect),
        (f'groups[value eq "{outer}" and type eq "indirect"]', indirect),
        (f'groups[value eq "{inner}" and type eq "direct"]', indirect),
    ):
        condition = compile_user_filter(ScimFilter(text).ast, MODEL)
        page = select(users).where(mine, condition.expression).order_by(users.c.id).limit(100).offset(0)
        scanned, _, found = _explained(database_url, here, page, condition)
        assert ("users" in scanned, found) == (False, members), text


def test_a_late_page_read_by_cursor_starts_where_the_last_one_ended(database_url: str, here: Directory) -> None:
    with psycopg.connect(database_url) as connection:
        [[last]] = connection.execute(
            "SELECT id FROM users WHERE integration_id = %s ORDER BY id OFFSET %s LIMIT 1",
            [here.integration.id, PEOPLE - 50],
        )
    mine = users.c.integration_id == here.integration.id
    page = select(users).where(mine, users.c.id > last).order_by(users.c.id).limit(100)
    scanned, indexes, found = _explained(database_url, here, page)
    assert (scanned, found) == (set(), 49)
    assert indexes <= {"users_in_order", "users_pkey"}


def test_a_page_of_everybody_is_read_in_order_and_not_sorted(database_url: str, here: Directory) -> None:
    mine = users.c.integration_id == here.integration.id
    page = select(users).where(mine).order_by(users.c.id).limit(100).offset(0)
    scanned, indexes, found = _explained(database_url, here, page)
    assert (scanned, found) == (set(), 100)
    assert indexes <= {"users_in_order", "users_pkey"}
