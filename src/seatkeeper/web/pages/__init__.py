"""The pages, a module for each place; each says which doors lead to it."""

from collections.abc import Sequence

from seatkeeper.web.doors import Door
from seatkeeper.web.pages import (
    account,
    activity,
    integrations,
    jobs,
    oidc,
    settings,
    settings_history,
    settings_mapping,
    settings_owners,
    settings_scim,
    setup,
    signing_in,
    streams,
    tasks,
    wizard,
)

DOORS: Sequence[Door] = (
    *setup.DOORS,
    *signing_in.DOORS,
    *oidc.DOORS,
    *account.DOORS,
    *wizard.DOORS,
    *settings.DOORS,
    *settings_scim.DOORS,
    *settings_mapping.DOORS,
    *settings_history.DOORS,
    *settings_owners.DOORS,
    *integrations.DOORS,
    *activity.DOORS,
    *jobs.DOORS,
    *tasks.DOORS,
    *streams.DOORS,
)
"""Every door of the pages. A test walks each of them with each role."""
