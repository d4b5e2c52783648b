"""What can have happened, in the past tense, and who did it. Stored, shown in Activity, matched on by scripts."""

from dataclasses import dataclass
from enum import StrEnum


class EventKind(StrEnum):
    """Every kind of row Activity can show; ``core.wording`` has a sentence for each."""

    INTEGRATION_CREATED = "integration.created"
    INTEGRATION_CHANGED = "integration.changed"
    INTEGRATION_ACTIVATED = "integration.activated"
    INTEGRATION_PAUSED = "integration.paused"
    INTEGRATION_RESUMED = "integration.resumed"
    INTEGRATION_SYNC_REQUESTED = "integration.sync_requested"
    INTEGRATION_QUARANTINED = "integration.quarantined"
    INTEGRATION_RELEASED = "integration.released"
    INTEGRATION_DELETED = "integration.deleted"
    """Belongs to no integration, as what happens in the workspace."""
    TOKEN_CREATED = "token.created"  # noqa: S105 - an event name, not a secret
    TOKEN_REVOKED = "token.revoked"  # noqa: S105 - an event name, not a secret
    INTEGRATION_NETWORKS_CHANGED = "integration.networks_changed"
    INTEGRATION_ADDRESS_REFUSED = "integration.address_refused"
    """The credentials were good, and came from outside the networks the integration may be called from."""
    INTEGRATION_RECOGNISED = "integration.recognised"
    """The target is the identity provider that was recognised."""
    USER_ASSIGNED = "user.assigned"
    USER_CHANGED = "user.changed"
    USER_DEACTIVATED = "user.deactivated"
    USER_REACTIVATED = "user.reactivated"
    USER_REMOVED = "user.removed"
    USER_SYNC_REQUESTED = "user.sync_requested"
    GROUP_ASSIGNED = "group.assigned"
    GROUP_CHANGED = "group.changed"
    GROUP_MEMBERS_CHANGED = "group.members_changed"
    GROUP_REMOVED = "group.removed"
    JOB_SUCCEEDED = "job.succeeded"
    JOB_UNVERIFIED = "job.unverified"
    JOB_UNCHANGED = "job.unchanged"
    JOB_AWAITING = "job.awaiting"
    """Done on our side; the app or the person has to follow."""
    JOB_RETRYING = "job.retrying"
    JOB_WAITING = "job.waiting"
    JOB_FAILED = "job.failed"
    JOB_CANCELLED = "job.cancelled"
    JOB_RETRIED = "job.retried"
    ACCOUNT_ADOPTED = "account.adopted"
    REMOVALS_HELD = "removals.held"
    TASK_OPENED = "task.opened"
    TASK_OVERDUE = "task.overdue"
    TASK_DONE = "task.done"
    TASK_DECLINED = "task.declined"
    ROLE_GIVEN = "role.given"
    ROLE_TAKEN = "role.taken"
    MEMBER_ADDED = "member.added"
    MEMBER_CHANGED = "member.changed"
    MEMBER_DISABLED = "member.disabled"
    MEMBER_ENABLED = "member.enabled"
    MEMBER_LINK_MADE = "member.link_made"
    MEMBER_LINK_USED = "member.link_used"
    MEMBER_SIGNED_IN = "member.signed_in"
    MEMBER_SIGN_IN_FAILED = "member.sign_in_failed"
    MEMBER_SIGN_IN_CHANGED = "member.sign_in_changed"
    PROVIDER_ADDED = "provider.added"
    PROVIDER_CHANGED = "provider.changed"
    PROVIDER_REMOVED = "provider.removed"
    API_TOKEN_CREATED = "api_token.created"  # noqa: S105 - an event name, not a secret
    API_TOKEN_REVOKED = "api_token.revoked"  # noqa: S105 - an event name, not a secret
    NOTIFICATION_RULE_ADDED = "notification_rule.added"
    NOTIFICATION_RULE_CHANGED = "notification_rule.changed"
    NOTIFICATION_RULE_REMOVED = "notification_rule.removed"
    RECORDING_STARTED = "recording.started"
    RECORDING_STOPPED = "recording.stopped"
    RECORDING_ENDED = "recording.ended"
    """It ended by itself."""
    RECORDING_DOWNLOADED = "recording.downloaded"
    RECORDING_REPLAYED = "recording.replayed"
    RECORDING_DELETED = "recording.deleted"


FOLDING = frozenset(
    {
        *(kind for kind in EventKind if kind.value.startswith("job.")),
        EventKind.ACCOUNT_ADOPTED,
        EventKind.TASK_OPENED,
        EventKind.TASK_OVERDUE,
        EventKind.TASK_DONE,
        EventKind.TASK_DECLINED,
    }
)
"""Kinds that tell how a job gets on: in Activity they fold into the row that tells what the job was asked for."""


class ActorKind(StrEnum):
    """Who caused a change."""

    IDP = "idp"
    PERSON = "person"
    SEATKEEPER = "seatkeeper"


@dataclass(frozen=True, slots=True)
class Origin:
    """Who asked, and in which request: it travels from the request to the event and the job it causes."""

    actor: ActorKind
    name: str
    request_id: str | None = None
    request: str | None = None
    """What was called, such as ``PATCH /Users``; kept with the event, never with what was sent."""
