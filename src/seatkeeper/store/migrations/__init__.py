"""Alembic migrations, run by ``store.migrating``; each is safe for the code of the release before."""
