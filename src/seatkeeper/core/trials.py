"""Trying a connection, for people: how far it came, what to do when it failed, and what the app can do."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from seatkeeper.core.accounts import Abilities, Arrival, Proof
from seatkeeper.core.explanations import Explanation
from seatkeeper.core.problems import Problem, ProblemCode
from seatkeeper.core.wording import explain

_REMEDIES: Mapping[ProblemCode, str] = {
    ProblemCode.SETTINGS_INVALID: "Correct what is named here, and test again.",
    ProblemCode.APP_UNREACHABLE: "Check the address, that the app is up, and that this machine may reach it.",
    ProblemCode.APP_THROTTLED: "Wait a minute, and test again.",
    ProblemCode.APP_CHANGED: "Compare what is named here with the app's page, and correct the recipe.",
    ProblemCode.CREDENTIALS_REFUSED: "Enter the service account's credentials again, or renew them in the app.",
    ProblemCode.PERMISSION_MISSING: "Grant the service account this permission in the app, and test again.",
    ProblemCode.REJECTED_VALUE: "Check that the address is that of the app's API, and test again.",
}
"""What to do while a connection is being set up, where that differs from what to do about a job."""

_ARRIVALS: Mapping[Arrival, str] = {
    Arrival.AT_ONCE: "create accounts",
    Arrival.BY_INVITATION: "invite people, who have an account once they accept",
    Arrival.AT_FIRST_SIGN_IN: "have an account made when somebody first signs in",
}
"""Complete: it is looked up for every app."""

_SETTINGS, _OPENING = "The settings are complete", "The app can be reached"


@dataclass(frozen=True, slots=True)
class TriedStage:
    """One thing that has to hold. ``passed`` is None while it is under way, or not come to."""

    name: str
    passed: bool | None = None
    found: str = ""


@dataclass(frozen=True, slots=True)
class Trial:
    """How far the trial of a connection has come. Immutable: each step of it makes the next."""

    stages: tuple[TriedStage, ...] = (TriedStage(_SETTINGS), TriedStage(_OPENING))
    abilities: Abilities | None = None
    """What the app can do, once every stage has passed."""
    problem: Problem | None = None
    remedy: str = ""
    """What the connector advises about the problem, where it knows better than what its kind advises."""

    @property
    def has_ended(self) -> bool:
        """It came through, or failed."""
        return self.problem is not None or self.abilities is not None

    @property
    def current(self) -> TriedStage | None:
        """The stage under way, or the one it failed at."""
        return next((stage for stage in self.stages if not stage.passed), None)

    @property
    def answered(self) -> str:
        """What was found, in one line."""
        return ", ".join(stage.found for stage in self.stages if stage.found)

    def passed(self, found: str = "") -> "Trial":
        """Tell that the current stage holds."""
        return self._settled(passed=True, found=found)

    def opened(self, names: Sequence[str]) -> "Trial":
        """Put the stages of the open session in place of opening it: its first says what was reached."""
        return replace(self, stages=(*self.stages[:-1], *(TriedStage(name) for name in names)))

    def failed(self, problem: Problem, remedy: str = "") -> "Trial":
        """Tell that the current stage does not hold."""
        return replace(self._settled(passed=False), problem=problem, remedy=remedy)

    def completed(self, abilities: Abilities) -> "Trial":
        """Tell that every stage holds."""
        return replace(self, abilities=abilities)

    def explain(self) -> Explanation:
        """Tell what kept it from succeeding, and what to do about it now."""
        assert self.problem is not None
        told = explain_trial(self.problem)
        sentence = self.problem.detail if self._was_reached else told.sentence
        return Explanation(sentence, self.remedy or told.remedy)

    @property
    def _was_reached(self) -> bool:
        """Say whether "The app cannot be reached" would be wrong, because a stage of its own failed later."""
        own = self.current is not None and self.current.name not in {_SETTINGS, _OPENING}
        return own and self.problem is not None and self.problem.code is ProblemCode.APP_UNREACHABLE

    def _settled(self, *, passed: bool, found: str = "") -> "Trial":
        stages, current = list(self.stages), self.current
        if current is not None:
            stages[stages.index(current)] = TriedStage(current.name, passed, found)
        return replace(self, stages=tuple(stages))


def explain_trial(problem: Problem) -> Explanation:
    """Tell what kept a trial from succeeding, and what to do about it now."""
    told = explain(problem)
    return Explanation(told.sentence, _REMEDIES.get(problem.code, told.remedy))


def describe_abilities(abilities: Abilities) -> tuple[tuple[bool, str], ...]:
    """Say in words what an app can and cannot do."""
    return (
        (abilities.creates or abilities.arrival is Arrival.AT_FIRST_SIGN_IN, _ARRIVALS[abilities.arrival]),
        (abilities.updates, "change their attributes"),
        (abilities.renames, "rename accounts"),
        (abilities.disables, "disable accounts and let people in again"),
        (abilities.deletes, "delete accounts"),
        (abilities.groups, "keep groups and their members"),
        (bool(abilities.grants), f"give and take {', '.join(sorted(abilities.grants)) or 'entitlements'}"),
        (
            abilities.reads_back and abilities.proof is not Proof.NEVER,
            "show what it holds, so that every change is proven",
        ),
    )
