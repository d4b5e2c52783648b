"""Making the calls of an ability, one after another."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from seatkeeper.connectors.rest.exchanging import Exchanging, Manner, needed
from seatkeeper.connectors.rest.programs import Poll, Request
from seatkeeper.connectors.rest.refusals import said_in
from seatkeeper.connectors.rest.signing_in import SigningIn
from seatkeeper.spi.errors import CredentialsRefusedError, RejectedError, TransientError
from seatkeeper.spi.formulas import Formula, Values
from seatkeeper.spi.http import redact

_NOTHING: Mapping[str, Any] = {"status": 0, "headers": {}, "body": None}


class Lookups(Protocol):
    """Fills tables of the app that formulas read."""

    async def prepare(self, formulas: Iterable[Formula], values: Values, *, strict: bool) -> Values:
        """Give ``values`` with the tables these formulas read; with ``strict`` a miss is refused."""
        ...


class NoLookups:
    """Stands in while a table itself is being filled."""

    async def prepare(self, formulas: Iterable[Formula], values: Values, *, strict: bool) -> Values:  # noqa: ARG002 - the protocol's
        """Give what was given."""
        return values


@dataclass(frozen=True, slots=True)
class Done:
    """What came of calls: everything they kept, the last answer, and what was asked for."""

    values: Mapping[str, Any]
    given: Any = None


class Caller:
    """Makes calls with the service account. Safe to be used by several tasks at the same time."""

    def __init__(self, exchanging: Exchanging, signing_in: SigningIn, known: Values, lookups: Lookups) -> None:
        self._exchanging = exchanging
        self._signing_in = signing_in
        self._known = known
        self._lookups = lookups

    def known(self, **values: Any) -> dict[str, Any]:
        """Give what every formula may read, and these beside it."""
        return {**self._known, **values}

    async def prepare(self, formulas: Iterable[Formula], values: Values) -> Values:
        """Give ``values`` with the tables that formulas over what was read need."""
        return await self._lookups.prepare(formulas, values, strict=False)

    async def run(self, requests: Sequence[Request], values: Values, *, reads: bool = False) -> Done:
        """Make calls in turn; one whose condition does not hold is left out."""
        done = Done({**values, **_NOTHING})
        kept: dict[str, Any] = dict(values)
        for request in requests:
            filled = await self._lookups.prepare(request.lookups, kept, strict=True)
            if request.when is not None and not request.when.holds(filled):
                continue
            for answered in await self._send_each(request, filled, reads=reads):
                if request.keep is not None:
                    kept[request.keep] = answered["body"]
                seen = {**filled, **kept, **answered}
                given = done.given if request.gives is None else needed(request.gives, seen, "result")
                done = Done(seen, given)
        return done

    async def ask(self, request: Request, values: Values, *, query: str | None = None) -> Mapping[str, Any]:
        """Make one call that reads, and give its answer; ``query`` goes in place of its own."""
        filled = await self._lookups.prepare(request.lookups, values, strict=True)
        return await self._signed_in(request, filled, reads=True, query=query)

    async def _send_each(self, request: Request, values: Values, *, reads: bool) -> list[Mapping[str, Any]]:
        if request.each is None:
            return [await self._send(request, values, reads=reads)]
        elements = request.each.find(values) or []
        answers = []
        for element in elements:
            filled = await self._lookups.prepare(request.lookups, {**values, "each": element}, strict=True)
            answers.append(await self._send(request, filled, reads=reads))
        return answers

    async def _send(self, request: Request, values: Values, *, reads: bool) -> Mapping[str, Any]:
        answered = await self._signed_in(request, values, reads=reads)
        return answered if request.poll is None else await self._until_done(request.poll, values, answered)

    async def _signed_in(
        self, request: Request, values: Values, *, reads: bool, query: str | None = None
    ) -> Mapping[str, Any]:
        """Send with a session; where the app has forgotten it, sign in anew and send once more."""
        mine = await self._signing_in.session()
        try:
            manner = Manner(mine.dress, reads, query)
            return await self._exchanging.exchange(request, {**values, **mine.values}, manner)
        except CredentialsRefusedError:
            if mine.generation == 0:
                raise
        mine = await self._signing_in.session(after=mine.generation)
        manner = Manner(mine.dress, reads, query)
        return await self._exchanging.exchange(request, {**values, **mine.values}, manner)

    async def _until_done(self, poll: Poll, values: Values, answered: Mapping[str, Any]) -> Mapping[str, Any]:
        loop = asyncio.get_running_loop()
        deadline = loop.time() + poll.at_most
        while True:
            answered = await self._signed_in(poll.request, {**values, **answered}, reads=True)
            seen = {**values, **answered}
            if poll.failed is not None and poll.failed.holds(seen):
                raise RejectedError(f"The app could not finish: {redact(said_in(answered) or 'it failed')}.")
            if poll.until.holds(seen):
                return answered
            if loop.time() + poll.every > deadline:
                raise TransientError(f"The app was not done after {poll.at_most:g} s.")
            await asyncio.sleep(poll.every)
