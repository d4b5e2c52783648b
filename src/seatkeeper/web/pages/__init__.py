"""The pages, a module for each place; each says which doors lead to it."""

from collections.abc import Sequence

from seatkeeper.web.doors import Door
from seatkeeper.web.pages import (
    account,
    activity,
    connecting,
    going_live,
    groups,
    groups_csv,
    integrations,
    jobs,
    oidc,
    overview,
    people,
    person,
    securing,
    settings,
    settings_history,
    settings_mapping,
    settings_owners,
    settings_scim,
    setup,
    signing_in,
    streams,
    switching,
    tasks,
    wizard,
)

DOORS: Sequence[Door] = (
    *setup.DOORS,
    *signing_in.DOORS,
    *oidc.DOORS,
    *account.DOORS,
    *securing.DOORS,
    *wizard.DOORS,
    *connecting.DOORS,
    *going_live.DOORS,
    *settings.DOORS,
    *settings_scim.DOORS,
    *settings_mapping.DOORS,
    *settings_history.DOORS,
    *settings_owners.DOORS,
    *integrations.DOORS,
    *overview.DOORS,
    *switching.DOORS,
    *people.DOORS,
    *person.DOORS,
    *groups.DOORS,
    *groups_csv.DOORS,
    *activity.DOORS,
    *jobs.DOORS,
    *tasks.DOORS,
    *streams.DOORS,
)
"""Every door of the pages. A test walks each of them with each role."""
