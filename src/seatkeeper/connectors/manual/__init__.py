"""The connector ``manual``: an app that nothing but a person can administer.

It can do nothing, so every step of every plan becomes a task, in the same job. What it adds is how such a step is
to be seen to: instructions, by when, by whom, and whether another person has to look at it.
"""

from seatkeeper.connectors.manual.sessions import connect
from seatkeeper.connectors.manual.settings import ManualSettings
from seatkeeper.core.integrations import MappingRules
from seatkeeper.spi.connector import Connector

_FULL_NAME = (
    'firstOf(user.displayName, user.name.formatted, [user.name.givenName, user.name.familyName].join(" "),'
    " user.userName)"
)

connector = Connector(
    name="manual",
    title="By hand, by a person",
    description="An app without any interface: what is to be done in it becomes tasks for people.",
    settings=ManualSettings,
    connect=connect,
    mapping=MappingRules(
        attributes={
            "login": "user.userName",
            "name": _FULL_NAME,
            "email": 'firstOf(valueOf(user.emails, "work"), valueOf(user.emails))',
            "department": "user.enterprise.department",
        },
        join=("login",),
        required=("login",),
    ),
)
