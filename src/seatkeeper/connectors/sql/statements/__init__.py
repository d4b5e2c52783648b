"""Statement mode: an app's manifest says in SQL what reading, creating and every other ability does."""

from seatkeeper.connectors.sql.statements.sessions import adapt

__all__ = ["adapt"]
