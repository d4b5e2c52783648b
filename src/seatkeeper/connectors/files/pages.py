"""The rows a batch of changes is about, and changing them one after another as if there were no others."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from seatkeeper.connectors.files.layouts import Layout, Written
from seatkeeper.connectors.files.lines import Lines
from seatkeeper.connectors.files.records import Record, decode, in_json, name_of, uid_of
from seatkeeper.core.ids import Uid
from seatkeeper.spi.errors import AccountExistsError, AccountNotFoundError


@dataclass(frozen=True, slots=True)
class Change:
    """One change that somebody asks for. ``uid`` and ``name`` say which rows ``apply`` looks at.

    ``apply`` raises the errors of ``spi.errors``, and has then changed nothing.
    """

    apply: "Callable[[Page], Uid]"
    uid: Uid | None = None
    name: str | None = None


@dataclass(slots=True)
class Page:
    """Those rows, as they were and as they are to be. None is a row that is not there."""

    layout: Layout
    before: dict[Uid, Record]
    after: dict[Uid, Record | None] = field(default_factory=dict)
    _holders: dict[str, Uid] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Know who has which Name."""
        self._holders = {record.name: record.uid for record in self.before.values() if not record.is_gone}

    def get(self, uid: Uid) -> Record:
        """Give a row as it is by now. Raises ``AccountNotFoundError``."""
        record = self.after.get(uid, self.before.get(uid))
        if record is None or record.is_gone:
            raise AccountNotFoundError(f"The file holds no account {uid}.")
        return record

    def put(self, record: Record) -> None:
        """Write a row. Raises ``AccountExistsError`` for a Name another row has, and what the layout refuses."""
        if not record.is_gone:
            if self._holders.get(record.name, record.uid) != record.uid:
                raise AccountExistsError(f"The file holds an account {record.name} already.")
            self.layout.line(Written(record))
        self._let_go(record.uid)
        self.after[record.uid] = record
        if not record.is_gone:
            self._holders[record.name] = record.uid

    def drop(self, uid: Uid) -> None:
        """Take a row out."""
        self._let_go(uid)
        self.after[uid] = None

    def gone_of(self, name: str) -> list[Uid]:
        """List deleted accounts that had a Name."""
        return [uid for uid, record in self.before.items() if record.is_gone and record.name == name]

    @property
    def changed(self) -> Mapping[Uid, tuple[Record | None, Record | None]]:
        """Every row that is to be another than it was, as both."""
        pairs = {uid: (self.before.get(uid), record) for uid, record in self.after.items()}
        return {uid: (was, now) for uid, (was, now) in pairs.items() if not _same(was, now)}

    def _let_go(self, uid: Uid) -> None:
        record = self.after.get(uid, self.before.get(uid))
        if record is not None and self._holders.get(record.name) == uid:
            del self._holders[record.name]


def read_page(layout: Layout, lines: Lines | None, changes: Iterable[Change]) -> Page:
    """Find the rows that some changes are about."""
    uids = {change.uid.encode() for change in changes if change.uid is not None}
    names = {in_json(change.name) for change in changes if change.name is not None}
    every = () if lines is None else lines.every()
    found = (decode(line) for line in every if uid_of(line) in uids or name_of(line) in names)
    return Page(layout, {record.uid: record for record in found})


def _same(one: Record | None, other: Record | None) -> bool:
    return one is other or (one is not None and one.says_the_same_as(other))
