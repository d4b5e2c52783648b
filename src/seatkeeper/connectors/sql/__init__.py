"""The connectors ``sql`` and ``database-users``: what a database holds, and who may use it.

``tables`` is table mode: accounts are rows, described by settings and checked against the database.
``statements`` is statement mode: an app's manifest says in SQL what each ability does. ``users`` administers the
users of PostgreSQL and MariaDB themselves. All run plain functions in transactions of ``databases``; ``refusals``
reads what goes wrong.
"""

from seatkeeper.connectors.sql.statements import adapt
from seatkeeper.connectors.sql.tables.sessions import connect
from seatkeeper.connectors.sql.tables.settings import TableSettings
from seatkeeper.core.integrations import MappingRules
from seatkeeper.spi.connector import Connector

connector = Connector(
    name="sql",
    title="Database table",
    description="The accounts in a table of PostgreSQL, MariaDB, MySQL or SQLite.",
    settings=TableSettings,
    connect=connect,
    adapt=adapt,
    mapping=MappingRules(
        attributes={
            "login": "user.userName",
            "email": 'firstOf(valueOf(user.emails, "work"), valueOf(user.emails))',
        },
        join=("login", "email"),
        required=("login",),
    ),
)
