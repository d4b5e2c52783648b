"""Reading the company's tables by drivers alone, for the conformance suite."""

from collections.abc import Sequence
from dataclasses import dataclass

from seatkeeper.core.ids import Uid
from seatkeeper.spi.testing import Witnessed
from tests.connectors.sql.servers import Company

_TOLD = ("login", "email", "full name", "order", "department", "level", "country")


@dataclass(frozen=True, slots=True)
class TableWitness:
    """Reads people and teams."""

    company: Company

    async def find_accounts(self, name: str) -> Sequence[Witnessed]:
        columns = ", ".join(f'"{each}"' for each in _TOLD)
        found = self.company.rows(f"SELECT id, status, {columns} FROM people WHERE login = %s", name)
        return [
            Witnessed(Uid(str(own)), status == "active", dict(zip(_TOLD, values, strict=True)))
            for own, status, *values in found
        ]

    async def find_members(self, group: Uid) -> frozenset[Uid] | None:
        if not self.company.rows("SELECT 1 FROM teams WHERE id = %s", int(group)):
            return None
        found = self.company.rows("SELECT member FROM team_members WHERE team = %s", int(group))
        return frozenset(Uid(str(member)) for (member,) in found)
