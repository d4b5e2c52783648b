"""The ``ldap`` and ``ad`` connectors: people and groups of a directory, of OpenLDAP or of Active Directory.

An account is known by an id that survives every rename. Only what changes is written, memberships are added and
taken away one by one, and what is read is compared again on our side. ``protocol`` speaks LDAP; what differs
between directory servers stands in ``dialects`` and ``active_directory``, as data.
"""

from seatkeeper.connectors.ldap.domains import ADSettings
from seatkeeper.connectors.ldap.sessions import connect
from seatkeeper.connectors.ldap.settings import LDAPSettings
from seatkeeper.core.integrations import MappingRules
from seatkeeper.spi.connector import Connector

_FULL_NAME = (
    'firstOf(user.displayName, user.name.formatted, [user.name.givenName, user.name.familyName].join(" "),'
    " user.userName)"
)

connector = Connector(
    name="ldap",
    title="LDAP directory (OpenLDAP)",
    description="The people and groups of a directory, over LDAP.",
    settings=LDAPSettings,
    connect=connect,
    mapping=MappingRules(
        attributes={
            "uid": "user.userName",
            "cn": _FULL_NAME,
            "sn": "firstOf(user.name.familyName, user.userName)",
            "givenName": "user.name.givenName",
            "displayName": _FULL_NAME,
            "mail": 'firstOf(valueOf(user.emails, "work"), valueOf(user.emails))',
            "telephoneNumber": 'firstOf(valueOf(user.phoneNumbers, "work"), valueOf(user.phoneNumbers))',
            "title": "user.title",
            "departmentNumber": "user.enterprise.department",
            "employeeNumber": "user.enterprise.employeeNumber",
        },
        join=("employeeNumber", "uid", "mail"),
        required=("uid", "cn", "sn"),
    ),
)

active_directory = Connector(
    name="ad",
    title="Active Directory",
    description="The users and groups of a domain, on Windows or Samba.",
    settings=ADSettings,
    connect=connect,
    mapping=MappingRules(
        attributes={
            "sAMAccountName": 'user.userName.split("@")[0]',
            "userPrincipalName": 'user.userName.contains("@") ? user.userName : null',
            "displayName": _FULL_NAME,
            "givenName": "user.name.givenName",
            "sn": "user.name.familyName",
            "mail": 'firstOf(valueOf(user.emails, "work"), valueOf(user.emails))',
            "telephoneNumber": 'firstOf(valueOf(user.phoneNumbers, "work"), valueOf(user.phoneNumbers))',
            "title": "user.title",
            "department": "user.enterprise.department",
            "employeeID": "user.enterprise.employeeNumber",
        },
        join=("employeeID", "userPrincipalName", "mail"),
        required=("sAMAccountName", "displayName"),
    ),
)
