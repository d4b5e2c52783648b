"""The files of one session: looked into and changed by one task at a time, a whole batch in one go."""

import asyncio
import io
import secrets
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import replace
from datetime import datetime
from typing import TypeAlias

from seatkeeper.connectors.files.evidence import Evidence
from seatkeeper.connectors.files.folders import Sheet
from seatkeeper.connectors.files.handovers import Batch, Writer, control_text, write_batch
from seatkeeper.connectors.files.ledger import FOLDER, Edition, Head, Ledger, Part, name_part
from seatkeeper.connectors.files.looks import Look, find_records
from seatkeeper.connectors.files.naming import is_of, make_name
from seatkeeper.connectors.files.pages import Change, Page, read_page
from seatkeeper.connectors.files.places import Folders
from seatkeeper.connectors.files.records import Record, decode
from seatkeeper.connectors.files.returned import AppList, IndexedList, ReturnFile
from seatkeeper.connectors.files.settings import FilesSettings
from seatkeeper.core.accounts import SeenAccount
from seatkeeper.core.ids import Uid
from seatkeeper.core.problems import ProblemCode
from seatkeeper.spi.errors import ConnectorError, RejectedError, TransientError

_MOST_TRIES = 20
"""How often a batch begins anew because another writer was faster."""

Done: TypeAlias = Uid | ConnectorError


class Cabinet:
    """The ledger, the app's folder and the return file."""

    def __init__(self, folders: Folders, settings: FilesSettings) -> None:
        self._folders, self._settings = folders, settings
        self._layout = settings.layout
        self._ledger = Ledger(folders.inner, folders.outer)
        self.returned = None if folders.back is None else ReturnFile(folders.back, settings)
        self._evidence = Evidence(settings.return_layout, settings.return_delay, settings.entitlement_type)

    async def look(self, looks: Sequence[Look]) -> list[list[SeenAccount]]:
        """Answer several at once."""
        edition, shown = await self._ledger.latest(), await self._shown()
        if edition.lines is None:
            return [[] for _ in looks]
        lines, name_attribute = edition.lines, self._settings.name_attribute
        found = await asyncio.to_thread(find_records, looks, lines, name_attribute)
        return [list(self._answers(look, records, shown)) for look, records in zip(looks, found, strict=True)]

    async def every(self) -> Iterator[SeenAccount]:
        """Give all accounts, read while they are asked for and from what is there now."""
        edition, shown = await self._ledger.latest(), await self._shown()
        indexed = None if shown is None else await asyncio.to_thread(shown.indexed)
        return self._all(edition, indexed)

    async def write(self, changes: Sequence[Change]) -> list[Done]:
        """Make several changes in one batch, and say what became of each.

        When this returns they outlive a loss of power. Where it raises, each may have been made or not.
        """
        for _ in range(_MOST_TRIES):
            edition = await self._ledger.latest()
            await self._check_start(edition)
            page, done = await asyncio.to_thread(self._apply, edition, changes)
            if not page.changed or await self._commit(edition, page):
                return done
        raise TransientError("Others write to the same folder all the time, or nothing can be renamed there.")

    async def count(self) -> int:
        """Count the accounts that were handed over."""
        edition = await self._ledger.latest()
        await self._check_start(edition)
        lines = () if edition.lines is None else edition.lines.every()
        return await asyncio.to_thread(lambda: sum(not decode(line).is_gone for line in lines))

    async def rehearse(self) -> None:
        """Write a file that nobody looks at, and take it away again."""
        if await self._instant(name_part(0, secrets.token_hex(8), "trial")) is None:
            raise TransientError("A file that was just written is gone.")

    def close(self) -> None:
        """Let go of what was read."""
        self._ledger.close()
        if self.returned is not None:
            self.returned.close()

    async def _shown(self) -> AppList | None:
        return None if self.returned is None else await self.returned.latest()

    def _answers(self, look: Look, records: Sequence[Record], shown: AppList | None) -> Iterator[SeenAccount]:
        for record in records:
            seen = self._seen(record, shown)
            if seen is not None and (look.uid is not None or look.is_answered_by(seen.attributes)):
                yield seen

    def _seen(self, record: Record, shown: AppList | IndexedList | None) -> SeenAccount | None:
        if self.returned is not None:
            return self._evidence.weigh(record, shown)
        return None if record.is_gone else record.seen()

    def _all(self, edition: Edition, shown: IndexedList | None) -> Iterator[SeenAccount]:
        if edition.lines is None:
            return
        lines = edition.lines.duplicate()
        with closing(lines.file):
            for line in lines.every():
                record = decode(line)
                seen = None if record.is_gone else self._seen(record, shown)
                if seen is not None:
                    yield seen

    def _apply(self, edition: Edition, changes: Sequence[Change]) -> tuple[Page, list[Done]]:
        page = read_page(self._layout, edition.lines, changes)
        done: list[Done] = []
        for change in changes:
            try:
                done.append(change.apply(page))
            except ConnectorError as error:
                done.append(error)
        return page, done

    async def _check_start(self, edition: Edition) -> None:
        """Refuse to begin anew beside a file that others, or an earlier ledger, wrote.

        The first file would hold the first few people only, and the app would take everybody else away.
        """
        if edition.head.number:
            return
        found = [name for name in await self._folders.outer.entries() if is_of(self._settings.file_name, name)]
        if found:
            told = f"The folder holds {found[0]}, and no ledger ({FOLDER}) that says who is in it."
            remedy = "Bring the ledger back from a backup, or move the file away to begin with nobody."
            raise RejectedError(told, ProblemCode.SETTINGS_INVALID, remedy=remedy)

    async def _commit(self, edition: Edition, page: Page) -> bool:
        mark = secrets.token_hex(8)
        head = edition.head.next(mark, self._settings.mark)
        at = await self._instant(name_part(head.number, mark, "clock"))
        if at is None:
            return False  # another writer was faster, and tidied up
        with ExitStack() as stack:
            batch = Batch(edition, page, at, self._settings)
            sheets = await asyncio.to_thread(self._write, batch, head, stack)
            for name, sheet in sheets.items():
                await self._ledger.stage(sheet, name)
            *parts, ledger = sheets
            head = replace(head, parts=self._parts(head, at)[: len(parts)])
            if not await self._ledger.commit(ledger, head):
                await self._ledger.discard([*sheets])
                return False
        await self._retire()
        return True

    def _write(self, batch: Batch, head: Head, stack: ExitStack) -> dict[str, Sheet]:
        """Write everything that is to be stored, by its name; the edition last."""
        written, edition = stack.enter_context(closing(Writer(self._layout))), _sheet(stack)
        parts = self._parts(head, batch.at) if batch.tells else ()
        edition.write(replace(head, parts=parts).encode())
        write_batch(batch, edition, written)
        sheets = [written.sheet]
        if self._settings.control_file is not None and parts:
            text = "".join(f"{line}\n" for line in self._settings.control_text)
            sheets.append(_sheet(stack))
            sheets[1].write(control_text(text, parts[0].as_name, written.sheet, batch.at).encode())
        named = dict(zip((part.name for part in parts), sheets, strict=False))
        return {**named, name_part(head.number, head.mark, "ledger"): edition}

    def _parts(self, head: Head, at: datetime) -> tuple[Part, ...]:
        """Name the files of a batch, in the order they are handed over: what says it is whole comes last."""
        file_name = make_name(self._settings.file_name, at, head.count)
        parts = (Part(name_part(head.number, head.mark, "data"), file_name),)
        if self._settings.control_file is None:
            return parts
        as_name = self._settings.control_file.replace("{file}", file_name)
        return (*parts, Part(name_part(head.number, head.mark, "control"), as_name))

    async def _instant(self, name: str) -> datetime | None:
        """Read the clock of where the files are, since the app's list is dated by it."""
        inner = self._folders.inner
        await inner.store(io.BytesIO(), name)
        entry = (await inner.entries()).get(name)
        await inner.remove(name)
        return None if entry is None else entry.written_at

    async def _retire(self) -> None:
        """Remove the oldest files, where only some are kept."""
        keep, outer = self._settings.keep, self._folders.outer
        if not keep:
            return
        found = (await outer.entries()).values()
        ours = [entry for entry in found if is_of(self._settings.file_name, entry.name)]
        for entry in sorted(ours, key=lambda entry: (entry.written_at, entry.name))[:-keep]:
            await outer.remove(entry.name)
            if self._settings.control_file is not None:
                await outer.remove(self._settings.control_file.replace("{file}", entry.name))


def _sheet(stack: ExitStack) -> Sheet:
    return stack.enter_context(closing(Sheet()))
