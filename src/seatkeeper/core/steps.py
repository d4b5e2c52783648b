"""The steps a plan is made of: one call to the app each."""

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from seatkeeper.core.entitlements import Entitlement
from seatkeeper.core.values import Attributes


@dataclass(frozen=True, slots=True)
class CreateAccount:
    """Make the account, active, with these attributes."""

    attributes: Attributes


@dataclass(frozen=True, slots=True)
class UpdateAccount:
    """Change just these attributes; ``before`` is what they were. A rename is an update of the Name."""

    changes: Attributes
    before: Attributes


@dataclass(frozen=True, slots=True)
class EnableAccount:
    """Let the person sign in again."""


@dataclass(frozen=True, slots=True)
class DisableAccount:
    """Keep the account, and let nobody sign in with it."""


@dataclass(frozen=True, slots=True)
class DeleteAccount:
    """Remove the account from the app."""


@dataclass(frozen=True, slots=True)
class WithdrawInvitation:
    """Take an invitation back that nobody has accepted yet."""


@dataclass(frozen=True, slots=True)
class GrantEntitlements:
    """Give these entitlements, in one call where the app can."""

    entitlements: tuple[Entitlement, ...]


@dataclass(frozen=True, slots=True)
class RevokeEntitlements:
    """Take these entitlements away, in one call where the app can."""

    entitlements: tuple[Entitlement, ...]


Step: TypeAlias = (
    "CreateAccount | UpdateAccount | EnableAccount | DisableAccount | DeleteAccount"
    " | WithdrawInvitation | GrantEntitlements | RevokeEntitlements"
)


class Missing(StrEnum):
    """An ability the app's connector lacks and the wish would need."""

    CREATE = "create"
    INVITE_AGAIN = "invite_again"
    UPDATE = "update"
    RENAME = "rename"
    ENABLE = "enable"
    DISABLE = "disable"
    DELETE = "delete"
    WITHDRAW = "withdraw"
    GRANT = "grant"
    HOLD_BOTH = "hold_both"
    REVOKE = "revoke"


@dataclass(frozen=True, slots=True)
class ByHand:
    """A step only a person can take, and which ability the connector lacks for it."""

    missing: Missing
    step: Step


@dataclass(frozen=True, slots=True)
class Plan:
    """The ordered steps that turn what was seen into what is wanted, and those no connector's call reaches."""

    steps: tuple[Step, ...] = ()
    by_hand: tuple[ByHand, ...] = ()

    @property
    def shortfalls(self) -> tuple[Missing, ...]:
        """What the connector cannot do, each once."""
        return tuple(dict.fromkeys(each.missing for each in self.by_hand))

    @property
    def is_empty(self) -> bool:
        """Nothing to do and nothing to ask of a person."""
        return not self.steps and not self.by_hand
