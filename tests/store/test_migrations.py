"""A migrated database has exactly the tables the code speaks of."""

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import NullPool, create_engine, make_url

from seatkeeper.store.evidence_tables import metadata
from seatkeeper.store.migrating import migrate
from seatkeeper.store.revisions import SCRIPTS, is_current, is_sufficient, newest_revision


def test_a_migrated_database_holds_the_tables_of_the_code(database_url: str) -> None:
    engine = create_engine(make_url(database_url).set(drivername="postgresql+psycopg"), poolclass=NullPool)
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={"include_object": lambda _o, name, *_: not str(name).startswith("procrastinate_")},
        )
        assert compare_metadata(context, metadata) == []


def test_migrating_twice_changes_nothing(database_url: str) -> None:
    before, after = migrate(database_url)
    assert before == after
    assert is_current(database_url)


def test_the_newest_revision_is_the_one_alembic_goes_to() -> None:
    assert ScriptDirectory(str(SCRIPTS)).get_current_head() == newest_revision()


def test_a_database_of_a_newer_release_is_good_enough_and_an_empty_one_is_not() -> None:
    assert is_sufficient("9999")
    assert not is_sufficient(None)
