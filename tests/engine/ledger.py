"""The ledger: an application in memory with a connector of its own, whose books can be read and which misbehaves
on request. A test application, reached by the engine through the same contract as any other.
"""

import asyncio
import copy
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from seatkeeper.core.accounts import Abilities, Arrival, SeenAccount, SeenGroup, Standing
from seatkeeper.core.entitlements import Entitlement
from seatkeeper.core.ids import Uid
from seatkeeper.core.integrations import MappingRules
from seatkeeper.core.values import Attributes, AttributeValue
from seatkeeper.spi.connector import Connector, Session, Stage
from seatkeeper.spi.errors import AccountExistsError, AccountNotFoundError
from seatkeeper.spi.settings import ConnectorSettings

NAME = "login"

GROUP_CALLS = frozenset(
    {"read_group", "find_groups", "create_group", "rename_group", "delete_group", "change_members"}
)

MAPPING = MappingRules(
    attributes={
        "login": "user.userName",
        "mail": "user.emails[0].value",
        "display": "user.displayName",
        "title": "user.title",
    },
    join=("login", "mail"),
    required=("login",),
)


@dataclass(slots=True)
class Account:
    """One line of the books."""

    name: str
    active: bool = True
    attributes: dict[str, AttributeValue] = field(default_factory=dict)
    entitlements: set[Entitlement] = field(default_factory=set)


@dataclass(slots=True)
class Group:
    name: str
    members: set[Uid] = field(default_factory=set)


@dataclass(slots=True)
class _Fault:
    error: Exception
    is_late: bool


class Ledger:
    """The application. Everything public may be looked at and changed by a test, as an administrator would."""

    def __init__(self) -> None:
        self.accounts: dict[Uid, Account] = {}
        self.groups: dict[Uid, Group] = {}
        self.invitations: dict[Uid, str] = {}
        self.calls: list[str] = []
        self.abilities = Abilities(NAME, groups=True, grants=frozenset({"role"}))
        self.ignored: set[str] = set()
        self.unknown_activity = False
        self.forgets_members = True
        self.minds_case = True
        self.lag = 0
        self.delay = 0.0
        self.opening: Exception | None = None
        self.before_call: Callable[[str], Awaitable[None]] | None = None
        self.busiest = 0
        self.has_mixed = False
        self.next_uid = 1
        self._faults: dict[str, deque[_Fault]] = {}
        self._shown: dict[Uid, tuple[Account | None, int]] = {}
        self._busy: list[str] = []

    def add(self, name: str, *, active: bool = True, uid: str | None = None, **attributes: AttributeValue) -> Uid:
        """Write an account into the books by hand."""
        key = Uid(uid) if uid else self.new_uid()
        self.accounts[key] = Account(name, active, {NAME: name, **attributes})
        return key

    def add_group(self, name: str, *members: Uid) -> Uid:
        key = Uid(f"g{self.new_uid()}")
        self.groups[key] = Group(name, set(members))
        return key

    def accept(self, name: str) -> Uid:
        """Let somebody who is invited join."""
        [invitation] = [uid for uid, invited in self.invitations.items() if invited == name]
        del self.invitations[invitation]
        return self.add(name)

    def named(self, name: str) -> Account:
        """The one account of that name."""
        [found] = [account for account in self.accounts.values() if account.name == name]
        return found

    def names(self) -> list[str]:
        return sorted(account.name for account in self.accounts.values())

    def group(self, name: str) -> set[str]:
        """The names of the members of the one group of that name."""
        [found] = [group for group in self.groups.values() if group.name == name]
        return {self.accounts[uid].name if uid in self.accounts else f"?{uid}" for uid in found.members}

    def fail(self, call: str, *errors: Exception, late: bool = False) -> None:
        """Let the next calls raise, each one of these; ``late``: after having done what was asked."""
        self._faults.setdefault(call, deque()).extend(_Fault(error, late) for error in errors)

    def heal(self) -> None:
        """Let every call succeed from now on."""
        self._faults.clear()
        self.opening = None

    def writes(self) -> list[str]:
        """The calls that were to change something."""
        return [
            call for call in self.calls if call.split()[0] not in {"read", "find", "read_group", "find_groups"}
        ]

    def connector(self) -> Connector[Any]:
        return Connector("ledger", "Ledger", LedgerSettings, lambda _: self._connect(), MAPPING)

    @asynccontextmanager
    async def _connect(self) -> AsyncIterator[Session]:
        if self.opening is not None:
            raise self.opening
        yield LedgerSession(self)

    @asynccontextmanager
    async def call(self, name: str, about: str = "") -> AsyncIterator[None]:
        self.calls.append(f"{name} {about}".strip())
        self._busy.append(name)
        self.busiest = max(self.busiest, len(self._busy))
        self.has_mixed = self.has_mixed or len({each in GROUP_CALLS for each in self._busy}) > 1
        try:
            if self.before_call is not None:
                await self.before_call(name)
            await asyncio.sleep(self.delay)
            fault = self._faults[name].popleft() if self._faults.get(name) else None
            if fault is not None and not fault.is_late:
                raise fault.error
            yield
            if fault is not None:
                raise fault.error
        finally:
            self._busy.remove(name)

    def new_uid(self) -> Uid:
        self.next_uid += 1
        return Uid(str(self.next_uid - 1))

    def remember(self, uid: Uid) -> None:
        """Show the account as it is for some more readings."""
        if self.lag and uid not in self._shown:
            self._shown[uid] = (copy.deepcopy(self.accounts.get(uid)), self.lag)

    def show(self, uid: Uid) -> SeenAccount | None:
        if uid in self.invitations and self.abilities.shows_invitations:
            name = self.invitations[uid]
            return SeenAccount(uid, name, None, {NAME: name}, standing=Standing.INVITED)
        account = self.accounts.get(uid)
        if uid in self._shown:
            account, left = self._shown[uid]
            if left > 1:
                self._shown[uid] = (account, left - 1)
            else:
                del self._shown[uid]
        if account is None:
            return None
        active = None if self.unknown_activity else account.active
        hidden = self.abilities.write_only
        shown = {name: value for name, value in account.attributes.items() if name not in hidden}
        return SeenAccount(uid, account.name, active, shown, frozenset(account.entitlements))


class LedgerSettings(ConnectorSettings):
    """Where the books are."""

    shelf: str = "A"


class LedgerSession:
    """A session; it fulfils every protocol, and ``Ledger.abilities`` says what of it may be used."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger

    @property
    def abilities(self) -> Abilities:
        return self.ledger.abilities

    def stages(self) -> Sequence[Stage]:
        return [Stage("The ledger is open", self._check), Stage("The books can be read", self._count)]

    async def _check(self) -> str:
        async with self.ledger.call("check"):
            return ""

    async def _count(self) -> str:
        async with self.ledger.call("count"):
            return f"{len(self.ledger.accounts)} accounts"

    async def read_account(self, uid: Uid) -> SeenAccount | None:
        async with self.ledger.call("read", uid):
            return self.ledger.show(uid)

    async def find_accounts(self, attribute: str, value: str) -> Sequence[SeenAccount]:
        async with self.ledger.call("find", f"{attribute}={value}"):
            found = [
                uid
                for uid, account in self.ledger.accounts.items()
                if str(account.attributes.get(attribute)).casefold() == value.casefold()
            ]
            return [seen for uid in found if (seen := self.ledger.show(uid)) is not None]

    async def create_account(self, attributes: Attributes) -> Uid:
        name = str(attributes[NAME])
        async with self.ledger.call("create", name):
            if any(account.name.casefold() == name.casefold() for account in self.ledger.accounts.values()):
                raise AccountExistsError(f"{name} is in the books already.")
            uid = self.ledger.new_uid()
            if self.ledger.abilities.arrival is Arrival.BY_INVITATION:
                self.ledger.invitations[uid] = name
                return uid
            self.ledger.remember(uid)
            self.ledger.accounts[uid] = Account(name)
            self._write(uid, attributes)
            return uid

    async def update_account(self, uid: Uid, changes: Attributes) -> None:
        async with self.ledger.call("update", f"{uid} {','.join(sorted(changes))}"):
            self._account(uid)
            self.ledger.remember(uid)
            self._write(uid, changes)

    async def set_active(self, uid: Uid, *, active: bool) -> None:
        async with self.ledger.call("enable" if active else "disable", uid):
            account = self._account(uid)
            self.ledger.remember(uid)
            account.active = active

    async def delete_account(self, uid: Uid) -> None:
        async with self.ledger.call("delete", uid):
            self._account(uid)
            del self.ledger.accounts[uid]
            for group in self.ledger.groups.values() if self.ledger.forgets_members else ():
                group.members.discard(uid)

    async def withdraw_invitation(self, uid: Uid) -> None:
        async with self.ledger.call("withdraw", uid):
            if self.ledger.invitations.pop(uid, None) is None:
                raise AccountNotFoundError(f"{uid} is not invited.")

    async def list_entitlements(self) -> Sequence[Entitlement]:
        async with self.ledger.call("list_entitlements"):
            return []

    async def grant(self, uid: Uid, entitlements: Sequence[Entitlement]) -> None:
        async with self.ledger.call("grant", f"{uid} {','.join(each.value for each in entitlements)}"):
            self._account(uid).entitlements |= set(entitlements)

    async def revoke(self, uid: Uid, entitlements: Sequence[Entitlement]) -> None:
        async with self.ledger.call("revoke", f"{uid} {','.join(each.value for each in entitlements)}"):
            self._account(uid).entitlements -= set(entitlements)

    async def read_group(self, uid: Uid) -> SeenGroup | None:
        async with self.ledger.call("read_group", uid):
            group = self.ledger.groups.get(uid)
            return None if group is None else self._shown_group(uid, group)

    async def find_groups(self, name: str) -> Sequence[SeenGroup]:
        async with self.ledger.call("find_groups", name):
            found = self.ledger.groups.items()
            return [self._shown_group(uid, each) for uid, each in found if self._is_called(each, name)]

    async def create_group(self, name: str) -> Uid:
        async with self.ledger.call("create_group", name):
            if any(self._is_called(group, name) for group in self.ledger.groups.values()):
                raise AccountExistsError(f"The group {name} is in the books already.")
            return self.ledger.add_group(name)

    async def rename_group(self, uid: Uid, name: str) -> None:
        async with self.ledger.call("rename_group", f"{uid} {name}"):
            self._group(uid).name = name

    async def delete_group(self, uid: Uid) -> None:
        async with self.ledger.call("delete_group", uid):
            self._group(uid)
            del self.ledger.groups[uid]

    async def change_members(self, uid: Uid, *, add: Sequence[Uid], remove: Sequence[Uid]) -> None:
        async with self.ledger.call("change_members", f"{uid} +{len(add)} -{len(remove)}"):
            group = self._group(uid)
            group.members -= set(remove)
            group.members |= set(add)

    def _is_called(self, group: Group, name: str) -> bool:
        return group.name == name if self.ledger.minds_case else group.name.casefold() == name.casefold()

    def _account(self, uid: Uid) -> Account:
        if uid not in self.ledger.accounts:
            raise AccountNotFoundError(f"{uid} is not in the books.")
        return self.ledger.accounts[uid]

    def _group(self, uid: Uid) -> Group:
        if uid not in self.ledger.groups:
            raise AccountNotFoundError(f"The group {uid} is not in the books.")
        return self.ledger.groups[uid]

    def _shown_group(self, uid: Uid, group: Group) -> SeenGroup:
        members = frozenset(group.members) if self.abilities.reads_members else frozenset()
        return SeenGroup(uid, group.name, members)

    def _write(self, uid: Uid, attributes: Attributes) -> None:
        account = self.ledger.accounts[uid]
        for name, value in attributes.items():
            if name in self.ledger.ignored:
                continue
            if value is None:
                account.attributes.pop(name, None)
            else:
                account.attributes[name] = value
            if name == NAME:
                account.name = str(value)


def without(abilities: Abilities, **missing: Any) -> Abilities:
    """The same app with some abilities changed."""
    return replace(abilities, **missing)
