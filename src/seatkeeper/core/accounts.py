"""A person's account in the app: what is wanted, what was seen, and what the app's connector can do."""

from dataclasses import dataclass, field
from enum import StrEnum

from seatkeeper.core.entitlements import Entitlement, Grant
from seatkeeper.core.ids import Uid
from seatkeeper.core.values import Attributes


class Presence(StrEnum):
    """What is wanted of the account as a whole."""

    ACTIVE = "active"
    DISABLED = "disabled"
    """Present, but nobody can sign in with it. An account that is not there is not created for this."""
    ABSENT = "absent"
    UNTOUCHED = "untouched"
    """Leave whatever is there exactly as it is (leaver policy *keep*)."""


@dataclass(frozen=True, slots=True)
class WantedAccount:
    """What the app should hold for one person, worked out from the User, its Groups, mapping and policy.

    Only the attributes named here are managed; others are never looked at. ``grants`` is None for
    "leave the entitlements alone", as for a leaver whose memberships are kept for a return.
    """

    presence: Presence
    attributes: Attributes = field(default_factory=dict)
    grants: frozenset[Grant] | None = None

    @property
    def entitlements(self) -> frozenset[Entitlement] | None:
        """The entitlements asked for by at least one source."""
        return None if self.grants is None else frozenset(grant.entitlement for grant in self.grants)


class Proof(StrEnum):
    """What reading an account back shows."""

    READING = "reading"
    """What the app holds."""
    LATER = "later"
    """What was handed over to the app, until the app has shown what it made of it: a job waits for that."""
    NEVER = "never"
    """What was handed over to the app, and no more: every change is then *done, unverified*."""


class Arrival(StrEnum):
    """How an account that is asked for comes to be."""

    AT_ONCE = "at_once"
    BY_INVITATION = "by_invitation"
    """Creating it invites the person; the account is there once they accept."""
    AT_FIRST_SIGN_IN = "at_first_sign_in"
    """The app makes it when the person first signs in; creating it, where that can be done, only prepares it."""


class Standing(StrEnum):
    """How far an account that was read has come."""

    PRESENT = "present"
    SENT = "sent"
    """Under ``Proof.LATER``: this was handed over, and the app has not shown it yet. An account that was deleted
    stands so until the app has shown itself without it."""
    INVITED = "invited"
    """There is an invitation, known by its Uid, and no account yet."""
    PREPARED = "prepared"
    """The app knows of the person, and makes the account when they first sign in."""


NOT_YET = frozenset({Standing.INVITED, Standing.PREPARED})
"""There is no account yet that could be changed."""


@dataclass(frozen=True, slots=True)
class SeenAccount:
    """An account as the connector read it from the app, in the app's own attribute names.

    ``active`` is None where the app cannot tell. ``name`` is what the person signs in with (ConnId ``Name``).
    """

    uid: Uid
    name: str
    active: bool | None
    attributes: Attributes
    entitlements: frozenset[Entitlement] = frozenset()
    standing: Standing = Standing.PRESENT


@dataclass(frozen=True, slots=True)
class SeenGroup:
    """A group as the connector read it from the app; ``members`` are the Uids of accounts."""

    uid: Uid
    name: str
    members: frozenset[Uid]


@dataclass(frozen=True, slots=True)
class Abilities:
    """What one open connection to an app can do. Declared by the connector, and true.

    The plan never holds a step its connector cannot carry out: what is missing becomes a shortfall.
    """

    name_attribute: str
    """The attribute that holds the account's Name; changing it is a rename."""
    creates: bool = True
    arrival: Arrival = Arrival.AT_ONCE
    """Unless at once, a job stays open as *invited* or *prepared* until the account is there."""
    needs_forwarding: bool = False
    """What invites is a link that a person has to hand on, which becomes a task."""
    shows_invitations: bool = True
    """False where an open invitation cannot be read: that it was made is then remembered here."""
    withdraws_invitations: bool = False
    """An open invitation can be taken back (``WithdrawsInvitations``)."""
    invites_again: bool = True
    """False where an address that was invited once can never be invited again."""
    grants_before_arrival: bool = False
    """Entitlements can be granted to a person who is only invited or prepared; most apps refuse that."""
    requires: frozenset[str] = frozenset()
    """Attributes without which the app makes no account."""
    updates: bool = True
    updates_only: frozenset[str] | None = None
    """The attributes that can be changed, where those are not all. The Name is ``renames``."""
    renames: bool = True
    disables: bool = True
    deletes: bool = True
    grants: frozenset[str] = frozenset()
    """Entitlement types this app can grant and revoke."""
    grants_in_batches: bool = True
    """False gives every entitlement a step of its own, since one call carries one."""
    single: frozenset[str] = frozenset()
    """Types of which an account holds one at most; granting another replaces it, whoever gave that."""
    revokes_first: frozenset[str] = frozenset()
    """Of the ``single`` types, those where the old one has to be revoked before another can be granted."""
    exclusive: frozenset[str] = frozenset()
    """Types whose entitlements one account at a time can hold, such as the owner of a workspace."""
    lists_entitlements: bool = True
    """False where the app cannot tell what it offers. Means nothing without ``grants``."""
    lists: bool = True
    """All accounts can be listed (``ListsAccounts``)."""
    groups: bool = False
    """The app has groups whose members can be changed in batches."""
    creates_groups: bool = True
    """False where groups are made in the app by hand, and only found here. Means nothing without ``groups``."""
    renames_groups: bool = True
    """A group's name can be changed and its members stay. Means nothing without ``groups``."""
    reads_members: bool = True
    """False where members can be changed and never read back: a group's change is then *done, unverified*."""
    reads_back: bool = True
    """False where nothing can be read: every change is then *done, unverified*."""
    proof: Proof = Proof.READING
    unproven: frozenset[str] = frozenset()
    """Attributes that read as they were handed over, whatever the app made of them."""
    write_only: frozenset[str] = frozenset()
    """Attributes that can be written and never read back, such as a password."""
    create_only: frozenset[str] = frozenset()
    """Attributes that can be set when the account is made and not afterwards."""
    gathers: int = 1
    """So many changes made at the same time cost the app little more than one: as many jobs are worked on at once,
    whatever the policy's concurrency."""
    ignores_case: frozenset[str] = frozenset()
    """Attributes the app compares without case."""
