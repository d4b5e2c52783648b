"""What goes wrong, as a person meets it: what happened, and what to do."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import structlog
from starlette.exceptions import HTTPException
from starlette.responses import Response

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

if TYPE_CHECKING:
    from seatkeeper.web.visits import Visit

_log = structlog.get_logger("seatkeeper.web")

TITLES: Mapping[type[RequestError], tuple[int, str]] = {
    NotFoundError: (404, "Not found"),
    NotAllowedError: (403, "You may not do this"),
    AlreadyExistsError: (409, "There already is one"),
    InvalidValueError: (422, "Something is not right"),
    VersionMismatchError: (412, "It has changed meanwhile"),
    NotPossibleNowError: (409, "Not possible now"),
    TooManyAttemptsError: (429, "Tried too often"),
    StoreUnavailableError: (503, "The database cannot be reached"),
}
"""The status and the heading of each error an operation may raise. Complete: a test holds it against the set."""


def refuse(visit: "Visit", error: Exception) -> Response:
    """Answer with the error as a page, or as an alert where a part of a page was asked for."""
    match error:
        case RequestError():
            status, title = TITLES[type(error)]
            return _page(visit, status, title, str(error))
        case HTTPException():
            return _page(visit, error.status_code, "The request cannot be answered", error.detail)
        case _:
            _log.exception("web.failed", method=visit.request.method, path=_path_without_secrets(visit))
            told = f"Something went wrong on our side. The log has it under {visit.request_id}."
            return _page(visit, 500, "That should not have happened", told)


def _path_without_secrets(visit: "Visit") -> str:
    path, secret = visit.request.url.path, visit.request.path_params.get("secret")
    return path.replace(secret, "…") if secret else path


def _page(visit: "Visit", status: int, title: str, sentence: str) -> Response:
    template = "parts/error.html" if visit.is_fragment else "error.html"
    return visit.page(template, status, title=title, sentence=sentence)
