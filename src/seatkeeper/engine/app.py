"""The app as the engine calls it: whatever leaves a connector is in the closed set, or named a bug of it."""

import traceback
from collections.abc import Awaitable, Sequence
from typing import TypeVar

from seatkeeper.core.accounts import Abilities, SeenAccount, SeenGroup
from seatkeeper.core.entitlements import Entitlement
from seatkeeper.core.handwork import Whom
from seatkeeper.core.ids import Uid
from seatkeeper.core.steps import Step
from seatkeeper.core.values import Attributes
from seatkeeper.spi.connector import (
    CreatesAccounts,
    DeletesAccounts,
    DisablesAccounts,
    GrantsEntitlements,
    Guidance,
    GuidesPeople,
    ManagesGroups,
    ReadsAccounts,
    Session,
    Stage,
    UpdatesAccounts,
    WithdrawsInvitations,
    check,
)
from seatkeeper.spi.errors import ConnectorError, TransientError

T = TypeVar("T")
P = TypeVar("P")


class ConnectorBugError(Exception):
    """A connector raised what it may not, or promised what it does not do; ``told`` is the traceback."""

    def __init__(self, message: str, told: str | None = None) -> None:
        super().__init__(message)
        self.told = told


class App:
    """One open session, shared by the attempts of a run. Every method may raise ``spi.errors`` and the above."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._reads = session if isinstance(session, ReadsAccounts) else None
        self._creates = session if isinstance(session, CreatesAccounts) else None
        self._updates = session if isinstance(session, UpdatesAccounts) else None
        self._disables = session if isinstance(session, DisablesAccounts) else None
        self._deletes = session if isinstance(session, DeletesAccounts) else None
        self._withdraws = session if isinstance(session, WithdrawsInvitations) else None
        self._grants = session if isinstance(session, GrantsEntitlements) else None
        self._guides = session if isinstance(session, GuidesPeople) else None
        self._groups = session if isinstance(session, ManagesGroups) else None

    @property
    def abilities(self) -> Abilities:
        """What the app can do, as far as is known by now."""
        return self._session.abilities

    def ensure_up(self) -> None:
        """Raise ``TransientError`` for an app to which no session could be opened."""

    @property
    def reads(self) -> bool:
        """Accounts can be read back and looked for."""
        return self._reads is not None and self.abilities.reads_back

    @property
    def is_of_people(self) -> bool:
        """Everything is done by people, as the integration tells them."""
        return self._guides is not None

    async def check(self) -> None:
        """Prove address and service account."""
        await guarded(check(self._session))

    async def read_account(self, uid: Uid) -> SeenAccount | None:
        """Read one account."""
        return await guarded(_promised(self._reads, "read accounts").read_account(uid))

    async def find_accounts(self, attribute: str, value: str) -> Sequence[SeenAccount]:
        """Find accounts by the value of one attribute."""
        return await guarded(_promised(self._reads, "read accounts").find_accounts(attribute, value))

    async def create_account(self, attributes: Attributes) -> Uid:
        """Make an account."""
        return await guarded(_promised(self._creates, "create accounts").create_account(attributes))

    async def update_account(self, uid: Uid, changes: Attributes) -> None:
        """Change attributes."""
        await guarded(_promised(self._updates, "update accounts").update_account(uid, changes))

    async def set_active(self, uid: Uid, *, active: bool) -> None:
        """Let the person sign in, or not."""
        await guarded(_promised(self._disables, "disable accounts").set_active(uid, active=active))

    async def delete_account(self, uid: Uid) -> None:
        """Remove an account."""
        await guarded(_promised(self._deletes, "delete accounts").delete_account(uid))

    async def withdraw_invitation(self, uid: Uid) -> None:
        """Take an invitation back."""
        await guarded(_promised(self._withdraws, "withdraw invitations").withdraw_invitation(uid))

    async def grant(self, uid: Uid, entitlements: Sequence[Entitlement]) -> None:
        """Give entitlements."""
        await guarded(_promised(self._grants, "grant entitlements").grant(uid, entitlements))

    async def revoke(self, uid: Uid, entitlements: Sequence[Entitlement]) -> None:
        """Take entitlements away."""
        await guarded(_promised(self._grants, "revoke entitlements").revoke(uid, entitlements))

    def guide(self, step: Step, whom: Whom) -> Guidance:
        """Say how a person is to take a step."""
        if self._guides is None:
            return Guidance()
        try:
            return self._guides.guide(step, whom)
        except ConnectorError:
            raise
        except Exception as error:
            raise as_bug(error) from error

    async def read_group(self, uid: Uid) -> SeenGroup | None:
        """Read one group."""
        return await guarded(_promised(self._groups, "manage groups").read_group(uid))

    async def find_groups(self, name: str) -> Sequence[SeenGroup]:
        """Find groups by name."""
        return await guarded(_promised(self._groups, "manage groups").find_groups(name))

    async def create_group(self, name: str) -> Uid:
        """Make a group."""
        return await guarded(_promised(self._groups, "manage groups").create_group(name))

    async def rename_group(self, uid: Uid, name: str) -> None:
        """Rename a group."""
        await guarded(_promised(self._groups, "manage groups").rename_group(uid, name))

    async def delete_group(self, uid: Uid) -> None:
        """Remove a group."""
        await guarded(_promised(self._groups, "manage groups").delete_group(uid))

    async def change_members(self, uid: Uid, *, add: Sequence[Uid], remove: Sequence[Uid]) -> None:
        """Change the members of a group."""
        await guarded(_promised(self._groups, "manage groups").change_members(uid, add=add, remove=remove))


class DownApp(App):
    """An app to which no session could be opened: attempts at it end as they would have in the middle."""

    def __init__(self, error: TransientError) -> None:
        super().__init__(_NoSession())
        self._error = error

    def ensure_up(self) -> None:
        """Raise what opening raised."""
        raise self._error


class _NoSession:
    abilities = Abilities(name_attribute="", reads_back=False)

    def stages(self) -> Sequence[Stage]:
        return ()


def _promised(ability: P | None, what: str) -> P:
    if ability is None:
        raise ConnectorBugError(f"The connector says it can {what}, and offers no way to.")
    return ability


async def guarded(call: Awaitable[T]) -> T:
    """Await one call to a connector. Raises the errors of ``spi.errors`` and ``ConnectorBugError`` only."""
    try:
        return await call
    except ConnectorError:
        raise
    except Exception as error:
        raise as_bug(error) from error


def as_bug(error: Exception) -> ConnectorBugError:
    """Name what a connector should not have raised, with its traceback and without its message."""
    told = "".join(traceback.format_exception(error))
    return ConnectorBugError(f"The connector failed with {type(error).__name__}.", told)
