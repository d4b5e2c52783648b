"""PostgreSQL: the only place that knows a table.

``records`` writes and ``queries`` reads, both as prepared SQLAlchemy Core statements run on a psycopg pool
(``docs/decisions/0002-…``). A ``Transaction`` carries the connection, the instant and the origin of a change,
and collects which integrations to wake once it has committed.
"""
