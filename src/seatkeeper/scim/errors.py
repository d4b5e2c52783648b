"""Errors as SCIM tells them (RFC 7644 §3.12): a string status, a keyword where there is one, a plain sentence."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pydantic import ValidationError
from scim2_models import Error, InvalidValueException, SCIMException

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

ERROR = str(Error.__schema__)

RETRY_AFTER = 5
"""Seconds an IdP is asked to wait for the database. An integer: Okta reads nothing else."""

STATUSES: Mapping[type[RequestError], tuple[int, str | None]] = {
    NotFoundError: (404, None),
    AlreadyExistsError: (409, "uniqueness"),
    InvalidValueError: (400, "invalidValue"),
    VersionMismatchError: (412, None),
    NotPossibleNowError: (409, None),
    NotAllowedError: (403, None),
    TooManyAttemptsError: (429, None),
    StoreUnavailableError: (503, None),
}
"""The status and keyword of each error an operation may raise."""


class MethodNotAllowed(SCIMException):
    """The endpoint does not know this method."""

    status = 405
    _default_detail = "This endpoint does not support the method of the request."


class UnsupportedMediaType(SCIMException):
    """The body is not JSON."""

    status = 415
    _default_detail = "Send the body as application/scim+json or application/json."


@dataclass(frozen=True, slots=True)
class Refusal:
    """What an IdP is told instead of what it asked for."""

    status: int
    detail: str
    scim_type: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def body(self) -> dict[str, object]:
        """The SCIM error resource."""
        keyword = {"scimType": self.scim_type} if self.scim_type else {}
        return {"schemas": [ERROR], "status": str(self.status), **keyword, "detail": self.detail}


def refusal_of(error: Exception) -> Refusal | None:
    """Translate an error of the request; None for one that is ours."""
    if isinstance(error, RequestError):
        status, scim_type = STATUSES[type(error)]
        headers = {"Retry-After": str(RETRY_AFTER)} if status == 503 else {}
        return Refusal(status, str(error), scim_type, headers)
    if isinstance(error, ValidationError):
        return _told(Error.from_validation_errors(error)[0])
    if isinstance(error, InvalidValueException) and isinstance(error.__cause__, ValidationError):
        return _told(Error.from_validation_errors(error.__cause__)[0])
    if isinstance(error, SCIMException):
        return Refusal(error.status, error.detail, error.scim_type or None, _headers(error))
    return None


def _told(error: Error) -> Refusal:
    return Refusal(error.status or 400, error.detail or "The request was refused.", error.scim_type)


def _headers(error: SCIMException) -> Mapping[str, str]:
    headers = error.context.get("headers", {})
    assert isinstance(headers, Mapping)
    return headers


def our_fault(request_id: str) -> Refusal:
    """Tell of an error that is ours, with the id by which its log is found."""
    return Refusal(
        500, f"Seatkeeper failed to handle the request. Its log names the cause under the request id {request_id}."
    )
