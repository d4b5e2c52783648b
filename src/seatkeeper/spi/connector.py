"""What a connector declares, and the small protocols its sessions may fulfil.

A *session* is one open connection of one integration to its app. It is used by several tasks of one event
loop at the same time, so it guards whatever it shares. It fulfils ``Session`` and those of the other
protocols that its app allows; ``abilities`` says the same in data, and the two must agree
(``spi.testing`` checks). Every method may raise the errors of ``spi.errors`` and nothing else.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Generic, Protocol, TypeVar, runtime_checkable

from seatkeeper.core.accounts import Abilities, SeenAccount, SeenGroup
from seatkeeper.core.apps import AppFacts
from seatkeeper.core.entitlements import Entitlement
from seatkeeper.core.handwork import Whom
from seatkeeper.core.ids import Uid
from seatkeeper.core.integrations import MappingRules, SchemaAttribute
from seatkeeper.core.steps import Step
from seatkeeper.core.values import Attributes
from seatkeeper.spi.documents import Located
from seatkeeper.spi.settings import ConnectorSettings

S = TypeVar("S", bound=ConnectorSettings)


@dataclass(frozen=True, slots=True)
class Stage:
    """One thing that has to hold for an app to be administered, and the call that proves it."""

    name: str
    """A statement in plain words, such as "The certificate is trusted". It is told as holding, or not, or not
    come to."""
    prove: Callable[[], Awaitable[str]]
    """Make the call. Gives what was found, for people, such as "412 accounts", or nothing; never a secret.
    Raises one of ``spi.errors`` where it does not hold."""


@runtime_checkable
class Session(Protocol):
    """An open connection to an app."""

    @property
    def abilities(self) -> Abilities:
        """What this app, with these settings, can do."""
        ...

    def stages(self) -> Sequence[Stage]:
        """List what has to hold, in the order to prove it: the address, then the service account, then reading.

        They are listed beforehand rather than told while they happen. So whoever watches a trial sees what is
        under way and what is to come, and a failure is told with the stage it arose in, without the connector's
        help. They are proven once, one after another, until one fails; each with the cheapest real call, which
        changes nothing. What ``connect`` has proven already is a stage, too, that holds at once.
        """
        ...


@runtime_checkable
class ReadsAccounts(Protocol):
    """Accounts can be read one at a time."""

    async def read_account(self, uid: Uid) -> SeenAccount | None:
        """Read one account, disabled ones too; None when the app does not hold it."""
        ...

    async def find_accounts(self, attribute: str, value: str) -> Sequence[SeenAccount]:
        """Find every account whose attribute equals the value, disabled ones too.

        Every hit has been compared on our side: an app that ignores a filter must never lead to a write
        on somebody else's account.
        """
        ...


@runtime_checkable
class ListsAccounts(Protocol):
    """All accounts can be listed."""

    def list_accounts(self) -> AsyncIterator[SeenAccount]:
        """Yield every account, disabled ones too. A read that ends early raises; it never looks complete."""
        ...


@runtime_checkable
class CreatesAccounts(Protocol):
    """Accounts can be made."""

    async def create_account(self, attributes: Attributes) -> Uid:
        """Make an active account and return its Uid. Raises ``AccountExistsError`` when the name is taken.

        Where accounts do not arrive at once (``abilities.arrival``), it invites the person, or prepares the
        account, and returns the Uid of that. It reads and is found as an account whose ``standing`` says so; once
        the account is there, that is what is found, under the same Uid or another.
        """
        ...


@runtime_checkable
class UpdatesAccounts(Protocol):
    """Attributes can be changed; where ``abilities.renames``, the name attribute too."""

    async def update_account(self, uid: Uid, changes: Attributes) -> None:
        """Change just these attributes; None empties one. Doing it twice is harmless."""
        ...


@runtime_checkable
class DisablesAccounts(Protocol):
    """Accounts can be switched off and on."""

    async def set_active(self, uid: Uid, *, active: bool) -> None:
        """Let the person sign in, or not. Doing it twice is harmless."""
        ...


@runtime_checkable
class DeletesAccounts(Protocol):
    """Accounts can be removed."""

    async def delete_account(self, uid: Uid) -> None:
        """Remove the account. Raises ``AccountNotFoundError`` when it is already gone."""
        ...


@runtime_checkable
class WithdrawsInvitations(Protocol):
    """What was invited or prepared, and is no account yet, can be taken back."""

    async def withdraw_invitation(self, uid: Uid) -> None:
        """Take it back. Raises ``AccountNotFoundError`` when there is none any more."""
        ...


@runtime_checkable
class GrantsEntitlements(Protocol):
    """Accounts can be given entitlements of the types in ``abilities.grants``."""

    async def list_entitlements(self) -> Sequence[Entitlement]:
        """List what the app offers. Not called unless ``abilities.lists_entitlements``."""
        ...

    async def grant(self, uid: Uid, entitlements: Sequence[Entitlement]) -> None:
        """Give all of them; giving what is already held is success."""
        ...

    async def revoke(self, uid: Uid, entitlements: Sequence[Entitlement]) -> None:
        """Take all of them away; taking what is not held is success."""
        ...


@runtime_checkable
class ManagesGroups(Protocol):
    """The app has groups whose members are accounts."""

    async def read_group(self, uid: Uid) -> SeenGroup | None:
        """Read one group with its members; None when the app does not hold it."""
        ...

    async def find_groups(self, name: str) -> Sequence[SeenGroup]:
        """Find every group of that name, compared on our side, with its members.

        The same is what the app takes for the same: ``create_group`` raises where this finds one.
        """
        ...

    async def create_group(self, name: str) -> Uid:
        """Make an empty group. Raises ``AccountExistsError`` when the name is taken."""
        ...

    async def rename_group(self, uid: Uid, name: str) -> None:
        """Change the name and keep Uid and members."""
        ...

    async def delete_group(self, uid: Uid) -> None:
        """Remove the group, not its members. Raises ``AccountNotFoundError`` when it is already gone."""
        ...

    async def change_members(self, uid: Uid, *, add: Sequence[Uid], remove: Sequence[Uid]) -> None:
        """Take the removed away, then add, in as few calls as the app allows.

        Never rewrites the whole list, so members put there by others stay. Adding a member twice and
        removing a stranger are success.
        """
        ...


@dataclass(frozen=True, slots=True)
class Guidance:
    """How a step that is left to a person is seen to: in Markdown, by when, by whom, and how it is checked."""

    text: str = ""
    due_after: timedelta | None = None
    """None leaves it to the integration's policy."""
    assignee: str | None = None
    """The e-mail address of a member; None leaves it to whoever may answer tasks of the integration."""
    four_eyes: bool = False
    """It counts once another person has looked at it."""


@runtime_checkable
class GuidesPeople(Protocol):
    """The integration says how a person is to take a step that its connector cannot take."""

    def guide(self, step: Step, whom: Whom) -> Guidance:
        """Say how. Without a call to the app, and without secrets: what it says is kept and shown."""
        ...


@runtime_checkable
class KeepsState(Protocol):
    """It has something that spares the next session work, such as that it is signed in."""

    def resume(self, state: str) -> None:
        """Take what an earlier session left. It may be out of date, or of other settings."""
        ...

    def state(self) -> str | None:
        """Give what the next session may take, or nothing. It is sealed where it is kept."""
        ...


@dataclass(frozen=True, slots=True)
class Chapter:
    """A part of what a connector does in the app, told to people: a line for each step, indented by tabs."""

    title: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Connector(Generic[S]):
    """The declaration an entry point names."""

    name: str
    title: str
    settings: type[S]
    connect: Callable[[S], AbstractAsyncContextManager[Session]]
    """Open a session. May raise the errors of ``spi.errors``; cheap, so it may wait for the first call."""
    mapping: MappingRules
    """The mapping a new integration starts with."""
    schema: tuple[SchemaAttribute, ...] = field(default=())
    """The user schema a new integration starts with; empty is the standard one."""
    description: str = ""
    """One sentence for whoever chooses: what it connects."""
    adapt: "Callable[[Located], Connector[Any]] | None" = None
    """Make the connector of one app from the ``behaviour`` of its manifest. Raises ``DocumentInvalidError``.
    What the result says of name, title, mapping and schema gives way to the manifest."""
    needs_behaviour: bool = False
    """It cannot be used as it is, and is only there for the apps of the catalog."""
    attributes: frozenset[str] | None = None
    """All attributes an account of this app has, where that is known before it is asked."""
    chapters: tuple[Chapter, ...] = ()
    """What it does in the app step by step, where it follows a description that people can read."""
    is_frail: bool = False
    """The app may change under it without a word: its stages are proven every night and before much work."""
    facts: AppFacts | None = None
    """What the catalog knows, where this is the connector of one app."""


async def check(session: Session) -> Sequence[str]:
    """Prove every stage, and give what each found. Raises what the first raises that does not hold."""
    return [await stage.prove() for stage in session.stages()]
