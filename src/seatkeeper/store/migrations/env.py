"""Alembic's environment: runs on the connection ``store.migrating`` hands over."""

from alembic import context

from seatkeeper.store.evidence_tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    include_object=lambda _object, name, kind, _reflected, _other: (
        not (kind == "table" and str(name).startswith("procrastinate_"))
    ),
)
with context.begin_transaction():
    context.run_migrations()
