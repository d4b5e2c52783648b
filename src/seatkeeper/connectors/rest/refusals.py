"""What an answer means: the behaviour's rules first, then what its status usually means."""

from collections.abc import Iterable, Mapping
from typing import Any

from seatkeeper.connectors.rest.programs import Meaning, Rule
from seatkeeper.core.expressions import EvaluationError
from seatkeeper.core.problems import ProblemCode
from seatkeeper.spi.errors import (
    AccountExistsError,
    AccountNotFoundError,
    ConnectorError,
    CredentialsRefusedError,
    NeedsPersonError,
    RejectedError,
    ThrottledError,
    TransientError,
    UnsupportedError,
)
from seatkeeper.spi.formulas import Formula, Values
from seatkeeper.spi.http import Answer, refuse_error
from seatkeeper.spi.http.answers import retry_after
from seatkeeper.spi.templates import as_text

_TOLD = ("detail", "message", "error_description", "description", "title", "error", "errors", "reason")


_ERRORS: Mapping[Meaning, type[ConnectorError]] = {
    Meaning.TRANSIENT: TransientError,
    Meaning.CREDENTIALS: CredentialsRefusedError,
    Meaning.NOT_FOUND: AccountNotFoundError,
    Meaning.EXISTS: AccountExistsError,
    Meaning.NEEDS_PERSON: NeedsPersonError,
    Meaning.UNSUPPORTED: UnsupportedError,
}


class StaleError(TransientError):
    """Somebody else changed it since it was read (412). Worth another look at once."""


def find_rule(rules: Iterable[Rule], values: Values) -> Rule | None:
    """Give the first rule that fits."""
    for rule in rules:
        if (not rule.statuses or values["status"] in rule.statuses) and (
            rule.when is None or rule.when.holds(values)
        ):
            return rule
    return None


def error_of(rule: Rule, answer: Answer, said: str | None) -> ConnectorError:
    """Make the error a rule means. ``said`` is the app's reason, not yet fit to be shown."""
    message = told(answer, said)
    match rule.meaning:
        case Meaning.THROTTLED:
            return ThrottledError(message, retry_after(answer.headers))
        case Meaning.REJECTED:
            return RejectedError(message, rule.code)
        case _:
            return _ERRORS[rule.meaning](message)


def usual_error(answer: Answer, said: str | None) -> ConnectorError:
    """Make the error a status usually means; of a success, that it is not what was expected."""
    if answer.status == 412:
        return StaleError(told(answer, said))
    if answer.is_success:
        return RejectedError(told(answer, said), ProblemCode.REJECTED_VALUE)
    return refuse_error(answer, said)


def told(answer: Answer, said: str | None) -> str:
    """Say in a sentence what was answered."""
    shown = answer.shown(said) if said is not None else answer.shown()
    return f"{answer.call} answered {answer.status}" + (f": {shown}" if shown else ".")


def said_in(values: Values, *formulas: Formula | None) -> str | None:
    """Find the app's own reason: where these look, or else where most apps put it."""
    for formula in formulas:
        if formula is None:
            continue
        try:
            reason = _sentence(formula.value(values))
        except EvaluationError:
            reason = None
        if reason:
            return reason
    body = values["body"]
    if isinstance(body, Mapping):
        return next((reason for key in _TOLD if (reason := _sentence(body.get(key)))), None)
    return None


def _sentence(value: Any) -> str | None:
    match value:
        case None | "" | []:
            return None
        case Mapping():
            parts = ((key, _sentence(each)) for key, each in value.items())
            return next((part for key in _TOLD if (part := _sentence(value.get(key)))), None) or "; ".join(
                f"{key}: {part}" for key, part in parts if part
            )
        case list():
            return "; ".join(part for each in value if (part := _sentence(each)))
        case _:
            return as_text(value)
