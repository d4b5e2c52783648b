"""What may be wrong with a request, told so that whoever asked can act on it.

A closed set. Each face translates it once: SCIM to an error body, the CLI to a sentence and an exit status.
"""


class RequestError(Exception):
    """The base of the set; ``str(error)`` is one sentence for the asker."""


class NotFoundError(RequestError):
    """Nothing by that id or name."""


class AlreadyExistsError(RequestError):
    """Something else already holds a name that must be unique."""


class InvalidValueError(RequestError):
    """A value was refused; nothing was changed."""


class VersionMismatchError(RequestError):
    """The resource changed since the asker read it (``If-Match``)."""


class NotPossibleNowError(RequestError):
    """The request makes sense, only not in the present state."""


class NotAllowedError(RequestError):
    """The asker is known and may not do this."""


class TooManyAttemptsError(RequestError):
    """The same was tried too often; it may be tried again later."""


class StoreUnavailableError(RequestError):
    """The database cannot be reached; the same request may succeed later."""
