"""What has to hold of every database, whatever is administered in it (``spi.connector.Stage``)."""

from collections.abc import Sequence
from contextlib import suppress
from functools import partial

import sqlalchemy as sa

from seatkeeper.connectors.sql.addresses import MARIADB, POSTGRESQL
from seatkeeper.connectors.sql.databases import Database
from seatkeeper.spi.connector import Stage
from seatkeeper.spi.errors import CredentialsRefusedError


def connection_stages(database: Database) -> Sequence[Stage]:
    """List them, in the order in which each rests on the one before."""
    if database.address.is_file:
        return [Stage("The file is there", database.reach), Stage("It is a database", partial(_open, database))]
    stages = [Stage("The database can be reached", database.reach)]
    if database.address.dialect in {POSTGRESQL, MARIADB} and not database.settings.allow_plaintext:
        stages.append(Stage("It is encrypted, and the certificate is trusted", partial(_encrypt, database)))
    return [*stages, Stage("The service account can sign in", partial(_sign_in, database))]


async def _open(database: Database) -> str:
    await database.read(lambda connection: connection.exec_driver_sql("PRAGMA schema_version").scalar(), "open it")
    return ""


async def _sign_in(database: Database) -> str:
    await database.read(lambda connection: connection.execute(sa.select(1)).scalar(), "let the service account in")
    return f"as {database.account}"


async def _encrypt(database: Database) -> str:
    with suppress(CredentialsRefusedError):  # told over the encrypted connection, and by the next stage
        await _sign_in(database)
    return str(database.address)
