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
class GrantEntitlements:
    """Give these entitlements, in one call where the app can."""

    entitlements: tuple[Entitlement, ...]


@dataclass(frozen=True, slots=True)
class RevokeEntitlements:
    """Take these entitlements away, in one call where the app can."""

    entitlements: tuple[Entitlement, ...]


Step: TypeAlias = (
    "CreateAccount | UpdateAccount | EnableAccount | DisableAccount | DeleteAccount"
    " | GrantEntitlements | RevokeEntitlements"
)


class Missing(StrEnum):
    """An ability the app's connector lacks and the wish would need."""

    CREATE = "create"
    UPDATE = "update"
    RENAME = "rename"
    ENABLE = "enable"
    DISABLE = "disable"
    DELETE = "delete"
    GRANT = "grant"
    REVOKE = "revoke"


@dataclass(frozen=True, slots=True)
class Plan:
    """The ordered steps that turn what was seen into what is wanted, and what no step can reach."""

    steps: tuple[Step, ...] = ()
    shortfalls: tuple[Missing, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Nothing to do and nothing to ask of a person."""
        return not self.steps and not self.shortfalls
