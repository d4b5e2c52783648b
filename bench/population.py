"""Filling a store with people and groups quickly, in the shape the SCIM face leaves them in."""

from collections.abc import Mapping, Sequence
from uuid import UUID

import psycopg

from seatkeeper.idps.people import Person

CUSTOM = "urn:example:params:scim:schemas:bench:2.0:User"
"""An extension of an integration's own; everybody has a ``costCentre`` of their own, ``CC-1`` the first."""

_PEOPLE = """
WITH numbered AS (
    SELECT n, 'person' || n || '@example.com' AS name FROM generate_series(%(first)s::int, %(last)s::int) AS n
), made AS (
    INSERT INTO users (id, integration_id, user_name, user_name_key, external_id, active, document,
                       created_at, updated_at)
    SELECT uuidv7(), %(integration)s, name, name, 'ext-' || n, true,
           jsonb_build_object(
               'userName', name, 'externalId', 'ext-' || n, 'active', true, 'displayName', 'Person ' || n,
               'name', jsonb_build_object('givenName', 'Person', 'familyName', 'Number ' || n),
               'emails', jsonb_build_array(jsonb_build_object('type', 'work', 'primary', true, 'value', name)),
               'title', 'Engineer', 'locale', 'en-US',
               %(custom)s::text, jsonb_build_object('costCentre', 'CC-' || n)),
           now(), now()
    FROM numbered RETURNING id, user_name_key
)
INSERT INTO accounts (id, integration_id, user_id, user_name_key, created_at)
SELECT uuidv7(), %(integration)s, id, user_name_key, now() FROM made
"""

_INDEXES = """
SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid) FROM pg_index i
WHERE i.indrelid = ANY (%s::regclass[])
  AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = i.indexrelid)
"""
_MANY = 20_000
"""From so many people on it is quicker to build the indexes anew."""

_ASSIGN = """
WITH person AS (
    SELECT r[1] AS name, r[2] AS given, r[3] AS family, r[4] AS display, r[5] AS title
    FROM (SELECT %(row)s::text[] AS r)
), made AS (
    INSERT INTO users (id, integration_id, user_name, user_name_key, active, document, created_at, updated_at)
    SELECT uuidv7(), %(integration)s, name, lower(name), true,
           jsonb_build_object(
               'userName', name, 'active', true, 'displayName', display, 'title', title,
               'name', jsonb_build_object('givenName', given, 'familyName', family),
               'emails', jsonb_build_array(jsonb_build_object('type', 'work', 'primary', true, 'value', name))),
           now(), now()
    FROM person RETURNING id, user_name_key
), account AS (
    INSERT INTO accounts (id, integration_id, user_id, user_name_key, created_at)
    SELECT uuidv7(), %(integration)s, id, user_name_key, now() FROM made RETURNING id, user_name_key
)
INSERT INTO jobs (id, integration_id, account_id, kind, state, priority, due_at, target, actor, created_at)
SELECT uuidv7(), %(integration)s, id, 'provision', 'queued', 10, now(), user_name_key, 'bench', now() FROM account
"""

_GROUP = """
WITH made AS (
    INSERT INTO groups (id, integration_id, display_name, display_name_key, document, created_at, updated_at)
    SELECT uuidv7(), %(integration)s, name, lower(name), jsonb_build_object('displayName', name), now(), now()
    FROM unnest(%(names)s::text[]) AS name RETURNING id
), mirrored AS (
    INSERT INTO app_groups (id, integration_id, group_id, display_name, created_at)
    SELECT uuidv7(), %(integration)s, id, 'bench', now() FROM made
), joined AS (
    INSERT INTO memberships (group_id, user_id)
    SELECT made.id, chosen.id FROM made CROSS JOIN (
        SELECT id FROM users WHERE integration_id = %(integration)s ORDER BY id LIMIT %(members)s
    ) AS chosen
)
SELECT id::text FROM made
"""


def fill_without_indexes(
    connection: psycopg.Connection, tables: Sequence[str], statement: str, values: Mapping[str, object]
) -> None:
    """Build the indexes of these tables once at the end: a million jobs and events take six minutes with them."""
    indexes = connection.execute(_INDEXES, [list(tables)]).fetchall()
    for name, _ in indexes:
        connection.execute(f"DROP INDEX {name}".encode())
    connection.execute(statement.encode(), values)
    connection.execute("SET maintenance_work_mem = '512MB'")
    for _, definition in indexes:
        connection.execute(definition.encode())


class Population:
    """The people of one integration."""

    def __init__(self, database_url: str, slug: str) -> None:
        self._connection = psycopg.connect(database_url, autocommit=True)
        row = self._connection.execute("SELECT id FROM integrations WHERE slug = %s", [slug]).fetchone()
        assert row is not None
        self._integration = row[0]
        self.size = 0

    def close(self) -> None:
        """Give the connection back."""
        self._connection.close()

    def grow_to(self, size: int) -> None:
        """Add people until there are that many, and let the planner and the indexes settle."""
        first = self.size + 1
        parameters = {"first": first, "last": size, "integration": self._integration, "custom": CUSTOM}
        if size - first > _MANY:
            fill_without_indexes(self._connection, ["users", "accounts"], _PEOPLE, parameters)
        else:
            self._connection.execute(_PEOPLE, parameters)
        self.size = size
        self.settle()

    def settle(self) -> None:
        """Let the planner and the indexes settle, as they do by themselves in time."""
        for table in ("users", "accounts", "memberships"):
            self._connection.execute(f"VACUUM ANALYZE {table}".encode())

    def form_groups(self, names: Sequence[str], members: int) -> list[str]:
        """Make groups with the first people as members and return their ids."""
        rows = self._connection.execute(
            _GROUP, {"integration": self._integration, "names": names, "members": members}
        ).fetchall()
        self._connection.execute("VACUUM ANALYZE memberships")
        return [str(row[0]) for row in rows]

    def count_members(self, group: str, people: Sequence[str]) -> int:
        """Count those of some people who are members of a group."""
        statement = "SELECT count(*) FROM memberships WHERE group_id = %s::uuid AND user_id = ANY (%s::uuid[])"
        [[found]] = self._connection.execute(statement, [group, list(people)]).fetchall()
        return int(found)

    def count_everything(self) -> tuple[int, int]:
        """Count people, and memberships in groups."""
        statement = (
            "SELECT (SELECT count(*) FROM users WHERE integration_id = %(integration)s),"
            " (SELECT count(*) FROM memberships JOIN groups ON groups.id = group_id"
            " WHERE integration_id = %(integration)s)"
        )
        [[people, memberships]] = self._connection.execute(
            statement, {"integration": self._integration}
        ).fetchall()
        return int(people), int(memberships)

    def hundredth_last(self) -> UUID:
        """Give the id of the one behind whom 99 come."""
        statement = "SELECT id FROM users WHERE integration_id = %s ORDER BY id DESC OFFSET 99 LIMIT 1"
        [[found]] = self._connection.execute(statement, [self._integration]).fetchall()
        return UUID(str(found))

    def assign(self, everybody: Sequence[Person]) -> None:
        """Add these people with the job each assignment asks for."""
        rows = [(p.user_name, p.given_name, p.family_name, p.display_name, p.title) for p in everybody]
        with self._connection.cursor() as cursor:
            cursor.executemany(_ASSIGN, [{"integration": self._integration, "row": list(row)} for row in rows])
        self._connection.execute("ANALYZE")

    def seconds_at_work(self) -> float:
        """Tell how long it took from the first job's start to the last one's end."""
        row = self._connection.execute(
            "SELECT extract(epoch FROM max(ended_at) - min(started_at))::float FROM jobs"
            " WHERE integration_id = %s",
            [self._integration],
        ).fetchone()
        assert row is not None
        return float(row[0])

    def people_after(self, members: int) -> list[str]:
        """List the ids of everybody who is in none of the groups ``form_groups`` made."""
        rows = self._connection.execute(
            "SELECT id::text FROM users WHERE integration_id = %s ORDER BY id OFFSET %s",
            [self._integration, members],
        ).fetchall()
        return [str(row[0]) for row in rows]
