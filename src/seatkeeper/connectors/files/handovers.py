"""Writing a batch down: the next edition of the ledger, the file for the app, and what says that it is whole."""

import codecs
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from seatkeeper.connectors.files.folders import Sheet
from seatkeeper.connectors.files.layouts import Layout, Written
from seatkeeper.connectors.files.ledger import Edition, dated, finish
from seatkeeper.connectors.files.pages import Page
from seatkeeper.connectors.files.records import GONE, Record, decode, encode, row_of, uid_of
from seatkeeper.connectors.files.settings import Actions, FilesSettings
from seatkeeper.core.problems import ProblemCode
from seatkeeper.spi.errors import RejectedError

_GONE_LASTS = timedelta(days=90)
"""So long an account that was deleted is waited for to go from the app's own list."""


@dataclass(frozen=True, slots=True)
class Batch:
    """What is to be written: changed rows on top of an edition, at an instant."""

    edition: Edition
    page: Page
    at: datetime
    settings: FilesSettings

    @property
    def actions(self) -> Actions | None:
        """What became of an account, in the words of a delta; None writes everybody."""
        return self.settings.actions

    def rows(self) -> Iterator[bytes]:
        """Give the lines of the next edition: unchanged ones as they are, changed ones in their place."""
        has_rows_ready = self.edition.head.layout == self.settings.mark
        changed = {uid.encode(): now for uid, (_, now) in self.page.changed.items()}
        for line in () if self.edition.lines is None else self.edition.lines.every():
            uid = uid_of(line)
            if uid in changed:
                yield from self._line(changed.pop(uid))
            elif line.endswith(GONE) and self._is_past(decode(line)):
                continue
            else:
                yield line if has_rows_ready else self._written_anew(decode(line))
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
            yield self._encode(replace(record, changed_at=self.at))

    def _written_anew(self, record: Record) -> bytes:
        try:
            return self._encode(record)
        except RejectedError as error:
            told = f"{record.name}, who was handed over in another form, does not fit into this: {error}"
            raise RejectedError(told, ProblemCode.SETTINGS_INVALID) from None

    def _encode(self, record: Record) -> bytes:
        is_left_out = record.is_gone or (self.settings.leaves_out_disabled and not record.active)
        return encode(record, "" if is_left_out or self.actions else self.page.layout.line(Written(record)))


class Writer:
    """The file for the app, row by row."""

    def __init__(self, layout: Layout) -> None:
        self.sheet = Sheet()
        self._encode = codecs.getincrementalencoder(layout.encoding)().encode
        head = layout.format.head()
        if head:
            self.sheet.write(self._encode(head))

    def write(self, row: str) -> None:
        """Add a row."""
        self.sheet.write(self._encode(row), lines=1)

    def close(self) -> None:
        """Forget it."""
        self.sheet.close()


def write_batch(batch: Batch, edition: Sheet, writer: Writer) -> None:
    """Write both in one go over the edition before. ``edition`` has its head already."""
    count = 0
    for line in batch.rows():
        edition.write(line)
        count += 1
        row = row_of(line)
        if row:
            writer.write(row)
    finish(edition, count)
    for written in batch.deltas:
        writer.write(batch.page.layout.line(written))


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
