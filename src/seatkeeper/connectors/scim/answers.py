"""What an app's refusal says, in SCIM's words (RFC 7644 §3.12) or whatever else it answers with."""

from typing import Any

from seatkeeper.core.problems import ProblemCode
from seatkeeper.spi.errors import AccountExistsError, ConnectorError, RejectedError, TransientError
from seatkeeper.spi.http import Answer, refuse_error

_SEATS = ("seat", "licen", "quota")


def check(answer: Answer) -> None:
    """Raise what the answer means, unless it is a success."""
    if not answer.is_success:
        raise refused(answer)


def refused(answer: Answer) -> ConnectorError:
    """Say what a refusal means."""
    document = _document(answer)
    detail = next(
        (document[key] for key in ("detail", "message", "error") if isinstance(document.get(key), str)), None
    )
    error = refuse_error(answer, detail)
    if answer.status == 400 and scim_type(answer) == "uniqueness":
        return AccountExistsError(str(error))
    if isinstance(error, RejectedError) and any(word in (detail or "").casefold() for word in _SEATS):
        return RejectedError(str(error), ProblemCode.NO_SEATS)
    return error


def scim_type(answer: Answer) -> str | None:
    """Read the detail error keyword, such as ``uniqueness`` or ``noTarget``."""
    value = _document(answer).get("scimType")
    return value if isinstance(value, str) else None


def resource_of(answer: Answer) -> dict[str, Any] | None:
    """Read the resource an answer holds; None where it holds none."""
    document = _document(answer)
    return document if isinstance(document.get("id"), str) else None


def _document(answer: Answer) -> dict[str, Any]:
    try:
        document = answer.document() if answer.content else None
    except TransientError:
        document = None
    return document if isinstance(document, dict) else {}
