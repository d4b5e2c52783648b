"""Trying a connection, for people: how far it came, what to do when it failed, and what the app can do."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from seatkeeper.core.accounts import Abilities
from seatkeeper.core.explanations import Explanation
from seatkeeper.core.problems import Problem, ProblemCode
from seatkeeper.core.wording import explain


class Stage(StrEnum):
    """What a trial gets through, in this order."""

    SETTINGS = "The settings are complete"
    REACH = "The app can be reached"
    SIGN_IN = "It accepts the service account"
    ANSWER = "It answers as expected"


_FAILED_AT: Mapping[ProblemCode, Stage] = {
    ProblemCode.SETTINGS_INVALID: Stage.SETTINGS,
    ProblemCode.APP_UNREACHABLE: Stage.REACH,
    ProblemCode.CREDENTIALS_REFUSED: Stage.SIGN_IN,
}

_REMEDIES: Mapping[ProblemCode, str] = {
    ProblemCode.SETTINGS_INVALID: "Correct what is named here, and test again.",
    ProblemCode.APP_UNREACHABLE: "Check the address, that the app is up, and that this machine may reach it.",
    ProblemCode.APP_THROTTLED: "Wait a minute, and test again.",
    ProblemCode.CREDENTIALS_REFUSED: "Enter the service account's credentials again, or renew them in the app.",
    ProblemCode.PERMISSION_MISSING: "Grant the service account this permission in the app, and test again.",
    ProblemCode.REJECTED_VALUE: "Check that the address is that of the app's API, and test again.",
}
"""What to do while a connection is being set up, where that differs from what to do about a job."""


@dataclass(frozen=True, slots=True)
class Trial:
    """A connection that was tried. ``answered`` is what the app said; ``problem`` why it came no further."""

    answered: str = ""
    abilities: Abilities | None = None
    problem: Problem | None = None

    @property
    def failed_at(self) -> Stage | None:
        """Where it ended, if it did."""
        return None if self.problem is None else _FAILED_AT.get(self.problem.code, Stage.ANSWER)

    @property
    def stages(self) -> tuple[tuple[Stage, bool | None], ...]:
        """Tell each stage as passed, failed, or (None) not come to."""
        stages, failed = tuple(Stage), self.failed_at
        if failed is None:
            return tuple((stage, True) for stage in stages)
        at = stages.index(failed)
        return tuple((stage, None if n > at else n < at) for n, stage in enumerate(stages))


def explain_trial(problem: Problem) -> Explanation:
    """Tell what kept a trial from succeeding, and what to do about it now."""
    told = explain(problem)
    return Explanation(told.sentence, _REMEDIES.get(problem.code, told.remedy))


def describe_abilities(abilities: Abilities) -> tuple[tuple[bool, str], ...]:
    """Say in words what an app can and cannot do."""
    return (
        (abilities.creates, "create accounts"),
        (abilities.updates, "change their attributes"),
        (abilities.renames, "rename accounts"),
        (abilities.disables, "disable accounts and let people in again"),
        (abilities.deletes, "delete accounts"),
        (abilities.groups, "keep groups and their members"),
        (bool(abilities.grants), f"give and take {', '.join(sorted(abilities.grants)) or 'entitlements'}"),
        (abilities.reads_back, "show what it holds, so that every change is proven"),
    )
