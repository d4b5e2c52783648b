"""Everything that can happen, go wrong or be done has its sentence."""

import itertools

import pytest

from seatkeeper.core.entitlements import Entitlement
from seatkeeper.core.events import EventKind
from seatkeeper.core.explanations import EXPLANATIONS
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
)
from seatkeeper.core.wording import (
    EVENTS,
    INABILITIES,
    describe_event,
    describe_job,
    describe_missing,
    describe_step,
)
from seatkeeper.core.wording import explain as explain_problem

ROLES = (Entitlement("role", "admin"), Entitlement("group", "Staff"))


def test_nothing_is_without_words() -> None:
    assert EXPLANATIONS.keys() == set(ProblemCode)
    assert EVENTS.keys() == set(EventKind)
    assert INABILITIES.keys() == set(Missing)


@pytest.mark.parametrize("code", ProblemCode)
def test_a_problem_is_one_sentence_with_its_detail_and_a_remedy(code: ProblemCode) -> None:
    told = explain_problem(Problem(code, "mail is taken."))
    assert told.sentence.endswith(": mail is taken.")
    assert told.sentence[0].isupper()
    assert told.remedy.endswith(".")
    assert explain_problem(Problem(code, "")) == EXPLANATIONS[code]


@pytest.mark.parametrize("kind", EventKind)
def test_an_event_is_one_sentence_that_names_its_target(kind: EventKind) -> None:
    sentence = describe_event(kind, actor="Okta", target="{ada}", details={})
    assert sentence.endswith(".")
    assert "{ada}" in sentence
    assert sentence[0].isupper() or sentence.startswith("{ada}")


@pytest.mark.parametrize(
    ("kind", "details", "sentence"),
    [
        (EventKind.USER_ASSIGNED, {"active": False}, "Okta assigned ada: not active."),
        (EventKind.USER_CHANGED, {"changed": ["title", "emails"]}, "Okta changed ada: title, emails."),
        (
            EventKind.GROUP_MEMBERS_CHANGED,
            {"added": 3, "removed": 1},
            "Okta changed the members of the group ada: 3 added; 1 removed.",
        ),
        (EventKind.GROUP_ASSIGNED, {"waiting": 1}, "Okta assigned the group ada: 1 member waiting."),
        (
            EventKind.INTEGRATION_CHANGED,
            {"changed": ["name"], "jobs": 1},
            "Okta changed the integration ada: name; 1 job to follow.",
        ),
        (
            EventKind.JOB_FAILED,
            {"kind": "provision", "problem": "no_seats", "detail": "10 of 10 in use"},
            "Provisioning of ada failed: The app has no free seat: 10 of 10 in use.",
        ),
        (
            EventKind.JOB_UNVERIFIED,
            {"kind": JobKind.UPDATE, "unread": ["password"]},
            "Update of ada is done, unverified: the app does not give back password.",
        ),
        (
            EventKind.ACCOUNT_ADOPTED,
            {"uid": "42"},
            "ada had an account in the app, which is now kept by Seatkeeper: account 42.",
        ),
        (EventKind.TASK_DONE, {"count": 2}, "Okta did the task about ada: 2 removals."),
    ],
)
def test_the_details_of_an_event_end_its_sentence(
    kind: EventKind, details: dict[str, object], sentence: str
) -> None:
    assert describe_event(kind, actor="Okta", target="ada", details=details) == sentence


@pytest.mark.parametrize(
    ("kind", "state", "words"),
    [
        (JobKind.PROVISION, JobState.QUEUED, "Provisioning awaiting"),
        (JobKind.PROVISION, JobState.SUCCEEDED, "Onboarded"),
        (JobKind.UPDATE, JobState.RUNNING, "Update ongoing"),
        (JobKind.UPDATE, JobState.UNCHANGED, "Onboarded"),
        (JobKind.DEPROVISION, JobState.FAILED, "Removal failed"),
        (JobKind.DEPROVISION, JobState.UNVERIFIED, "Removed, unverified"),
        (JobKind.DEPROVISION, JobState.SUCCEEDED, "Removed"),
        (JobKind.GROUP, JobState.SUCCEEDED, "Group up to date"),
        (JobKind.GROUP, JobState.CANCELLED, "Group update cancelled"),
    ],
)
def test_a_job_is_told_in_the_words_of_the_users_tab(kind: JobKind, state: JobState, words: str) -> None:
    assert describe_job(kind, state) == words


def test_every_job_in_every_state_has_words() -> None:
    for kind, state in itertools.product(JobKind, JobState):
        assert describe_job(kind, state)


@pytest.mark.parametrize(
    ("step", "bare", "full"),
    [
        (
            CreateAccount({"mail": "a@x", "pin": "1234", "phones": ("1", "2")}),
            "Create the account with mail, pin, phones",
            "Create the account with mail a@x, pin (hidden), phones 1, 2",
        ),
        (
            UpdateAccount(
                {"mail": "b@x", "pin": "1235", "title": None, "vip": True},
                {"mail": "a@x", "pin": "1234", "title": "x", "vip": None},
            ),
            "Change mail, pin, title, vip",
            "Change mail from a@x to b@x, pin to (hidden), title from x to nothing, vip to true",
        ),
        (CreateAccount({}), "Create the account with nothing", "Create the account with nothing"),
        (EnableAccount(), "Let the person sign in again", "Let the person sign in again"),
        (DisableAccount(), "Disable the account", "Disable the account"),
        (DeleteAccount(), "Delete the account", "Delete the account"),
        (GrantEntitlements(ROLES), "Give role admin, group Staff", "Give role admin, group Staff"),
        (RevokeEntitlements(ROLES), "Take away role admin, group Staff", "Take away role admin, group Staff"),
    ],
)
def test_a_step_never_shows_a_sensitive_value(step: Step, bare: str, full: str) -> None:
    assert describe_step(step) == bare
    assert describe_step(step, {"pin"}) == full


@pytest.mark.parametrize("missing", Missing)
def test_what_an_app_cannot_do_is_told(missing: Missing) -> None:
    assert describe_missing(missing).startswith("The app cannot ")


def test_a_deactivation_does_not_name_what_its_sentence_says() -> None:
    told = [
        describe_event(EventKind.USER_DEACTIVATED, actor="Okta", target="ada", details={"changed": changed})
        for changed in (["active"], ["active", "title"])
    ]
    assert told == ["Okta deactivated ada.", "Okta deactivated ada: title."]
