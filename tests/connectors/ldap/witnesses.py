"""Reading a directory by OpenLDAP's own tools, for the conformance suite."""

from collections.abc import Sequence
from dataclasses import dataclass

from lab.slapd import GROUPS, Slapd
from seatkeeper.core.ids import Uid
from seatkeeper.spi.testing import Witnessed

_TOLD = (
    "cn",
    "sn",
    "givenName",
    "displayName",
    "mail",
    "title",
    "telephoneNumber",
    "description",
    "employeeNumber",
)


@dataclass(frozen=True, slots=True)
class SlapdWitness:
    """Reads people and groups with ``ldapsearch``."""

    directory: Slapd

    async def find_accounts(self, name: str) -> Sequence[Witnessed]:
        return [
            Witnessed(
                Uid(entry.one("entryUUID")),
                "pwdAccountLockedTime" not in entry.attributes,
                {"uid": uid, **{each: self._value(entry.attributes.get(each, ())) for each in _TOLD}},
            )
            for uid, entry in self.directory.people().items()
            if uid == name
        ]

    async def find_members(self, group: Uid) -> frozenset[Uid] | None:
        found = self.directory.search(GROUPS, "cn", query=f"(entryUUID={group})")
        if not found:
            return None
        uids = {entry.dn: Uid(entry.one("entryUUID")) for entry in self.directory.people().values()}
        return frozenset(uids[dn] for dn in self.directory.members(found[0].one("cn")))

    @staticmethod
    def _value(values: tuple[str, ...]) -> str | tuple[str, ...] | None:
        if not values:
            return None
        return values[0] if len(values) == 1 else values
