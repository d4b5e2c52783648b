"""The work of one run: several hands at the jobs of one integration, sharing one app and one recorder."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from seatkeeper.core.errors import StoreUnavailableError
from seatkeeper.core.outcomes import Retrying
from seatkeeper.core.problems import ProblemCode
from seatkeeper.engine.attempt import Result, attempt_account
from seatkeeper.engine.changes import change
from seatkeeper.engine.claim import Batch, Work, claim_batch
from seatkeeper.engine.entries import enter_account, enter_group
from seatkeeper.engine.feed import Feed
from seatkeeper.engine.goals import Goal
from seatkeeper.engine.groups import attempt_group
from seatkeeper.engine.pace import Pace
from seatkeeper.engine.record import Entry
from seatkeeper.engine.recorder import Recorder
from seatkeeper.engine.verdicts import Court, Verdict
from seatkeeper.engine.workplace import Workplace
from seatkeeper.spi.evidence import collecting
from seatkeeper.store.database import Transaction
from seatkeeper.store.records.claims import ClaimedJob, Return, put_back
from seatkeeper.store.records.runs import Turn, pause_until

_LONGEST_PAUSE = timedelta(minutes=1)
"""An app that cannot be reached is tried with a few jobs at least this often."""


class Shift:
    """Works until nothing is due any more, the time slice is over, or the integration wants no more of it."""

    def __init__(self, place: Workplace, turn: Turn, *, ends_at: datetime, stop: asyncio.Event) -> None:
        self._place = place
        self._turn = turn
        self._ends_at = ends_at
        self._stop = stop
        self._recorder = Recorder(place.engine.database, turn)
        self._pace = Pace(place.policy.rate_per_minute, place.engine.clock)
        self._handled = 0
        self._stumbles = 0
        self._is_halted = False

    async def work(self) -> None:
        """Carry out due jobs; everything that was tried is recorded when this returns."""
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._recorder.write(), name="record")
                await self._rounds()
                self._recorder.close()
        except BaseExceptionGroup as errors:
            raise _first_cause(errors) from errors
        await self._leave_pause()

    def _is_over(self) -> bool:
        return self._is_halted or self._stop.is_set() or self._recorder.is_overtaken

    async def _rounds(self) -> None:
        """Do accounts and groups in the order of the queue, but never both at once.

        A group that is read while one of its members is renamed looks as if that member were not in it; and
        a group finds the accounts of its members recorded.
        """
        before = -1
        while before != self._handled and not self._is_over():
            before = self._handled
            await self._round(of_groups=False)
            await self._round(of_groups=True)

    async def _round(self, *, of_groups: bool) -> None:
        hands = self._place.hands
        feed = Feed(lambda size: self._claim(size, of_groups=of_groups), hands)
        try:
            async with asyncio.TaskGroup() as tasks:
                for _ in range(hands):
                    tasks.create_task(self._lend_hand(feed), name="hand")
            await feed.close()
        finally:
            feed.abort()
        await self._give_back(feed.left)
        await self._recorder.flush()

    async def _claim(self, size: int, *, of_groups: bool) -> Batch:
        is_late = self._handled > 0 and self._place.engine.clock() >= self._ends_at
        if self._is_over() or is_late:
            return Batch()
        batch = await claim_batch(self._place, self._turn, size=size, of_groups=of_groups)
        if not batch.may_go_on:
            self._is_halted = True
        return batch

    async def _lend_hand(self, feed: Feed) -> None:
        while not self._is_over() and (work := await feed.next()) is not None:
            if self._is_over() or not await self._pace.wait(self._ends_at, self._stop):
                feed.left.appendleft(work)
                return
            self._handled += 1
            with collecting(self._place.sensitive) as exhibits:
                entry = await self._attempt(work)
            self._recorder.put(replace(entry, exhibits=tuple(exhibits)))

    async def _attempt(self, work: Work) -> Entry:
        job, about = work
        if isinstance(about, Goal):
            account = await attempt_account(self._place, job, about)
            return enter_account(self._place, account, self._judge(job, account.result))
        group = await attempt_group(self._place, job, about)
        return enter_group(group, self._judge(job, group.result))

    def _judge(self, job: ClaimedJob, result: Result) -> Verdict:
        engine = self._place.engine
        policy = self._place.policy
        court = Court(policy.retries, engine.clock(), engine.random, self._turn.refusals, policy.follow_up_after)
        verdict = court.judge(job, result)
        if isinstance(result, Retrying) and result.problem.code is ProblemCode.APP_UNREACHABLE:
            self._stumbles += 1
        else:
            self._stumbles = 0
        if self._stumbles >= 2 * self._place.hands:
            # The app is away: let the others wait unharmed instead of failing one after another.
            pause = min((verdict.due_at or court.now + _LONGEST_PAUSE) - court.now, _LONGEST_PAUSE)
            verdict = replace(verdict, pause_until=court.now + pause)
        if verdict.pause_until is not None or verdict.probe_at is not None:
            self._is_halted = True
        return verdict

    async def _give_back(self, left: Sequence[Work]) -> None:
        if not left:
            return
        jobs = sorted((job for job, _ in left), key=lambda job: str(job.account_id or job.app_group_id))

        async def give_back(tx: Transaction) -> None:
            for job in jobs:
                await put_back(tx, Return(job.id, self._turn.epoch))
            tx.touch(self._turn.integration.id)

        await change(self._place.engine.database, give_back)

    async def _leave_pause(self) -> None:
        """Let the next run keep to the rate where this one leaves off."""
        at = self._pace.next_at
        if self._place.policy.rate_per_minute is None or at <= self._place.engine.clock():
            return
        turn = self._turn
        await change(self._place.engine.database, lambda tx: pause_until(tx, turn.integration.id, turn.epoch, at))


def _first_cause(errors: BaseExceptionGroup[BaseException]) -> BaseException:
    """Give the error behind a group of them; the store being away explains all others."""
    away = errors.subgroup(StoreUnavailableError)
    cause: BaseException = away or errors
    while isinstance(cause, BaseExceptionGroup):
        cause = cause.exceptions[0]
    return cause
