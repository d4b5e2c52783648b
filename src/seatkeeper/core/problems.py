"""What can go wrong between Seatkeeper and an app, as stable codes a person can look up."""

from dataclasses import dataclass
from enum import StrEnum


class ProblemCode(StrEnum):
    """Stable: codes are stored, shown, documented and matched on by scripts. ``core.wording`` explains each."""

    APP_UNREACHABLE = "app_unreachable"
    APP_THROTTLED = "app_throttled"
    CREDENTIALS_REFUSED = "credentials_refused"
    APP_CHANGED = "app_changed"
    ACCOUNT_VANISHED = "account_vanished"
    ACCOUNT_EXISTS = "account_exists"
    ACCOUNT_TAKEN = "account_taken"
    AMBIGUOUS_MATCH = "ambiguous_match"
    REJECTED_VALUE = "rejected_value"
    NO_SEATS = "no_seats"
    PERMISSION_MISSING = "permission_missing"
    NOT_SUPPORTED = "not_supported"
    NOT_AS_WANTED = "not_as_wanted"
    NOT_SHOWN = "not_shown"
    INVITED = "invited"
    PREPARED = "prepared"
    ENTITLEMENT_TAKEN = "entitlement_taken"
    MAPPING_FAILED = "mapping_failed"
    REQUIRED_MISSING = "required_missing"
    REMOVALS_HELD = "removals_held"
    PERSON_NEEDED = "person_needed"
    NOT_DONE = "not_done"
    TO_BE_CONFIRMED = "to_be_confirmed"
    SETTINGS_INVALID = "settings_invalid"
    ATTEMPTS_SPENT = "attempts_spent"
    CONNECTOR_BUG = "connector_bug"


@dataclass(frozen=True, slots=True)
class Problem:
    """A failure as a person meets it: the code, and the detail that is special to this time.

    ``detail`` is shown and stored, so it never holds a secret or a sensitive value.
    """

    code: ProblemCode
    detail: str


AWAITED = frozenset({ProblemCode.NOT_SHOWN, ProblemCode.INVITED, ProblemCode.PREPARED})
"""No trouble: all is done on our side, and the app or the person has to follow."""
