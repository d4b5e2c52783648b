"""The ``files`` connector: a file of accounts that an app picks up, on a disk or over SFTP.

Who was handed over, and how, stands in a ledger beside the files; a batch of changes becomes its next edition
in one act, with the file for the app ready by then. What is read is what was handed over, which proves nothing,
or what the app's own return file shows.
"""

from seatkeeper.connectors.files.sessions import connect
from seatkeeper.connectors.files.settings import FilesSettings
from seatkeeper.core.integrations import MappingRules
from seatkeeper.spi.connector import Connector

connector = Connector(
    name="files",
    title="Files (CSV, JSON Lines, fixed columns)",
    description="A file of accounts that an app picks up, on Seatkeeper's disk or over SFTP.",
    settings=FilesSettings,
    connect=connect,
    mapping=MappingRules(
        attributes={
            "userName": "user.userName",
            "givenName": "user.name.givenName",
            "familyName": "user.name.familyName",
            "displayName": (
                "firstOf(user.displayName, user.name.formatted,"
                ' [user.name.givenName, user.name.familyName].join(" "), user.userName)'
            ),
            "email": 'firstOf(valueOf(user.emails, "work"), valueOf(user.emails))',
            "title": "user.title",
            "department": "user.enterprise.department",
            "employeeNumber": "user.enterprise.employeeNumber",
        },
        join=("userName",),
        required=("userName",),
    ),
)
