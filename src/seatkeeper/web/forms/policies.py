"""The form of an integration's policy."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pydantic import ValidationError

from seatkeeper.core.dialects import NAMES, Dialect
from seatkeeper.core.integrations import LeaverRule, Policy
from seatkeeper.operations.declared import DeclaredPolicy
from seatkeeper.operations.durations import spell_duration
from seatkeeper.web.forms.faults import NONE, Faults
from seatkeeper.web.visits import Visit

LEAVERS: Mapping[LeaverRule, tuple[str, str]] = {
    LeaverRule.DISABLE: ("Disable the account", "Nobody can sign in with it, and everything in it stays."),
    LeaverRule.DISABLE_THEN_DELETE: ("Disable it, and delete it later", "After the time given below."),
    LeaverRule.DELETE: ("Delete the account", "At once, with whatever the app deletes along with it."),
    LeaverRule.KEEP: ("Leave it as it is", "The person can still sign in, if the app lets them."),
}
"""Complete: a test holds it against ``LeaverRule``."""

DIALECTS: Mapping[str, str] = {"": "Any of them", **{dialect.value: NAMES[dialect] for dialect in Dialect}}

_TEXTS = (
    *("delete_after", "concurrency", "rate_per_minute", "removals.count", "removals.percent", "removals.window"),
    *("retries.give_up_after", "wait_for_proof", "dialect", "tasks_due_after", "follow_up_after"),
)


@dataclass(frozen=True, slots=True)
class PolicyForm:
    """A policy as it is typed."""

    leavers: str
    push_groups: bool
    texts: Mapping[str, str]
    faults: Faults = NONE
    dialects: Mapping[str, str] = field(default_factory=lambda: DIALECTS)
    """The identity providers to choose from, by the value of the choice."""


class PolicyInvalidError(Exception):
    """What was typed is no policy; ``form`` has it, with what is wrong."""

    def __init__(self, form: PolicyForm) -> None:
        super().__init__("the policy is not right")
        self.form = form


def show_policy(policy: Policy) -> PolicyForm:
    """Show a policy."""
    texts = {
        "delete_after": spell_duration(policy.delete_after),
        "concurrency": str(policy.concurrency),
        "rate_per_minute": "" if policy.rate_per_minute is None else str(policy.rate_per_minute),
        "removals.count": str(policy.removals.count),
        "removals.percent": str(policy.removals.percent),
        "removals.window": spell_duration(policy.removals.window),
        "retries.give_up_after": spell_duration(policy.retries.give_up_after),
        "dialect": policy.dialect or "",
        "tasks_due_after": spell_duration(policy.tasks_due_after),
        "follow_up_after": spell_duration(policy.follow_up_after),
        "tolerances": ", ".join(policy.tolerances),
        "wait_for_proof": "" if policy.wait_for_proof is None else spell_duration(policy.wait_for_proof),
    }
    return PolicyForm(policy.leavers.value, policy.push_groups, texts)


def read_policy(visit: Visit, before: Policy) -> Policy:
    """Read the form; what it does not ask for stays as it was. Raises ``PolicyInvalidError``."""
    form = PolicyForm(
        visit.given("leavers"),
        bool(visit.given("push_groups")),
        {name: visit.given(name) for name in _TEXTS} | {"tolerances": ", ".join(before.tolerances)},
    )
    texts = form.texts
    try:
        declared = DeclaredPolicy.model_validate(
            {
                "leavers": form.leavers,
                "push_groups": form.push_groups,
                "delete_after": texts["delete_after"],
                "concurrency": texts["concurrency"],
                "rate_per_minute": texts["rate_per_minute"] or None,
                "wait_for_proof": texts["wait_for_proof"] or None,
                "dialect": texts["dialect"] or None,
                "tasks_due_after": texts["tasks_due_after"],
                "follow_up_after": texts["follow_up_after"],
                "tolerances": before.tolerances,
                "removals": {name: texts[f"removals.{name}"] for name in ("count", "percent", "window")},
                "retries": {
                    "first": before.retries.first,
                    "ceiling": before.retries.ceiling,
                    "give_up_after": texts["retries.give_up_after"],
                },
            }
        )
    except ValidationError as error:
        found = {".".join(map(str, one["loc"])): _sentence(one["msg"]) for one in error.errors()}
        raise PolicyInvalidError(PolicyForm(form.leavers, form.push_groups, texts, Faults(found))) from None
    return declared.as_policy()


def _sentence(message: str) -> str:
    plain = message.removeprefix("Value error, ").replace("Input should be", "It should be").split(", unable")[0]
    return f"{plain[:1].upper()}{plain[1:]}."
