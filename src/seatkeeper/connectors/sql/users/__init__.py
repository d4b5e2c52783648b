"""The connector ``database-users``: who may sign in to a PostgreSQL or MariaDB server, and in which roles.

People's own means let them in (certificates, Kerberos, LDAP, a password they set), so no password is ever chosen
or read here. Superusers, the server's own users and the service account itself are neither listed nor touched.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from seatkeeper.connectors.sql.addresses import POSTGRESQL
from seatkeeper.connectors.sql.databases import Database
from seatkeeper.connectors.sql.users.accounts import MariaDBUsers, PostgreSQLUsers
from seatkeeper.connectors.sql.users.servers import NAME
from seatkeeper.connectors.sql.users.settings import UserSettings
from seatkeeper.core.integrations import MappingRules
from seatkeeper.spi.connector import Connector, Session


@asynccontextmanager
async def connect(settings: UserSettings) -> AsyncIterator[Session]:
    """Open a session; the first call opens the first connection."""
    database = Database(settings)
    kind = PostgreSQLUsers if settings.address.dialect == POSTGRESQL else MariaDBUsers
    try:
        yield kind(database, settings)
    finally:
        await database.close()


connector = Connector(
    name="database-users",
    title="Database users",
    description="Who may sign in to a PostgreSQL or MariaDB server, and in which roles.",
    settings=UserSettings,
    connect=connect,
    mapping=MappingRules(attributes={NAME: "user.userName"}, join=(NAME,), required=(NAME,)),
)
