"""Errors as documents (RFC 9457): a type to match on, a status, and a sentence for people."""

from collections.abc import Mapping
from typing import Any, Final

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from seatkeeper.core.errors import (
    AlreadyExistsError,
    InvalidValueError,
    NotAllowedError,
    NotFoundError,
    NotPossibleNowError,
    RequestError,
    StoreUnavailableError,
    TooManyAttemptsError,
    VersionMismatchError,
)
from seatkeeper.operations.checks import DraftInvalidError
from seatkeeper.operations.parsing import DeclarationsInvalidError

MEDIA_TYPE: Final = "application/problem+json"
RETRY_AFTER = 5
"""Seconds a caller is asked to wait for the database."""

KINDS: Mapping[type[RequestError], tuple[int, str, str]] = {
    NotFoundError: (404, "not-found", "Not found"),
    NotAllowedError: (403, "not-allowed", "Not allowed"),
    AlreadyExistsError: (409, "already-exists", "There already is one"),
    InvalidValueError: (422, "invalid", "Something is not right"),
    VersionMismatchError: (412, "changed-meanwhile", "It has changed meanwhile"),
    NotPossibleNowError: (409, "not-possible-now", "Not possible now"),
    TooManyAttemptsError: (429, "too-many-requests", "Too many requests"),
    StoreUnavailableError: (503, "unavailable", "The database cannot be reached"),
}
"""Status, type and title of each error an operation may raise. Complete: a test holds it against the set."""

_log = structlog.get_logger("seatkeeper.api")


class Fault(BaseModel):
    """What is wrong with one part of what was sent."""

    where: str
    message: str


class ProblemDocument(BaseModel):
    """An error: ``type`` is stable, ``detail`` is a sentence that says what to do."""

    type: str
    title: str
    status: int
    detail: str
    request_id: str
    errors: list[Fault] | None = None


RESPONSES: dict[int | str, dict[str, Any]] = {
    status: {
        "description": title,
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemDocument"}}},
    }
    for status, title in {
        400: "The request cannot be read",
        401: "No token, or one that is not good",
        **{status: title for status, _, title in KINDS.values()},
        409: "Not possible now, or there already is one",
        500: "A fault of ours",
    }.items()
}
"""What every operation may answer besides what it is for, as its description says."""


def problem(  # noqa: PLR0913 - the parts of the document
    request: Request,
    status: int,
    kind: str,
    title: str,
    detail: str,
    *,
    headers: Mapping[str, str] | None = None,
    errors: list[Fault] | None = None,
) -> Response:
    """Answer with a problem document."""
    document = ProblemDocument(
        type=f"urn:seatkeeper:problem:{kind}",
        title=title,
        status=status,
        detail=detail,
        request_id=getattr(request.state, "request_id", ""),
        errors=errors,
    )
    return JSONResponse(document.model_dump(exclude_none=True), status, headers, media_type=MEDIA_TYPE)


def refuse(request: Request, error: Exception) -> Response:
    """Translate whatever went wrong."""
    match error:
        case RequestError():
            return _refuse_asker(request, error)
        case RequestValidationError():
            return _refuse_shape(request, error)
        case HTTPException():
            kind, title = _HTTP.get(error.status_code, ("refused", "The request cannot be answered"))
            headers = error.headers
            if error.status_code == 405:
                headers = {"Allow": ", ".join(request.app.state.methods_of(request.scope))}
            return problem(request, error.status_code, kind, title, f"{error.detail}.", headers=headers)
        case _:
            _log.exception("api.failed", method=request.method, path=request.url.path)
            told = f"The log has it under {getattr(request.state, 'request_id', 'this instant')}."
            return problem(request, 500, "our-fault", "Something went wrong on our side", told)


def install(app: FastAPI) -> None:
    """Have the application answer in problem documents, also where no operation is reached."""

    async def answer(request: Request, error: Exception) -> Response:
        return refuse(request, error)

    for kind in (RequestError, RequestValidationError, HTTPException):
        app.add_exception_handler(kind, answer)


_HTTP = {
    400: ("unreadable", "The request cannot be read"),
    404: ("not-found", "Not found"),
    405: ("method-not-allowed", "The method is not known here"),
    415: ("unsupported-media-type", "Send application/json"),
}


def _refuse_asker(request: Request, error: RequestError) -> Response:
    kinds = (kind for kind in type(error).__mro__ if kind in KINDS)
    status, kind, title = KINDS[next(kinds)]
    headers = {"Retry-After": str(RETRY_AFTER)} if status in {429, 503} else None
    faults = None
    if isinstance(error, DraftInvalidError):
        faults = [Fault(where=".".join(map(str, one.where)), message=one.sentence) for one in error.faults]
    elif isinstance(error, DeclarationsInvalidError):
        faults = [Fault(where="", message=one) for one in error.faults]
    return problem(request, status, kind, title, str(error), headers=headers, errors=faults)


def _refuse_shape(request: Request, error: RequestValidationError) -> Response:
    # What was sent is not repeated: it may hold a secret.
    faults = [Fault(where=".".join(map(str, one["loc"])), message=one["msg"]) for one in error.errors()]
    if any(one["type"] == "json_invalid" for one in error.errors()):
        return problem(
            request, 400, "unreadable", "The request cannot be read", "The body is not JSON.", errors=faults
        )
    told = "Some of what was sent does not fit; errors say what."
    return problem(request, 422, "invalid", "Something is not right", told, errors=faults)
