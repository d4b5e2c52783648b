"""Writing a batch down: the next edition of the ledger, the file for the app, and what says that it is whole."""

import codecs
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from seatkeeper.connectors.files.folders import Sheet
from seatkeeper.connectors.files.layouts import Layout, Written
from seatkeeper.connectors.files.ledger import Edition, dated, finish
from seatkeeper.connectors.files.pages import Page
from seatkeeper.connectors.files.records import GONE, Record, decode, encode, uid_of
from seatkeeper.connectors.files.settings import Actions

_GONE_LASTS = timedelta(days=90)
"""So long an account that was deleted is waited for to go from the app's own list."""


@dataclass(frozen=True, slots=True)
class Batch:
    """What is to be written: changed rows on top of an edition, at an instant."""

    edition: Edition
    page: Page
    at: datetime
    actions: Actions | None
    """What became of an account, in the words of a delta; None writes everybody."""

    def rows(self) -> Iterator[bytes]:
        """Give the lines of the next edition: unchanged ones as they are, changed ones in their place."""
        changed = {uid.encode(): now for uid, (_, now) in self.page.changed.items()}
        for line in () if self.edition.lines is None else self.edition.lines.every():
            uid = uid_of(line)
            if uid in changed:
                yield from self._line(changed.pop(uid))
            elif not line.endswith(GONE) or not self._is_past(decode(line)):
                yield line
        for record in changed.values():
            yield from self._line(record)

    @property
    def deltas(self) -> tuple[Written, ...]:
        """Say what became of each account; nothing where everybody is written."""
        if self.actions is None:
            return ()
        return tuple(row for was, now in self.page.changed.values() for row in _actions(was, now, self.actions))

    @property
    def tells(self) -> bool:
        """There is something to tell the app."""
        return self.actions is None or bool(self.deltas)

    def _is_past(self, gone: Record) -> bool:
        return gone.changed_at is not None and self.at - gone.changed_at > _GONE_LASTS

    def _line(self, record: Record | None) -> Iterator[bytes]:
        if record is not None:
            yield encode(replace(record, changed_at=self.at))


class Writer:
    """The file for the app, row by row."""

    def __init__(self, layout: Layout) -> None:
        self.sheet = Sheet()
        self._layout = layout
        self._encode = codecs.getincrementalencoder(layout.encoding)().encode
        head = layout.format.head()
        if head:
            self.sheet.write(self._encode(head))

    def write(self, row: Written) -> None:
        """Add a row."""
        self.sheet.write(self._encode(self._layout.line(row)), lines=1)

    def close(self) -> None:
        """Forget it."""
        self.sheet.close()


def write_batch(batch: Batch, edition: Sheet, writer: Writer, *, leaves_out_disabled: bool) -> None:
    """Write both in one go over the edition before. ``edition`` has its head already."""
    count = 0
    for line in batch.rows():
        edition.write(line)
        count += 1
        if batch.actions is None:
            record = decode(line)
            if not (record.is_gone or (leaves_out_disabled and not record.active)):
                writer.write(Written(record))
    finish(edition, count)
    for row in batch.deltas:
        writer.write(row)


def control_text(template: str, file: str, sheet: Sheet, at: datetime) -> str:
    """Fill the control file in."""
    values = {"file": file, "lines": str(sheet.lines), "sha256": sheet.sha256, "written": dated(at)}
    for name, value in values.items():
        template = template.replace(f"{{{name}}}", value)
    return template


def _actions(was: Record | None, now: Record | None, words: Actions) -> Iterator[Written]:
    was = None if was is None or was.is_gone else was
    if now is None or now.is_gone:
        if was is not None:
            yield Written(was, words.delete)
        return
    if was is None:
        yield Written(now, words.add)
    elif not replace(was, active=now.active).says_the_same_as(now):
        yield Written(now, words.change, was.name if was.name != now.name else "")
    was_active = True if was is None else was.active
    if was_active != now.active:
        yield Written(now, words.enable if now.active else words.disable)
