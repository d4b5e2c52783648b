"""What the catalog tells people of an app."""

from dataclasses import dataclass, field
from datetime import date

from seatkeeper.core.accounts import Abilities, Arrival, Proof
from seatkeeper.core.values import Document


@dataclass(frozen=True, slots=True)
class Verified:
    """The last run in which the app itself was provisioned and read back."""

    version: str
    """The app's, such as ``5.0.4``."""
    at: date
    abilities: tuple[str, ...]
    """In the words of ``list_abilities``."""


@dataclass(frozen=True, slots=True)
class AppFacts:
    """What is known of one app beside how to speak to it, in texts for people."""

    kind: str
    """The connector that speaks to it, such as ``rest``."""
    keywords: tuple[str, ...] = ()
    settings: Document = field(default_factory=dict)
    """What the form of a new integration starts with."""
    quirks: tuple[str, ...] = ()
    """How this app differs from what one would expect."""
    service_account: str = ""
    """How to make the service account with the least privilege, in Markdown."""
    identity_provider: str = ""
    """What to mind in the identity provider."""
    source: str = ""
    """The public description it was written from, where nobody ran the app here."""
    verified: Verified | None = None
    """None says: not verified here."""


ABILITIES = (
    "reads back",
    "lists",
    "creates",
    "invites",
    "updates",
    "renames",
    "disables",
    "deletes",
    "groups",
)
"""The words of ``list_abilities`` that are not about a type of entitlement, in the order of the tables."""


def list_abilities(abilities: Abilities) -> tuple[str, ...]:
    """Put what an app can do into the words of the truth table; ``grants role`` for each type of entitlement."""
    able = {
        "reads back": abilities.reads_back and abilities.proof is not Proof.NEVER,
        "lists": abilities.lists,
        "creates": abilities.creates and abilities.arrival is Arrival.AT_ONCE,
        "invites": abilities.creates and abilities.arrival is Arrival.BY_INVITATION,
        "updates": abilities.updates,
        "renames": abilities.renames,
        "disables": abilities.disables,
        "deletes": abilities.deletes,
        "groups": abilities.groups,
    }
    return (*(word for word in ABILITIES if able[word]), *(f"grants {kind}" for kind in sorted(abilities.grants)))
