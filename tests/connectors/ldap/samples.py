"""People and groups for the tests of this package, and what ldapsearch says of them."""

from lab.slapd import GROUPS, PEOPLE
from seatkeeper.core.values import Attributes


def person(uid: str, **other: str) -> Attributes:
    """Make somebody."""
    return {"uid": uid, "cn": f"Ada {uid}", "sn": "Lovelace", "givenName": "Ada", **other}


def person_ldif(rdn: str, **other: str) -> str:
    """Write somebody whom others made; ``rdn`` as it is to stand in the DN."""
    attribute, _, value = rdn.partition("=")
    given = {"cn": "Ada", "sn": "Lovelace", attribute: value, **other}
    lines = [f"dn: {rdn},{PEOPLE}", "objectClass: inetOrgPerson"]
    return "\n".join([*lines, *(f"{name}: {each}" for name, each in given.items())]) + "\n\n"


def group_ldif(name: str, *members: str) -> str:
    """Write a group that others made."""
    lines = [f"dn: cn={name},{GROUPS}", "objectClass: groupOfNames", f"cn: {name}"]
    return "\n".join([*lines, *(f"member: {each}" for each in members)]) + "\n\n"
