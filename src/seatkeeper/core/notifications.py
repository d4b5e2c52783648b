"""Whom to tell of which events: the rules, and the kinds of events under the words people choose them by."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from seatkeeper.core.events import EventKind
from seatkeeper.core.ids import EventId, IntegrationId, NotificationRuleId
from seatkeeper.core.topics import WORKSPACE_TOPICS, Topic


class Channel(StrEnum):
    """How somebody is told."""

    WEBHOOK = "webhook"
    """A request for each event, signed by Standard Webhooks."""
    APPRISE = "apprise"
    """A message for people, by mail or chat: what happens within a minute is told in one."""


@dataclass(frozen=True, slots=True)
class NotificationRule:
    """A rule, without where it leads: that is sealed. ``integration_id`` is None for every integration.

    ``shown`` is what may be shown of the target. ``told_until`` is the newest event told of or passed over.
    """

    id: NotificationRuleId
    integration_id: IntegrationId | None
    name: str
    kinds: frozenset[EventKind]
    channel: Channel
    shown: str
    enabled: bool
    told_until: EventId
    told_at: datetime | None
    due_at: datetime
    failures: int
    problem: str | None


NOTICES: Mapping[str, Topic] = {
    "failures": Topic("A job failed", frozenset({EventKind.JOB_FAILED})),
    "tasks": Topic("A task waits for a person", frozenset({EventKind.TASK_OPENED})),
    "removals": Topic("Removals are held for an Owner", frozenset({EventKind.REMOVALS_HELD})),
    "quarantine": Topic(
        "An app refuses its service account, or accepts it again",
        frozenset({EventKind.INTEGRATION_QUARANTINED, EventKind.INTEGRATION_RELEASED}),
    ),
    "pauses": Topic(
        "An integration is paused or resumed",
        frozenset({EventKind.INTEGRATION_PAUSED, EventKind.INTEGRATION_RESUMED}),
    ),
    "settings": Topic(
        "An integration is made, changed, set live or deleted, or its tokens or roles change",
        frozenset(
            {
                EventKind.INTEGRATION_CREATED,
                EventKind.INTEGRATION_CHANGED,
                EventKind.INTEGRATION_ACTIVATED,
                EventKind.INTEGRATION_DELETED,
                EventKind.TOKEN_CREATED,
                EventKind.TOKEN_REVOKED,
                EventKind.INTEGRATION_NETWORKS_CHANGED,
                EventKind.INTEGRATION_ADDRESS_REFUSED,
                EventKind.INTEGRATION_RECOGNISED,
                EventKind.ROLE_GIVEN,
                EventKind.ROLE_TAKEN,
            }
        ),
    ),
    "joiners": Topic(
        "Somebody is assigned, or back", frozenset({EventKind.USER_ASSIGNED, EventKind.USER_REACTIVATED})
    ),
    "leavers": Topic(
        "Somebody is deactivated or removed", frozenset({EventKind.USER_DEACTIVATED, EventKind.USER_REMOVED})
    ),
    "done": Topic("A job is done", frozenset({EventKind.JOB_SUCCEEDED, EventKind.JOB_UNVERIFIED})),
}
"""Of an integration, what is most often worth being told first."""

WORKSPACE_NOTICES: Mapping[str, Topic] = {
    "members": Topic("A member is added, changed or kept out", WORKSPACE_TOPICS["members"].kinds),
    "refusals": Topic("A sign-in is refused", frozenset({EventKind.MEMBER_SIGN_IN_FAILED})),
    "workspace": Topic("Sign-in providers or API tokens change", WORKSPACE_TOPICS["workspace"].kinds),
}
"""Of the workspace: for rules that are about every integration."""
