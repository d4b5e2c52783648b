"""The pages, a module for each place; each says which doors lead to it."""

from collections.abc import Sequence

from seatkeeper.web.doors import Door
from seatkeeper.web.pages import account, activity, integrations, oidc, setup, signing_in, streams, wizard

DOORS: Sequence[Door] = (
    *setup.DOORS,
    *signing_in.DOORS,
    *oidc.DOORS,
    *account.DOORS,
    *wizard.DOORS,
    *integrations.DOORS,
    *activity.DOORS,
    *streams.DOORS,
)
"""Every door of the pages. A test walks each of them with each role."""
