"""What is seen of an account: what was handed over, held against the app's own list."""

from dataclasses import dataclass, replace
from datetime import timedelta

from seatkeeper.connectors.files.layouts import Layout, Returned
from seatkeeper.connectors.files.records import Record
from seatkeeper.connectors.files.returned import AppList, IndexedList
from seatkeeper.core.accounts import SeenAccount, Standing
from seatkeeper.core.entitlements import Entitlement
from seatkeeper.core.values import AttributeValue


@dataclass(frozen=True, slots=True)
class Evidence:
    """How to hold them against each other. ``delay`` is how long a change may take to show."""

    layout: Layout
    delay: timedelta
    entitlement_type: str

    def weigh(self, record: Record, shown: AppList | IndexedList | None) -> SeenAccount | None:
        """Say what is seen; None is an account that was deleted and that the app has shown itself without.

        A list from before the change says nothing. One that agrees proves it. One that contradicts counts once
        the app has had its time: then what it shows is what there is.
        """
        handed_over = replace(record.seen(), standing=Standing.SENT, active=record.active and not record.is_gone)
        if shown is None or record.changed_at is None or shown.written_at < record.changed_at:
            return handed_over
        row = shown.find(record.name)
        if record.is_gone:
            return None if row is None else handed_over
        if row is None:
            return handed_over
        if self._agrees(row, record):
            return replace(record.seen(), active=row.active)
        is_due = shown.written_at - record.changed_at >= self.delay
        return self._told(row, record) if is_due else handed_over

    def _agrees(self, row: Returned, record: Record) -> bool:
        if row.active not in {None, record.active}:
            return False
        if row.entitlements is not None and row.entitlements != {each.value for each in record.entitlements}:
            return False
        attributes = row.attributes.items()
        return all(self.layout.same(cell, record.attributes.get(name), name) for name, cell in attributes)

    def _told(self, row: Returned, record: Record) -> SeenAccount:
        told: dict[str, AttributeValue | None] = dict(record.attributes)
        for name, cell in row.attributes.items():
            if not self.layout.same(cell, record.attributes.get(name), name):
                told[name] = self.layout.shown(cell, record.attributes.get(name))
        held = record.entitlements
        if row.entitlements is not None:
            held = frozenset(Entitlement(self.entitlement_type, value) for value in row.entitlements)
        return SeenAccount(record.uid, record.name, row.active, told, held)
