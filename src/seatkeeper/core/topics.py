"""What people ask Activity for: kinds of events under the words they know."""

from collections.abc import Mapping
from dataclasses import dataclass

from seatkeeper.core.events import EventKind


@dataclass(frozen=True, slots=True)
class Topic:
    """Kinds of events that belong together for a person."""

    title: str
    kinds: frozenset[EventKind]


TOPICS: Mapping[str, Topic] = {
    "joiners": Topic("People assigned or back", frozenset({EventKind.USER_ASSIGNED, EventKind.USER_REACTIVATED})),
    "changes": Topic("People changed", frozenset({EventKind.USER_CHANGED})),
    "leavers": Topic(
        "People deactivated or removed", frozenset({EventKind.USER_DEACTIVATED, EventKind.USER_REMOVED})
    ),
    "groups": Topic(
        "Groups",
        frozenset(
            {
                EventKind.GROUP_ASSIGNED,
                EventKind.GROUP_CHANGED,
                EventKind.GROUP_MEMBERS_CHANGED,
                EventKind.GROUP_REMOVED,
            }
        ),
    ),
    "done": Topic(
        "Jobs done",
        frozenset(
            {
                EventKind.JOB_SUCCEEDED,
                EventKind.JOB_UNVERIFIED,
                EventKind.JOB_UNCHANGED,
                EventKind.JOB_AWAITING,
                EventKind.ACCOUNT_ADOPTED,
            }
        ),
    ),
    "trouble": Topic(
        "Jobs in trouble",
        frozenset(
            {
                EventKind.JOB_FAILED,
                EventKind.JOB_RETRYING,
                EventKind.JOB_WAITING,
                EventKind.INTEGRATION_QUARANTINED,
            }
        ),
    ),
    "people": Topic(
        "What people decided",
        frozenset(
            {
                EventKind.JOB_RETRIED,
                EventKind.JOB_CANCELLED,
                EventKind.USER_SYNC_REQUESTED,
                EventKind.INTEGRATION_SYNC_REQUESTED,
                EventKind.REMOVALS_HELD,
                EventKind.TASK_OPENED,
                EventKind.TASK_OVERDUE,
                EventKind.TASK_DONE,
                EventKind.TASK_DECLINED,
            }
        ),
    ),
    "settings": Topic(
        "The integration itself",
        frozenset(
            {
                EventKind.INTEGRATION_CREATED,
                EventKind.INTEGRATION_CHANGED,
                EventKind.INTEGRATION_ACTIVATED,
                EventKind.INTEGRATION_PAUSED,
                EventKind.INTEGRATION_RESUMED,
                EventKind.INTEGRATION_RELEASED,
                EventKind.INTEGRATION_DELETED,
                EventKind.TOKEN_CREATED,
                EventKind.TOKEN_REVOKED,
                EventKind.INTEGRATION_NETWORKS_CHANGED,
                EventKind.INTEGRATION_ADDRESS_REFUSED,
                EventKind.INTEGRATION_RECOGNISED,
                EventKind.ROLE_GIVEN,
                EventKind.ROLE_TAKEN,
                EventKind.NOTIFICATION_RULE_ADDED,
                EventKind.NOTIFICATION_RULE_CHANGED,
                EventKind.NOTIFICATION_RULE_REMOVED,
                EventKind.RECORDING_STARTED,
                EventKind.RECORDING_STOPPED,
                EventKind.RECORDING_ENDED,
                EventKind.RECORDING_DOWNLOADED,
                EventKind.RECORDING_REPLAYED,
                EventKind.RECORDING_DELETED,
            }
        ),
    ),
}
"""Each kind about an integration is in one of them: a test holds them against ``EventKind``."""

WORKSPACE_TOPICS: Mapping[str, Topic] = {
    "sign_ins": Topic("Signing in", frozenset({EventKind.MEMBER_SIGNED_IN, EventKind.MEMBER_SIGN_IN_FAILED})),
    "members": Topic(
        "Members",
        frozenset(
            {
                EventKind.MEMBER_ADDED,
                EventKind.MEMBER_CHANGED,
                EventKind.MEMBER_DISABLED,
                EventKind.MEMBER_ENABLED,
                EventKind.MEMBER_LINK_MADE,
                EventKind.MEMBER_LINK_USED,
                EventKind.MEMBER_SIGN_IN_CHANGED,
            }
        ),
    ),
    "workspace": Topic(
        "Sign-in providers and API tokens",
        frozenset(
            {
                EventKind.PROVIDER_ADDED,
                EventKind.PROVIDER_CHANGED,
                EventKind.PROVIDER_REMOVED,
                EventKind.API_TOKEN_CREATED,
                EventKind.API_TOKEN_REVOKED,
            }
        ),
    ),
}
"""Of what happens in the workspace rather than in one integration: the audit log has them, Activity has not."""

AUDIT_TOPICS: Mapping[str, Topic] = {
    **WORKSPACE_TOPICS,
    **{key: TOPICS[key] for key in ("settings", "people")},
}
"""What people do; the others are what identity providers and Seatkeeper do."""
