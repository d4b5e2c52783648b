"""What is left to a person: worked out step by step, with what the integration says of such steps."""

from collections.abc import Collection, Iterable
from dataclasses import replace

from seatkeeper.core.accounts import Abilities, Arrival, SeenAccount, WantedAccount
from seatkeeper.core.handwork import Errand, Whom, describe_work
from seatkeeper.core.steps import Step
from seatkeeper.core.values import Attributes
from seatkeeper.engine.app import App
from seatkeeper.engine.goals import as_text
from seatkeeper.spi.connector import Guidance


def powerless(abilities: Abilities) -> Abilities:
    """The same app, where everything is left to a person."""
    return replace(
        abilities,
        creates=False,
        arrival=Arrival.AT_ONCE,
        updates=False,
        renames=False,
        disables=False,
        deletes=False,
        withdraws_invitations=False,
        grants=frozenset(),
    )


def whom(
    wanted: WantedAccount, seen: SeenAccount | None, abilities: Abilities, sensitive: Collection[str]
) -> Whom:
    """Say whose account it is about."""
    attributes: Attributes = {**({} if seen is None else seen.attributes), **wanted.attributes}
    name = as_text(wanted.attributes.get(abilities.name_attribute))
    shown = {each: value for each, value in attributes.items() if each not in sensitive}
    if seen is None:
        return Whom(name or "", None, shown)
    return Whom(seen.name, seen.uid, shown)


def errand(app: App, steps: Iterable[Step], about: Whom, sensitive: Collection[str]) -> Errand:
    """Put the steps together for a task. Raises as the calls of ``App`` do."""
    told = [(step, app.guide(step, about)) for step in steps]
    guidance = told[0][1] if told else Guidance()
    work = tuple(describe_work(step, about, sensitive, each.text) for step, each in told)
    return Errand(work, guidance.due_after, guidance.assignee, guidance.four_eyes)
