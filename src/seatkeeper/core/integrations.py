"""An integration: one IdP app joined to one external app, and the rules it lives by."""

from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from seatkeeper.core.dialects import Dialect, Tolerance, tolerances_of
from seatkeeper.core.ids import IntegrationId
from seatkeeper.core.values import Document


class IntegrationState(StrEnum):
    """Only a live integration runs jobs; all of them accept SCIM."""

    DRAFT = "draft"
    LIVE = "live"
    PAUSED = "paused"


LONGEST_WAIT_FOR_PROOF = timedelta(seconds=50)
"""Okta hangs up after a minute."""


class LeaverRule(StrEnum):
    """What becomes of the account of a person who is deactivated or removed in the IdP."""

    DISABLE = "disable"
    DELETE = "delete"
    DISABLE_THEN_DELETE = "disable-then-delete"
    KEEP = "keep"


@dataclass(frozen=True, slots=True)
class RemovalLimit:
    """Above both figures within ``window`` removals are held for an Owner. Promise 3: no surprise removals."""

    count: int = 25
    percent: int = 20
    window: timedelta = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class RetryRule:
    """Backoff of a passing problem: ``first`` doubling to ``ceiling`` with jitter, for ``give_up_after``."""

    first: timedelta = timedelta(seconds=2)
    ceiling: timedelta = timedelta(minutes=15)
    give_up_after: timedelta = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Policy:
    """The rules of one integration that are not about attributes."""

    leavers: LeaverRule = LeaverRule.DISABLE
    delete_after: timedelta = timedelta(days=30)
    """How long a disabled account is kept under *disable-then-delete*."""
    push_groups: bool = True
    """Mirror the IdP's groups as groups of the app, where the app has groups."""
    concurrency: int = 4
    """Jobs of this integration carried out at the same time."""
    rate_per_minute: int | None = None
    """Jobs started a minute; None is as fast as the app allows."""
    wait_for_proof: timedelta | None = None
    """How long an answer to the IdP waits for its job to be verified; None answers as soon as it is accepted."""
    dialect: Dialect | None = None
    """Whose way of speaking SCIM is expected; None takes what any identity provider sends."""
    tolerances: tuple[Tolerance, ...] = ()
    """What is let pass beside what the dialect needs."""
    follow_up_after: timedelta = timedelta(days=14)
    """How long a person may be invited, or an account prepared, before a task asks somebody to see to it."""
    tasks_due_after: timedelta = timedelta(days=3)
    """When a task is due that says nothing of it."""
    removals: RemovalLimit = field(default_factory=RemovalLimit)
    retries: RetryRule = field(default_factory=RetryRule)

    @property
    def tolerated(self) -> frozenset[Tolerance]:
        """Everything that is let pass of what the standards do not allow."""
        return tolerances_of(self.dialect, self.tolerances)


@dataclass(frozen=True, slots=True)
class EntitlementRule:
    """A CEL expression over ``user`` and ``group`` or ``user`` alone that yields values of one type.

    With ``per_group`` the expression is evaluated once for every Group of the person, which is bound to
    ``group``, and each value remembers that Group as its source. Without it the source is the User.
    """

    type: str
    values: str
    per_group: bool = False


@dataclass(frozen=True, slots=True)
class MappingRules:
    """CEL sources, as an Owner writes them. ``core.mapping`` compiles and evaluates them."""

    attributes: dict[str, str]
    """App attribute → expression over ``user`` and ``groups``. A null result empties the attribute."""
    entitlements: tuple[EntitlementRule, ...] = ()
    join: tuple[str, ...] = ()
    """App attributes by which an existing account is looked for, in this order, before one is created."""
    required: tuple[str, ...] = ()
    """App attributes without which no account is created."""


@dataclass(frozen=True, slots=True)
class SchemaAttribute:
    """One attribute of the integration's user schema (the words of RFC 7643 §7).

    ``name`` is the SCIM attribute, dotted for a sub-attribute and URN-qualified for an extension.
    """

    name: str
    type: str = "string"
    required: bool = False
    multi_valued: bool = False
    unique: bool = False
    sensitive: bool = False
    """Never shown, logged or kept in an attempt: a changed value is stored as "changed"."""
    returned: bool = True
    case_exact: bool = False
    """Texts that differ in case are different values."""


@dataclass(frozen=True, slots=True)
class Integration:
    """Everything about an integration except its secrets and its people."""

    id: IntegrationId
    slug: str
    """Names it in URLs and files: lower-case letters, digits and hyphens (Okta refuses ``_`` in a base URL)."""
    name: str
    connector: str
    settings: Document
    """The connector's settings without the secret ones."""
    schema: tuple[SchemaAttribute, ...]
    mapping: MappingRules
    policy: Policy
    state: IntegrationState
    quarantined: bool = False
    recognised: Dialect | None = field(default=None, compare=False)
    """Whose requests were recognised, while no Owner chose a dialect."""

    @property
    def dialect(self) -> Dialect | None:
        """Whose way of speaking SCIM is expected: what an Owner chose, or else who was recognised.

        Only what an Owner chose makes others be refused: ``policy.tolerated``.
        """
        return self.policy.dialect or self.recognised
