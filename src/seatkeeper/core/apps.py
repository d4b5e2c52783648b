"""What the catalog tells people of an app."""

from dataclasses import dataclass, field
from datetime import date

from seatkeeper.core.values import Document


@dataclass(frozen=True, slots=True)
class Tested:
    """The last run in which the app itself was provisioned and read back."""

    version: str
    """The app's, such as ``5.0.4``."""
    at: date


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
    tested: Tested | None = None
    """None says: not verified here."""
