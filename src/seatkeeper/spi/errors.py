"""What a connector may raise: a closed set, each with one interpreter in ``engine.apply``.

Anything else that leaves a connector is a bug of the connector: the job fails and the traceback is kept.
Messages are shown to people: name the thing that failed, and never a secret or a password.
"""

from datetime import timedelta

from seatkeeper.core.problems import ProblemCode


class ConnectorError(Exception):
    """The base of the set.

    ``remedy`` is what to do about it while a connection is set up, where the connector knows better than what is
    advised for errors of its kind: "Name the authority that signed the certificate in CA file."
    """

    def __init__(self, message: str = "", *, remedy: str = "") -> None:
        super().__init__(message)
        self.remedy = remedy


class TransientError(ConnectorError):
    """The app cannot be reached or stumbled; the same call may work later. Retried with backoff."""


class ThrottledError(ConnectorError):
    """The app asked for fewer calls. The whole integration waits ``retry_after``, or a backoff without it."""

    def __init__(self, message: str, retry_after: timedelta | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class CredentialsRefusedError(ConnectorError):
    """The app refused the service account. Stops the whole integration until a probe succeeds."""


class AppChangedError(ConnectorError):
    """The app does not look as it is described. Stops the whole integration until a probe succeeds."""


class AccountNotFoundError(ConnectorError):
    """The account is not there (any more). For a removal that is success."""


class AccountExistsError(ConnectorError):
    """Creating met an account of that name. The engine looks again, and adopts the one exact match."""


class RejectedError(ConnectorError):
    """The app understood the call and refused the change; repeating it would end the same way."""

    def __init__(self, message: str, code: ProblemCode = ProblemCode.REJECTED_VALUE, *, remedy: str = "") -> None:
        super().__init__(message, remedy=remedy)
        self.code = code


class NeedsPersonError(ConnectorError):
    """Only a person can go on; the message says what is needed."""


class UnsupportedError(ConnectorError):
    """The app cannot do this at all."""
