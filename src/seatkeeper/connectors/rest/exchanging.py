"""One call and its answer: sent as the service account, judged by the behaviour's rules."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from seatkeeper.connectors.rest.answers import expect_no_page, values_of
from seatkeeper.connectors.rest.programs import Meaning, Program, Request
from seatkeeper.connectors.rest.refusals import error_of, find_rule, said_in, usual_error
from seatkeeper.connectors.rest.writing import write_call
from seatkeeper.core.expressions import EvaluationError, NothingThereError
from seatkeeper.spi.errors import CredentialsRefusedError, TransientError
from seatkeeper.spi.formulas import Formula, Values
from seatkeeper.spi.http import Answer, AppClient, Call


@dataclass(frozen=True, slots=True)
class Dress:
    """What every call wears: headers and query of whoever is signed in."""

    headers: Mapping[str, str]
    query: Mapping[str, str | list[str]]
    expired: Formula | None = None

    def on(self, call: Call) -> Call:
        """Put it on; what the call says itself goes first."""
        return replace(call, headers={**self.headers, **call.headers}, params={**self.query, **call.params})


@dataclass(frozen=True, slots=True)
class Manner:
    """How a call is sent: what it wears, whether it only reads, and a query that goes in place of its own.

    ``public`` marks what signs in, which the app answers to anybody.
    """

    dress: Dress
    reads: bool = False
    query: str | None = None
    public: bool = False


class Exchanging:
    """Sends calls of one behaviour. Safe to be used by several tasks at the same time."""

    def __init__(self, client: AppClient, program: Program) -> None:
        self._client = client
        self._program = program

    async def exchange(self, request: Request, values: Values, manner: Manner) -> Mapping[str, Any]:
        """Send one call, and give ``status``, ``headers`` and ``body`` of an answer that is a success."""
        call = manner.dress.on(write_call(request, values, self._program.media_type))
        call = replace(call, reads=manner.reads, public=manner.public)
        if manner.query is not None:
            call = replace(call, path=f"{call.path}?{manner.query}", params={})
        judging = _Judging(self._program, request, values, manner.dress.expired)
        answer = await self._client.send(call, judging.judge)
        return judging.conclude(answer)


class _Judging:
    """Judges the answers of one call."""

    def __init__(self, program: Program, request: Request, values: Values, expired: Formula | None) -> None:
        self._program = program
        self._request = request
        self._values = values
        self._expired = expired
        self._judged: tuple[Answer, bool] | None = None
        self._answered: dict[str, Any] = {}

    def judge(self, answer: Answer) -> bool:
        """Say whether it is a success whatever its status; raise what a rule says it means."""
        self._answered = values_of(answer, self._request.answers)
        values = {**self._values, **self._answered}
        if self._expired is not None and self._expired.holds(values):
            raise CredentialsRefusedError(f"{answer.call} answered that nobody is signed in.")
        rule = find_rule((*self._request.rules, *self._program.rules), values)
        if rule is not None and rule.meaning is not Meaning.DONE:
            raise error_of(rule, answer, said_in(values, rule.says, self._program.says))
        self._judged = answer, rule is not None or self._is_expected(values) is True
        return self._judged[1]

    def conclude(self, answer: Answer) -> Mapping[str, Any]:
        """Give what was answered, unless it is no success. It is the answer that was judged last."""
        if self._judged is not None and self._judged[1]:
            return self._answered
        values = {**self._values, **self._answered}
        if answer.is_success:
            expect_no_page(answer, self._request.answers)
        if not answer.is_success or self._is_expected(values) is False:
            raise usual_error(answer, said_in(values, self._program.says))
        return self._answered

    def _is_expected(self, values: Values) -> bool | None:
        match self._request.expect:
            case None:
                return None
            case frozenset() as statuses:
                return values["status"] in statuses
            case formula:
                return formula.holds(values)


def needed(formula: Formula, values: Values, what: str) -> Any:
    """Work out what an answer has to hold. Raises ``TransientError`` where it does not."""
    try:
        value = formula.value(values)
    except NothingThereError:
        value = None
    except EvaluationError as error:
        raise TransientError(f"{what} cannot be read from the answer: {formula.source}: {error}.") from None
    if value is None:
        raise TransientError(f"The answer holds no {what}: there is no {formula.source}.")
    return value
