"""What the suite has to be told about an app, and the trial that each check gets."""

import secrets
from collections.abc import AsyncIterator, Callable, Collection, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Any, Protocol

from seatkeeper.core.accounts import Abilities, SeenAccount
from seatkeeper.core.entitlements import Entitlement
from seatkeeper.core.ids import Uid
from seatkeeper.core.values import Attributes, AttributeValue, is_unassigned
from seatkeeper.spi.connector import (
    Connector,
    CreatesAccounts,
    DeletesAccounts,
    DisablesAccounts,
    GrantsEntitlements,
    ListsAccounts,
    ManagesGroups,
    ReadsAccounts,
    Session,
    UpdatesAccounts,
)
from seatkeeper.spi.errors import AccountNotFoundError, ConnectorError
from seatkeeper.spi.settings import ConnectorSettings


class PromiseBrokenError(AssertionError):
    """The connector does not do what ``spi.connector`` promises; the message says which promise, and how."""


@dataclass(frozen=True, slots=True)
class Witnessed:
    """An account as the witness sees it: ``attributes`` are those it can tell, by the connector's names."""

    uid: Uid
    active: bool | None
    attributes: Attributes


class Witness(Protocol):
    """Reads the app by other means than the connector: its database, its admin tool, its log."""

    async def find_accounts(self, name: str) -> Sequence[Witnessed]:
        """Find every account of exactly that Name."""
        ...

    async def find_members(self, group: Uid) -> frozenset[Uid] | None:
        """Find the accounts in a group; None when there is no such group."""
        ...


@dataclass(frozen=True, slots=True)
class Harness:
    """One app to be checked. The settings should make pages and batches small, so that several are needed."""

    connector: Connector[Any]
    settings: ConnectorSettings
    wrong_credentials: ConnectorSettings
    """The same app, and a service account it refuses."""
    away: ConnectorSettings
    """An address where nothing listens."""
    witness: Witness
    person: Callable[[str], Attributes]
    """Make the attributes of a person, all derived from a stem such as ``ada123``; the Name contains the stem."""
    changes: Attributes
    """Other values for some of those attributes, none of them the Name."""
    emptied: str | None
    """One of those attributes that an account can be without; None where the app demands them all."""
    entitlements: tuple[Entitlement, ...] = ()
    """At least two, where the app's entitlements can be granted."""


class Trial:
    """One open session, people and groups of its own, and the comparisons that checks are made of."""

    def __init__(self, harness: Harness, session: Session, undo: AsyncExitStack) -> None:
        self.harness = harness
        self.session = session
        self.witness = harness.witness
        self._undo = undo
        self._stem = f"sk{secrets.token_hex(4)}"
        self._made = 0

    @property
    def abilities(self) -> Abilities:
        """What the session says it can do."""
        return self.session.abilities

    @property
    def name(self) -> str:
        """The attribute that holds the Name."""
        return self.abilities.name_attribute

    @property
    def reads(self) -> ReadsAccounts:
        """The session, where it reads."""
        if not isinstance(self.session, ReadsAccounts):
            raise PromiseBrokenError("the session does not read accounts")
        return self.session

    @property
    def lists(self) -> ListsAccounts:
        """The session, where it lists."""
        if not isinstance(self.session, ListsAccounts):
            raise PromiseBrokenError("the session does not list accounts")
        return self.session

    @property
    def creates(self) -> CreatesAccounts:
        """The session, where it creates."""
        if not isinstance(self.session, CreatesAccounts):
            raise PromiseBrokenError("the session does not create accounts")
        return self.session

    @property
    def updates(self) -> UpdatesAccounts:
        """The session, where it updates."""
        if not isinstance(self.session, UpdatesAccounts):
            raise PromiseBrokenError("the session does not update accounts")
        return self.session

    @property
    def disables(self) -> DisablesAccounts:
        """The session, where it disables."""
        if not isinstance(self.session, DisablesAccounts):
            raise PromiseBrokenError("the session does not disable accounts")
        return self.session

    @property
    def deletes(self) -> DeletesAccounts:
        """The session, where it deletes."""
        if not isinstance(self.session, DeletesAccounts):
            raise PromiseBrokenError("the session does not delete accounts")
        return self.session

    @property
    def grants(self) -> GrantsEntitlements:
        """The session, where it grants."""
        if not isinstance(self.session, GrantsEntitlements):
            raise PromiseBrokenError("the session does not grant entitlements")
        return self.session

    @property
    def groups(self) -> ManagesGroups:
        """The session, where it has groups."""
        if not isinstance(self.session, ManagesGroups):
            raise PromiseBrokenError("the session does not manage groups")
        return self.session

    def stem(self) -> str:
        """Make a stem nobody has used."""
        self._made += 1
        return f"{self._stem}{_letters(self._made)}"

    def person(self, stem: str | None = None) -> Attributes:
        """Make somebody's attributes."""
        return self.harness.person(stem or self.stem())

    async def create(self, attributes: Attributes | None = None) -> Uid:
        """Create an account that goes away with the trial."""
        uid = await self.creates.create_account(attributes or self.person())
        if isinstance(self.session, DeletesAccounts):
            self._undo.push_async_callback(_gone, self.session.delete_account, uid)
        return uid

    async def create_group(self, name: str | None = None) -> Uid:
        """Create a group that goes away with the trial."""
        uid = await self.groups.create_group(name or self.stem())
        self._undo.push_async_callback(_gone, self.groups.delete_group, uid)
        return uid

    async def read(self, uid: Uid) -> SeenAccount:
        """Read an account that must be there."""
        seen = await self.reads.read_account(uid)
        if seen is None:
            raise PromiseBrokenError(f"the account {uid} cannot be read")
        expect(seen.uid == uid, f"reading {uid} gave the account {seen.uid}")
        return seen

    async def witnessed(self, name: str) -> Witnessed:
        """Ask the witness for the one account of that name."""
        found = await self.witness.find_accounts(name)
        expect(len(found) == 1, f"the app holds {len(found)} accounts named {name}, not one")
        return found[0]

    async def expect_members(self, group: Uid, members: set[Uid]) -> None:
        """Compare a group's members, as the connector reads them and as the witness does."""
        witnessed = await self.witness.find_members(group)
        expect(witnessed == frozenset(members), f"the group holds {_short(witnessed)}, not {_short(members)}")
        if self.abilities.reads_members:
            seen = await self.groups.read_group(group)
            expect(seen is not None and seen.members == members, f"read_group gives {seen}, not {_short(members)}")

    def expect_same(self, seen: Attributes, wanted: Attributes) -> None:
        """Compare the wanted attributes, as far as they can be read back."""
        for attribute, value in wanted.items():
            if attribute not in self.abilities.write_only:
                self._expect_equal(attribute, seen.get(attribute), value)

    def expect_witnessed(self, witnessed: Witnessed, wanted: Attributes) -> None:
        """Compare the wanted attributes, as far as the witness can tell."""
        for attribute, value in wanted.items():
            if attribute in witnessed.attributes and attribute not in self.abilities.write_only:
                self._expect_equal(attribute, witnessed.attributes[attribute], value)

    def _expect_equal(self, attribute: str, seen: AttributeValue | None, wanted: AttributeValue | None) -> None:
        folds = attribute in self.abilities.ignores_case
        equal = _comparable(seen, folds=folds) == _comparable(wanted, folds=folds)
        expect(equal, f"{attribute} is {seen!r}, not {wanted!r}")


@asynccontextmanager
async def trial_of(harness: Harness) -> AsyncIterator[Trial]:
    """Open a session for a trial, and undo what it made."""
    async with harness.connector.connect(harness.settings) as session, AsyncExitStack() as undo:
        yield Trial(harness, session, undo)


def _letters(number: int) -> str:
    """Write a number in letters, of which no two stand for the same and none is part of another."""
    first, second = divmod(number, 26)
    return f"{chr(ord('a') + first)}{chr(ord('a') + second)}"


def expect(holds: bool, otherwise: str) -> None:
    """Raise ``PromiseBrokenError`` unless it holds."""
    if not holds:
        raise PromiseBrokenError(otherwise)


@contextmanager
def expecting(error: type[ConnectorError], when: str) -> Iterator[None]:
    """Expect the block to raise that error."""
    try:
        yield
    except error:
        return
    except ConnectorError as other:
        raise PromiseBrokenError(
            f"{when}: raised {type(other).__name__}, not {error.__name__}: {other}"
        ) from other
    raise PromiseBrokenError(f"{when}: {error.__name__} was not raised")


async def _gone(delete: Callable[[Uid], Any], uid: Uid) -> None:
    try:
        await delete(uid)
    except AccountNotFoundError:
        return


def _comparable(value: AttributeValue | None, *, folds: bool) -> object:
    if is_unassigned(value):
        return None
    if isinstance(value, tuple):
        return frozenset(each.casefold() if folds else each for each in value)
    return value.casefold() if folds and isinstance(value, str) else value


def _short(members: Collection[Uid] | None) -> str:
    return "no group" if members is None else ", ".join(sorted(members)) or "nobody"
