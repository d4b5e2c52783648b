"""The plan for one person as things stand, with nothing carried out and nothing recorded."""

from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import assert_never

from seatkeeper.core.accounts import Presence, SeenAccount, WantedAccount
from seatkeeper.core.errors import NotFoundError
from seatkeeper.core.ids import IntegrationId, UserId
from seatkeeper.core.integrations import Integration
from seatkeeper.core.outcomes import (
    Failed,
    Outcome,
    Pending,
    Quarantined,
    Retrying,
    Succeeded,
    Unchanged,
    Unverified,
    Waiting,
)
from seatkeeper.core.plan import plan
from seatkeeper.core.problems import Problem
from seatkeeper.core.steps import Plan
from seatkeeper.engine.attempt import interpret
from seatkeeper.engine.context import Engine
from seatkeeper.engine.goals import set_goal
from seatkeeper.engine.observe import Progress, observe
from seatkeeper.engine.workplace import Workplace, enter_workplace
from seatkeeper.store.queries.accounts import Person, find_account_id, load_people
from seatkeeper.store.queries.integrations import get_integration


@dataclass(frozen=True, slots=True)
class Preview:
    """What would be done for one person. ``problem`` says why some of it cannot be told.

    ``sensitive`` are the attributes of the app whose values are never shown.
    """

    wanted: WantedAccount | None = None
    seen: SeenAccount | None = None
    plan: Plan | None = None
    problem: Problem | None = None
    sensitive: frozenset[str] = frozenset()


async def preview(engine: Engine, integration_id: IntegrationId, user_id: UserId) -> Preview:
    """Work out the plan for one user, reading the app and changing nothing. Raises ``NotFoundError``."""
    async with engine.database.read() as reader:
        integration = await get_integration(reader, integration_id)
        account_id = await find_account_id(reader, integration_id, user_id)
        if account_id is None:
            raise NotFoundError(f"There is no user with the id {user_id}.")
        people = await load_people(reader, [account_id], with_groups=True)
    async with AsyncExitStack() as stack:
        told = await interpret(_look(engine, integration, people[account_id], stack))
    return told if isinstance(told, Preview) else Preview(problem=problem_of(told))


async def _look(engine: Engine, integration: Integration, person: Person, stack: AsyncExitStack) -> Preview:
    return await look_at(await enter_workplace(engine, integration, stack), person)


async def look_at(place: Workplace, person: Person) -> Preview:
    """Work out the plan for one person in an open app, changing nothing. Raises as the app's calls do."""
    goal = set_goal(person, place.mapping, place.policy, place.engine.clock())
    wanted = goal.wanted
    if isinstance(wanted, Problem):
        return Preview(problem=wanted)
    if wanted.presence is Presence.UNTOUCHED:
        return Preview(wanted, plan=Plan())
    async with place.links.lease() as lease:
        seen = await observe(place, goal, Progress(person.account.uid), lease)
    if not (seen is None or isinstance(seen, SeenAccount)):
        return Preview(wanted, problem=seen.problem)
    held = frozenset(grant.entitlement for grant in person.account.grants)
    was_invited = person.account.invited_at is not None
    steps = plan(wanted, seen, place.app.abilities, held, was_invited=was_invited)
    return Preview(wanted, seen, steps, sensitive=place.sensitive)


def problem_of(outcome: Outcome) -> Problem | None:
    """Give what kept a look from succeeding."""
    match outcome:
        case Pending(problem) | Retrying(problem, _) | Waiting(problem) | Failed(problem) | Quarantined(problem):
            return problem
        case Succeeded() | Unverified() | Unchanged():
            return None
        case _:
            assert_never(outcome)
