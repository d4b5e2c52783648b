"""The sentences people read, for every face: problems, events, jobs, steps and what an app cannot do.

The details of an event have one meaning each, whatever its kind:

``changed``  names of attributes or settings    ``problem``  a problem code, with ``detail`` beside it
``added``    number of members who came         ``unread``   names of what cannot be read back
``removed``  number of members who went         ``uid``      the account in the app
``jobs``     number of jobs asked for           ``count``    number of removals held, let go or declined
``active``   false for a person not active      ``kind``     the kind of the job that is told of
``slug``     that of an integration now gone    ``forgotten``  how many of each were deleted with it
``note``     what a person said of their task   ``request``  what the identity provider called
``role``     what somebody became or was        ``method``   how somebody signed in, or tried to
``address``  where they did                     ``requests`` number of requests recorded or replayed
``waiting``  number of members who have yet to arrive
``by``       who says that it was done by hand  ``file``     the name of a file a person kept with a task
``networks`` from where an integration may now be called; none means from everywhere
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, assert_never

from seatkeeper.core.entitlements import Entitlement
from seatkeeper.core.events import EventKind
from seatkeeper.core.explanations import EXPLANATIONS, Explanation
from seatkeeper.core.jobs import JobKind, JobState
from seatkeeper.core.problems import Problem, ProblemCode
from seatkeeper.core.steps import (
    CreateAccount,
    DeleteAccount,
    DisableAccount,
    EnableAccount,
    GrantEntitlements,
    Missing,
    RevokeEntitlements,
    Step,
    UpdateAccount,
    WithdrawInvitation,
)
from seatkeeper.core.values import Attributes, AttributeValue, is_unassigned

EVENTS: Mapping[EventKind, str] = {
    EventKind.INTEGRATION_CREATED: "{actor} created the integration {target}",
    EventKind.INTEGRATION_CHANGED: "{actor} changed the integration {target}",
    EventKind.INTEGRATION_ACTIVATED: "{actor} set the integration {target} live",
    EventKind.INTEGRATION_PAUSED: "{actor} paused the integration {target}",
    EventKind.INTEGRATION_RESUMED: "{actor} resumed the integration {target}",
    EventKind.INTEGRATION_SYNC_REQUESTED: "{actor} asked to look at everybody of {target} again",
    EventKind.INTEGRATION_QUARANTINED: "{target} stands still until the app accepts the service account",
    EventKind.INTEGRATION_RELEASED: "{target} goes on: the app accepts the service account again",
    EventKind.INTEGRATION_DELETED: "{actor} deleted the integration {target}",
    EventKind.TOKEN_CREATED: "{actor} created the SCIM token {target}",
    EventKind.TOKEN_REVOKED: "{actor} revoked the SCIM token {target}",
    EventKind.INTEGRATION_NETWORKS_CHANGED: "{actor} changed from where {target} may be called",
    EventKind.INTEGRATION_ADDRESS_REFUSED: "{actor} showed good credentials from {target}, which is not allowed",
    EventKind.INTEGRATION_RECOGNISED: "{actor} recognised {target} and set its preset",
    EventKind.USER_ASSIGNED: "{actor} assigned {target}",
    EventKind.USER_CHANGED: "{actor} changed {target}",
    EventKind.USER_DEACTIVATED: "{actor} deactivated {target}",
    EventKind.USER_REACTIVATED: "{actor} reactivated {target}",
    EventKind.USER_REMOVED: "{actor} removed {target}",
    EventKind.USER_SYNC_REQUESTED: "{actor} asked to bring the account of {target} in line now",
    EventKind.GROUP_ASSIGNED: "{actor} assigned the group {target}",
    EventKind.GROUP_CHANGED: "{actor} changed the group {target}",
    EventKind.GROUP_MEMBERS_CHANGED: "{actor} changed the members of the group {target}",
    EventKind.GROUP_REMOVED: "{actor} removed the group {target}",
    EventKind.JOB_SUCCEEDED: "{job} of {target} is done, and the app proves it",
    EventKind.JOB_UNVERIFIED: "{job} of {target} is done, unverified",
    EventKind.JOB_UNCHANGED: "{job} of {target} had nothing to do",
    EventKind.JOB_AWAITING: "{job} of {target} is done here, and has to be followed up in the app",
    EventKind.JOB_RETRYING: "{job} of {target} is tried again later",
    EventKind.JOB_WAITING: "{job} of {target} waits for a person",
    EventKind.JOB_FAILED: "{job} of {target} failed",
    EventKind.JOB_CANCELLED: "{actor} cancelled the job for {target}",
    EventKind.JOB_RETRIED: "{actor} asked to try {target} again",
    EventKind.ACCOUNT_ADOPTED: "{target} had an account in the app, which is now kept by Seatkeeper",
    EventKind.REMOVALS_HELD: "Removals from {target} are held for an Owner",
    EventKind.TASK_OPENED: "{target} needs a person",
    EventKind.TASK_OVERDUE: "The task about {target} is overdue",
    EventKind.TASK_DONE: "{actor} did the task about {target}",
    EventKind.TASK_DECLINED: "{actor} declined the task about {target}",
    EventKind.ROLE_GIVEN: "{actor} gave {target} a role on the integration",
    EventKind.ROLE_TAKEN: "{actor} took the role on the integration from {target}",
    EventKind.MEMBER_ADDED: "{actor} added the member {target}",
    EventKind.MEMBER_CHANGED: "{actor} changed the role of {target}",
    EventKind.MEMBER_DISABLED: "{actor} disabled the member {target}",
    EventKind.MEMBER_ENABLED: "{actor} let the member {target} in again",
    EventKind.MEMBER_LINK_MADE: "{actor} made a one-time link for {target}",
    EventKind.MEMBER_LINK_USED: "{target} chose a password with a one-time link",
    EventKind.MEMBER_SIGNED_IN: "{target} signed in",
    EventKind.MEMBER_SIGN_IN_FAILED: "Somebody tried to sign in as {target} and was refused",
    EventKind.MEMBER_SIGN_IN_CHANGED: "{actor} changed how {target} signs in",
    EventKind.PROVIDER_ADDED: "{actor} added the sign-in provider {target}",
    EventKind.PROVIDER_CHANGED: "{actor} changed the sign-in provider {target}",
    EventKind.PROVIDER_REMOVED: "{actor} removed the sign-in provider {target}",
    EventKind.API_TOKEN_CREATED: "{actor} created the API token {target}",
    EventKind.API_TOKEN_REVOKED: "{actor} revoked the API token {target}",
    EventKind.NOTIFICATION_RULE_ADDED: "{actor} added the notification {target}",
    EventKind.NOTIFICATION_RULE_CHANGED: "{actor} changed the notification {target}",
    EventKind.NOTIFICATION_RULE_REMOVED: "{actor} removed the notification {target}",
    EventKind.RECORDING_STARTED: "{actor} began to record what the identity provider sends to {target}",
    EventKind.RECORDING_STOPPED: "{actor} stopped recording what the identity provider sends to {target}",
    EventKind.RECORDING_ENDED: "The recording of what the identity provider sends to {target} ended by itself",
    EventKind.RECORDING_DOWNLOADED: "{actor} downloaded a recording of {target}",
    EventKind.RECORDING_REPLAYED: "{actor} replayed a recording of {target} into a copy",
    EventKind.RECORDING_DELETED: "{actor} deleted a recording of {target}",
}
"""Complete: a test holds it against ``EventKind``."""

INABILITIES: Mapping[Missing, str] = {
    Missing.CREATE: "create accounts",
    Missing.INVITE_AGAIN: "invite an address a second time",
    Missing.UPDATE: "change the attributes of an account",
    Missing.RENAME: "rename an account in this way",
    Missing.ENABLE: "enable a disabled account",
    Missing.DISABLE: "disable accounts",
    Missing.DELETE: "delete accounts",
    Missing.WITHDRAW: "take an invitation back",
    Missing.HOLD_BOTH: "let an account hold more than one entitlement of this type",
    Missing.GRANT: "grant an entitlement of this type",
    Missing.REVOKE: "take away an entitlement of this type",
}
"""Complete: a test holds it against ``Missing``."""

OUTCOMES: Mapping[str, str] = {
    "succeeded": "The app was read back and holds what was wanted",
    "unverified": "The app took every step; not all of it can be read back",
    "unchanged": "The app already held what was wanted",
    "pending": "All is done here, and the app or the person has to follow",
    "retrying": "It did not work, and is tried again by itself",
    "throttled": "The app asked for fewer calls, so it waits",
    "waiting": "Only a person can go on",
    "failed": "It failed",
    "quarantined": "The app refused the service account, so all jobs wait",
}
"""How an attempt ended, in the words it is kept by (``engine.verdicts``)."""

AWAITED_WORDS: Mapping[ProblemCode, str] = {
    ProblemCode.NOT_SHOWN: "Sent",
    ProblemCode.INVITED: "Invited",
    ProblemCode.PREPARED: "Prepared",
}
"""Where a job stands that the app or the person has to follow. Complete: a test holds it against ``AWAITED``."""

HIDDEN = "(hidden)"


def explain(problem: Problem) -> Explanation:
    """Tell a problem: the sentence ends in the detail of this time, the remedy is always the same."""
    told = EXPLANATIONS[problem.code]
    if not problem.detail:
        return told
    return Explanation(f"{told.sentence.rstrip('.')}: {problem.detail.rstrip('.')}.", told.remedy)


def describe_event(kind: EventKind, *, actor: str, target: str, details: Mapping[str, Any]) -> str:
    """Tell one event in a sentence."""
    particulars = "; ".join(_particulars(details))
    job = _names(JobKind(details["kind"]))[0] if "kind" in details else "The job"
    sentence = EVENTS[kind].format(actor=actor, target=target, job=job)
    return f"{sentence}: {particulars}." if particulars else f"{sentence}."


def describe_job(kind: JobKind, state: JobState, problem: Problem | None = None) -> str:
    """Tell where a job stands, in the words of the Users tab; ``problem`` is what its last attempt met."""
    what, done = _names(kind)
    if state is JobState.RETRYING and problem is not None and problem.code in AWAITED_WORDS:
        return AWAITED_WORDS[problem.code]
    match state:
        case JobState.QUEUED | JobState.RETRYING | JobState.WAITING:
            return f"{what} awaiting"
        case JobState.RUNNING:
            return f"{what} ongoing"
        case JobState.SUCCEEDED | JobState.UNCHANGED:
            return done
        case JobState.UNVERIFIED:
            return f"{done}, unverified"
        case JobState.FAILED | JobState.CANCELLED | JobState.SUPERSEDED:
            return f"{what} {state.value}"
        case _:
            assert_never(state)


def describe_step(step: Step, sensitive: Collection[str] | None = None) -> str:  # noqa: C901, PLR0911 - a closed set
    """Tell one step. Values are shown only when it is said which attributes are sensitive, and never theirs."""
    match step:
        case CreateAccount(attributes):
            return f"Create the account with {_listed(_given(attributes, sensitive))}"
        case UpdateAccount(changes, before):
            return f"Change {_listed(_changed(changes, before, sensitive))}"
        case EnableAccount():
            return "Let the person sign in again"
        case DisableAccount():
            return "Disable the account"
        case DeleteAccount():
            return "Delete the account"
        case WithdrawInvitation():
            return "Take the invitation back"
        case GrantEntitlements(entitlements):
            return f"Give {_listed(map(_named, entitlements))}"
        case RevokeEntitlements(entitlements):
            return f"Take away {_listed(map(_named, entitlements))}"
        case _:
            assert_never(step)


def describe_missing(missing: Missing) -> str:
    """Tell what the app cannot do, and a person may have to."""
    return f"The app cannot {INABILITIES[missing]}."


def describe_forgotten(counts: Mapping[str, Any]) -> str:
    """Tell what was, or would be, deleted with an integration."""
    *most, last = (_counted(counts.get(f"{noun}s", 0), noun) for noun in ("user", "group", "job", "event"))
    return f"{', '.join(most)} and {last}"


def _names(kind: JobKind) -> tuple[str, str]:
    match kind:
        case JobKind.PROVISION:
            return "Provisioning", "Onboarded"
        case JobKind.UPDATE:
            return "Update", "Onboarded"
        case JobKind.DEPROVISION:
            return "Removal", "Removed"
        case JobKind.GROUP:
            return "Group update", "Group up to date"
        case _:
            assert_never(kind)


def _particulars(details: Mapping[str, Any]) -> Iterator[str]:
    if details.get("active") is False:
        yield "not active"
    changed = [name for name in details.get("changed", ()) if name != "active"]  # the sentence says that already
    if changed:
        yield ", ".join(changed)
    yield from _counts(details)
    if details.get("forgotten"):
        yield f"{describe_forgotten(details['forgotten'])} are forgotten"
    if details.get("unread"):
        yield f"the app does not give back {', '.join(details['unread'])}"
    if details.get("uid"):
        yield f"account {details['uid']}"
    yield from _of_access(details)
    yield from _of_person(details)
    if details.get("problem"):
        problem = Problem(ProblemCode(details["problem"]), str(details.get("detail") or ""))
        yield explain(problem).sentence.rstrip(".")


def _of_person(details: Mapping[str, Any]) -> Iterator[str]:
    if details.get("by"):
        yield f"by hand, by {details['by']}"
    if details.get("file"):
        yield f"with the file {details['file']}"
    if details.get("note"):
        yield f"“{details['note']}”"


def _of_access(details: Mapping[str, Any]) -> Iterator[str]:
    if details.get("role"):
        yield f"{details['role']}".capitalize()
    if details.get("method"):
        yield f"by {details['method']}"
    if details.get("address"):
        yield f"from {details['address']}"
    if "networks" in details:
        yield ", ".join(details["networks"]) or "everywhere"


def _counts(details: Mapping[str, Any]) -> Iterator[str]:
    if details.get("added"):
        yield f"{details['added']} added"
    if details.get("removed"):
        yield f"{details['removed']} removed"
    if details.get("waiting"):
        yield f"{_counted(details['waiting'], 'member')} waiting"
    if details.get("count"):
        yield _counted(details["count"], "removal")
    if details.get("jobs"):
        yield f"{_counted(details['jobs'], 'job')} to follow"
    if details.get("requests"):
        yield _counted(details["requests"], "request")


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _given(attributes: Attributes, sensitive: Collection[str] | None) -> Iterator[str]:
    for name, value in attributes.items():
        yield name if sensitive is None else f"{name} {show_value(name, value, sensitive)}"


def _changed(changes: Attributes, before: Attributes, sensitive: Collection[str] | None) -> Iterator[str]:
    for name, value in changes.items():
        if sensitive is None:
            yield name
        elif is_unassigned(before.get(name)) or name in sensitive:
            yield f"{name} to {show_value(name, value, sensitive)}"
        else:
            old = show_value(name, before.get(name), sensitive)
            yield f"{name} from {old} to {show_value(name, value, sensitive)}"


def show_value(name: str, value: AttributeValue | None, sensitive: Collection[str]) -> str:
    """Show the value of an attribute, or that it is hidden."""
    if is_unassigned(value):
        return "nothing"
    if name in sensitive:
        return HIDDEN
    match value:
        case bool():
            return "true" if value else "false"
        case tuple():
            return _listed(value)
        case _:
            return str(value)


def _named(entitlement: Entitlement) -> str:
    return f"{entitlement.type} {entitlement.value}"


def _listed(texts: Iterable[str]) -> str:
    return ", ".join(texts) or "nothing"
