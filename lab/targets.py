"""Two kinds of apps an integration can point at: what to declare for them, and how to read them from outside."""

from collections.abc import Mapping
from typing import Any, Protocol

from lab.company import AppPerson, AppState
from lab.scim2_server import SCIM2Server
from lab.slapd import GROUPS, PASSWORD, PEOPLE, SERVICE_DN, Entry, Slapd

Json = dict[str, Any]


class Target(Protocol):
    """An app and the integration that points at it."""

    slug: str
    title: str
    address: str
    account: str
    """The service account, in words."""

    @property
    def environment(self) -> Mapping[str, str]:
        """The secrets, for the processes that apply the declaration."""
        ...

    def declaration(self, *, leavers: str) -> Json:
        """Say what to put into the YAML file."""
        ...

    def read(self) -> AppState:
        """Read everything the app holds, by means of its own."""
        ...


class SCIMTarget:
    """A tenant of scim2-server."""

    title = "SCIM application (scim2-server)"

    def __init__(self, server: SCIM2Server, slug: str = "crm", tenant: str = "crm") -> None:
        self.slug = slug
        self._server, self._tenant = server, tenant
        self.address = server.base_url(tenant)
        self.account = f"bearer token {server.token}"

    @property
    def environment(self) -> Mapping[str, str]:
        """The app's token."""
        return {"CRM_TOKEN": self._server.token}

    def declaration(self, *, leavers: str) -> Json:
        """Everything by default but the address, the token and the leaver policy."""
        return {
            "slug": self.slug,
            "name": "Customer database",
            "connector": "scim",
            "settings": {"base_url": self.address, "token": {"env": "CRM_TOKEN"}},
            "policy": {"leavers": leavers},
        }

    def read(self) -> AppState:
        """Ask the server itself. It keeps members whose account is gone, so that one left behind is seen."""
        users = self._server.resources(self._tenant, "Users")
        names = {user["id"]: user["userName"] for user in users}
        return AppState(
            people={user["userName"]: _from_scim(user) for user in users},
            groups={
                group["displayName"]: frozenset(
                    names.get(member["value"], f"nobody ({member['value']})")
                    for member in group.get("members") or []
                )
                for group in self._server.resources(self._tenant, "Groups")
            },
        )


class LDAPTarget:
    """A directory of ``slapd``."""

    title = "OpenLDAP directory (slapd)"

    def __init__(self, slapd: Slapd, slug: str = "directory") -> None:
        self.slug = slug
        self._slapd = slapd
        self.address = slapd.tls_url
        self.account = f"{SERVICE_DN}, password {PASSWORD}"

    @property
    def environment(self) -> Mapping[str, str]:
        """The service account's password."""
        return {"DIRECTORY_PASSWORD": PASSWORD}

    def declaration(self, *, leavers: str) -> Json:
        """The directory's places, and what disabling means here."""
        return {
            "slug": self.slug,
            "name": "Company directory",
            "connector": "ldap",
            "settings": {
                "url": self._slapd.tls_url,
                "ca_file": str(self._slapd.ca_file),
                "bind_dn": SERVICE_DN,
                "bind_password": {"env": "DIRECTORY_PASSWORD"},
                "people_base": PEOPLE,
                "groups_base": GROUPS,
                "disable_attribute": "pwdAccountLockedTime",
            },
            "policy": {"leavers": leavers},
        }

    def read(self) -> AppState:
        """Ask the directory with OpenLDAP's own tools."""
        people = self._slapd.people()
        uids = {entry.dn.lower(): uid for uid, entry in people.items()}
        groups = self._slapd.search(GROUPS, "cn", query="(objectClass=groupOfNames)")
        return AppState(
            people={uid: _from_ldap(uid, entry) for uid, entry in people.items()},
            groups={
                name: frozenset(uids.get(dn.lower(), f"nobody ({dn})") for dn in self._slapd.members(name))
                for name in (group.one("cn") for group in groups)
            },
        )


def _from_scim(user: Json) -> AppPerson:
    name = user.get("name") or {}
    return AppPerson(
        user_name=user["userName"],
        given_name=name.get("givenName", ""),
        family_name=name.get("familyName", ""),
        title=user.get("title", ""),
        active=bool(user.get("active")),
    )


def _from_ldap(uid: str, entry: Entry) -> AppPerson:
    return AppPerson(
        user_name=uid,
        given_name=entry.one("givenName"),
        family_name=entry.one("sn"),
        title=entry.one("title"),
        active="pwdAccountLockedTime" not in entry.attributes,
    )
