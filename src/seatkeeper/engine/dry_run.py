"""A dry run: the plan for everybody assigned, or for some of them, with the app read and nothing changed."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field
from datetime import timedelta

import structlog

from seatkeeper.core.accounts import Presence
from seatkeeper.core.dry_runs import DryRunState, Finding, Findings, Reason
from seatkeeper.core.errors import StoreUnavailableError
from seatkeeper.core.ids import AccountId, DryRunId
from seatkeeper.core.integrations import Integration
from seatkeeper.core.problems import Problem, ProblemCode
from seatkeeper.core.steps import CreateAccount, DeleteAccount, DisableAccount
from seatkeeper.core.wording import describe_missing, describe_step, explain
from seatkeeper.engine.attempt import interpret
from seatkeeper.engine.context import ORIGIN, Engine
from seatkeeper.engine.pace import Pace
from seatkeeper.engine.preview import Preview, look_at, problem_of
from seatkeeper.engine.workplace import Workplace, enter_workplace
from seatkeeper.store.queries.accounts import Person, load_people
from seatkeeper.store.records.dry_runs import note_dry_run

_AT_ONCE = 50
_LONGEST_LOOK = 60.0
_WRITTEN_EVERY = 1.0
"""Seconds."""
_LONGEST_RUN = timedelta(hours=6)
_EXAMPLES = 5
_REASONS = 20
_STOPS = frozenset(
    {
        ProblemCode.APP_UNREACHABLE,
        ProblemCode.CREDENTIALS_REFUSED,
        ProblemCode.APP_CHANGED,
        ProblemCode.APP_THROTTLED,
    }
)
"""Problems of the app rather than of one person: nobody else would fare better."""
_ASKS_FOR_SOMEBODY = frozenset({ProblemCode.AMBIGUOUS_MATCH, ProblemCode.PERSON_NEEDED, ProblemCode.NOT_SUPPORTED})

_log = structlog.get_logger(__name__)


async def carry_out_dry_run(
    engine: Engine, integration: Integration, run_id: DryRunId, ids: Sequence[AccountId]
) -> None:
    """Look at these accounts, and keep what is found in the store while it goes on. Never raises for the app.

    As many at a time, and as many a minute, as the policy lets jobs be. Whatever is read of the app is read as
    a job would read it.
    """
    run = _Run(engine, integration, run_id)
    writing = asyncio.create_task(run.keep_writing())
    try:
        await run.look_at_all(ids)
        state = DryRunState.DONE if run.problem is None else DryRunState.STOPPED
    except Exception as error:  # noqa: BLE001 - whoever looks at the page is told, and the log knows it
        _log.exception("dry_run.failed", integration=integration.slug)
        run.problem = Problem(ProblemCode.CONNECTOR_BUG, f"It ended with {type(error).__name__}.")
        state = DryRunState.STOPPED
    finally:
        writing.cancel()
        await asyncio.wait({writing})
    await run.write(state)


@dataclass(slots=True)
class _Run:
    engine: Engine
    integration: Integration
    run_id: DryRunId
    problem: Problem | None = None
    looked_at: int = 0
    adopted_changed: int = 0
    counts: Counter[Finding] = field(default_factory=Counter)
    reasons: dict[tuple[str, str], Reason] = field(default_factory=dict)
    examples: dict[Finding, tuple[str, ...]] = field(default_factory=dict)
    stop: asyncio.Event = field(default_factory=asyncio.Event)

    async def look_at_all(self, ids: Sequence[AccountId]) -> None:
        async with AsyncExitStack() as stack:
            place = await interpret(enter_workplace(self.engine, self.integration, stack))
            if not isinstance(place, Workplace):
                self.problem = problem_of(place)
                return
            pace = Pace(self.integration.policy.rate_per_minute, self.engine.clock)
            waiting = list(reversed(ids))
            async with asyncio.TaskGroup() as group:
                for _ in range(self.integration.policy.concurrency):
                    group.create_task(self._work(place, pace, waiting))

    async def _work(self, place: Workplace, pace: Pace, waiting: list[AccountId]) -> None:
        until = self.engine.clock() + _LONGEST_RUN
        while waiting and not self.stop.is_set():
            batch = [waiting.pop() for _ in range(min(_AT_ONCE, len(waiting), self._share(len(waiting))))]
            async with self.engine.database.read() as reader:
                people = await load_people(reader, batch, with_groups=place.mapping.uses_groups)
            for person in people.values():
                if self.stop.is_set() or not await pace.wait(until, self.stop):
                    return
                self._note(person, await self._look(place, person))

    def _share(self, left: int) -> int:
        return max(left // self.integration.policy.concurrency, 1)

    async def _look(self, place: Workplace, person: Person) -> Preview:
        told = await interpret(look_at(place, person), at_most=_LONGEST_LOOK)
        return told if isinstance(told, Preview) else Preview(problem=problem_of(told))

    def _note(self, person: Person, told: Preview) -> None:
        problem, name = told.problem, _name_of(person)
        if problem is not None and problem.code in _STOPS:
            self.problem = self.problem or problem
            self.stop.set()
            return
        self.looked_at += 1
        finding = find(person, told)
        self.counts[finding] += 1
        if problem is not None:
            why = explain(problem)
            self._give_reason(why.sentence, why.remedy, name)
        elif told.plan is not None:
            for missing in told.plan.shortfalls:
                self._give_reason(describe_missing(missing), "It becomes a task for a person.", name)
            if finding is Finding.ADOPTED and told.plan.steps:
                self.adopted_changed += 1
        self._exemplify(finding, name, told)

    def _give_reason(self, sentence: str, remedy: str, name: str) -> None:
        known = self.reasons.get((sentence, remedy))
        if known is not None:
            self.reasons[sentence, remedy] = Reason(sentence, remedy, known.count + 1, known.example)
        elif len(self.reasons) < _REASONS:
            self.reasons[sentence, remedy] = Reason(sentence, remedy, 1, name)

    def _exemplify(self, finding: Finding, name: str, told: Preview) -> None:
        known = self.examples.get(finding, ())
        if len(known) < _EXAMPLES:
            steps = () if told.plan is None else told.plan.steps
            what = "; ".join(describe_step(step, told.sensitive) for step in steps)
            self.examples[finding] = (*known, f"{name}: {what}" if what else name)

    async def keep_writing(self) -> None:
        while True:
            await asyncio.sleep(_WRITTEN_EVERY)
            with suppress(StoreUnavailableError):
                await self.write(DryRunState.RUNNING)

    async def write(self, state: DryRunState) -> None:
        reasons = tuple(sorted(self.reasons.values(), key=lambda reason: -reason.count))
        findings = Findings(dict(self.counts), self.adopted_changed, reasons, dict(self.examples), self.problem)
        async with self.engine.database.transaction(ORIGIN) as tx:
            if not await note_dry_run(tx, self.run_id, state, self.looked_at, findings):
                self.stop.set()
            tx.touch(self.integration.id)


def find(person: Person, told: Preview) -> Finding:  # noqa: PLR0911 - one line for each
    """Say what the plan for one person comes to."""
    if told.problem is not None:
        return Finding.NEEDS_PERSON if told.problem.code in _ASKS_FOR_SOMEBODY else Finding.FAILED
    assert told.plan is not None
    assert told.wanted is not None
    steps = told.plan.steps
    if told.plan.shortfalls:
        return Finding.NEEDS_PERSON
    if told.wanted.presence is Presence.UNTOUCHED:
        return Finding.LEFT_ALONE
    if any(isinstance(step, DeleteAccount) for step in steps):
        return Finding.REMOVED
    if any(isinstance(step, DisableAccount) for step in steps):
        return Finding.DISABLED
    if any(isinstance(step, CreateAccount) for step in steps):
        return Finding.CREATED
    if told.seen is not None and person.account.uid is None and told.wanted.presence is Presence.ACTIVE:
        return Finding.ADOPTED
    return Finding.CHANGED if steps else Finding.UNCHANGED


def _name_of(person: Person) -> str:
    return person.account.name or str(person.account.id) if person.user is None else person.user.user_name
