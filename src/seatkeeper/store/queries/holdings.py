"""How much is kept of an integration."""

from dataclasses import asdict, dataclass

from sqlalchemy import Label, Table, Uuid, bindparam, func, select

from seatkeeper.core.ids import IntegrationId
from seatkeeper.core.values import Document
from seatkeeper.store.database import Reader
from seatkeeper.store.statements import prepare
from seatkeeper.store.tables import events, groups, jobs, users


@dataclass(frozen=True, slots=True)
class Holdings:
    """How many of each."""

    users: int
    groups: int
    jobs: int
    events: int

    def as_document(self) -> Document:
        """Give it as a document."""
        return asdict(self)


def _counted(table: Table) -> Label[int]:
    ours = table.c.integration_id == bindparam("integration_id", type_=Uuid)
    return select(func.count()).select_from(table).where(ours).scalar_subquery().label(table.name)


_COUNT = prepare(select(*map(_counted, (users, groups, jobs, events))))


async def count_holdings(reader: Reader, integration_id: IntegrationId) -> Holdings:
    """Count what is kept of an integration."""
    row = await reader.fetch_one(_COUNT, integration_id=integration_id)
    assert row is not None
    return Holdings(**row)
