"""The ``scim`` connector: any app with a SCIM 2.0 API (RFC 7643, RFC 7644).

It asks the app what it can do and believes the answer only as far as it must: discovery is optional, every hit
of a look-up is compared on our side, and an app's known misbehaviour is met where it happens, with its name.
"""

from seatkeeper.connectors.scim.paths import ENTERPRISE_USER
from seatkeeper.connectors.scim.sessions import connect
from seatkeeper.connectors.scim.settings import SCIMSettings
from seatkeeper.core.integrations import MappingRules
from seatkeeper.spi.connector import Connector

_FULL_NAME = (
    'firstOf(user.name.formatted, [user.name.givenName, user.name.familyName].join(" "), user.displayName)'
)

connector = Connector(
    name="scim",
    title="SCIM 2.0",
    description="Any app that offers a SCIM 2.0 API for its users and groups.",
    settings=SCIMSettings,
    connect=connect,
    mapping=MappingRules(
        attributes={
            "userName": "user.userName",
            "externalId": "user.externalId",
            "name.givenName": "user.name.givenName",
            "name.familyName": "user.name.familyName",
            "name.formatted": _FULL_NAME,
            "displayName": f"firstOf(user.displayName, {_FULL_NAME})",
            "emails": 'firstOf(valueOf(user.emails, "work"), valueOf(user.emails))',
            "title": "user.title",
            f"{ENTERPRISE_USER}:department": "user.enterprise.department",
        },
        join=("userName", "emails"),
        required=("userName",),
    ),
)
