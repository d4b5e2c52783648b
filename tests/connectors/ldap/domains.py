"""Settings, people and a witness for tests against a domain of Active Directory."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lab.samba import GROUPS, PASSWORD, SERVICE, STAFF, Entry, Samba
from seatkeeper.connectors.ldap.domains import ADSettings
from seatkeeper.core.ids import Uid
from seatkeeper.core.values import Attributes, AttributeValue
from seatkeeper.spi.settings import validate_settings
from seatkeeper.spi.testing import Witnessed

DISABLED = 0x2

_TOLD = ("userPrincipalName", "displayName", "givenName", "sn", "mail", "title", "telephoneNumber", "employeeID")


def settings_for(domain: Samba, **other: Any) -> ADSettings:
    """Make settings that reach the domain over StartTLS, with people and groups."""
    return made({"url": domain.url, "ca_file": str(domain.ca_file), **other})


def made(given: Mapping[str, Any]) -> ADSettings:
    """Make settings of these, and what is the same for every domain of the lab."""
    usual = {"service_account": SERVICE, "bind_password": PASSWORD, "people_base": STAFF, "groups_base": GROUPS}
    return validate_settings(ADSettings, {**usual, **given})


def person(name: str, **other: AttributeValue) -> Attributes:
    """Make somebody."""
    return {"sAMAccountName": name, "displayName": f"Ada {name}", "sn": "Lovelace", "givenName": "Ada", **other}


def flags(entry: Entry) -> int:
    """Give the account's ``userAccountControl``."""
    return int(entry.one("userAccountControl"))


@dataclass(frozen=True, slots=True)
class DomainWitness:
    """Reads people and groups with ``ldapsearch``, as the domain's administrator."""

    domain: Samba

    async def find_accounts(self, name: str) -> Sequence[Witnessed]:
        people = self.domain.people()
        return [self._witnessed(people[found]) for found in people if found == name]

    async def find_members(self, group: Uid) -> frozenset[Uid] | None:
        groups = {entry.guid: entry for entry in self.domain.search(GROUPS, "member", "objectGUID")}
        if group not in groups:
            return None
        uids = {entry.dn: Uid(entry.guid) for entry in self.domain.people().values()}
        return frozenset(uids[dn] for dn in groups[group].texts("member"))

    @staticmethod
    def _witnessed(entry: Entry) -> Witnessed:
        attributes = {name: (entry.texts(name) or (None,))[0] for name in _TOLD}
        attributes["sAMAccountName"] = entry.one("sAMAccountName")
        return Witnessed(Uid(entry.guid), not flags(entry) & DISABLED, attributes)
