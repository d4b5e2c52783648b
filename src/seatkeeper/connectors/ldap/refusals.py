"""From LDAP result codes to the closed set of errors: one interpreter for all operations (RFC 4511 §4.1.9)."""

from collections.abc import Mapping

from seatkeeper.connectors.ldap.dialects import NO_SUCH_ATTRIBUTE, VALUE_EXISTS, Advice
from seatkeeper.connectors.ldap.protocol.responses import Result
from seatkeeper.core.problems import ProblemCode
from seatkeeper.spi.errors import (
    AccountExistsError,
    AccountNotFoundError,
    ConnectorError,
    CredentialsRefusedError,
    RejectedError,
    TransientError,
    UnsupportedError,
)

SIZE_LIMIT, ADMIN_LIMIT = 4, 11
CONSTRAINT, NO_SUCH_OBJECT = 19, 32
OBJECT_CLASS, ENTRY_EXISTS = 65, 68
_STRONGER_NEEDED, _CONFIDENTIALITY, _NO_ACCESS = 8, 13, 50

_NAMES = {
    1: "operations error",
    2: "protocol error",
    3: "time limit exceeded",
    SIZE_LIMIT: "size limit exceeded",
    7: "authentication method not supported",
    _STRONGER_NEEDED: "stronger authentication required",
    10: "referral to another server",
    ADMIN_LIMIT: "administrative limit exceeded",
    12: "critical extension not available",
    _CONFIDENTIALITY: "encryption required",
    NO_SUCH_ATTRIBUTE: "no such attribute",
    17: "undefined attribute type",
    18: "inappropriate matching",
    CONSTRAINT: "constraint violation",
    VALUE_EXISTS: "value exists already",
    21: "invalid syntax",
    NO_SUCH_OBJECT: "no such object",
    34: "invalid DN syntax",
    48: "inappropriate authentication",
    49: "invalid credentials",
    _NO_ACCESS: "insufficient access",
    51: "busy",
    52: "unavailable",
    53: "unwilling to perform",
    64: "naming violation",
    OBJECT_CLASS: "object class violation",
    66: "not allowed on an entry with others below it",
    67: "not allowed on the naming attribute",
    ENTRY_EXISTS: "entry exists already",
    71: "affects several servers",
    80: "other error",
}
_ERRORS: Mapping[int, type[ConnectorError]] = {
    **dict.fromkeys((1, 3, 51, 52, 80), TransientError),
    **dict.fromkeys((2, 12), UnsupportedError),
    49: CredentialsRefusedError,
    NO_SUCH_OBJECT: AccountNotFoundError,
    ENTRY_EXISTS: AccountExistsError,
}
_MISSING = ("requires attribute", "missing attribute", "mandatory attribute")
_RAISE_LIMIT = "Give the service account no size limit (olcLimits in OpenLDAP); docs/connectors/ldap.md says how."
_ENCRYPT = "Use ldaps://, or ldap:// without allowing plain text."
_NO_ADVICE: Mapping[str, Advice] = {}


def describe(result: Result) -> str:
    """Say what the server said, in words first and its own text after."""
    name = _NAMES.get(result.code, f"result code {result.code}")
    return f"{name} ({result.text})" if result.text else name


def interpret(result: Result, what: str, advice: Mapping[str, Advice] = _NO_ADVICE) -> ConnectorError:
    """Make the error for a request that failed; ``what`` follows "refused to" in a sentence for people."""
    said = f"The directory refused to {what}: {_find(advice, result).meaning}{describe(result)}."
    kind = _ERRORS.get(result.code)
    if kind is not None:
        return kind(said)
    if result.code in {SIZE_LIMIT, ADMIN_LIMIT}:
        said = f"{said} {_RAISE_LIMIT}"
    return RejectedError(said, _code(result))


def interpret_bind(result: Result, account: str, advice: Mapping[str, Advice] = _NO_ADVICE) -> ConnectorError:
    """Make the error for a service account that could not sign in: mostly, its Owner is needed."""
    known = _find(advice, result)
    said = f"The directory did not let the service account {account} sign in: {known.meaning}{describe(result)}."
    if _ERRORS.get(result.code) is TransientError:
        return TransientError(said)
    if result.code in {_STRONGER_NEEDED, _CONFIDENTIALITY}:
        return CredentialsRefusedError(f"{said} {_ENCRYPT}", remedy=_ENCRYPT)
    return CredentialsRefusedError(said, remedy=known.remedy)


def _code(result: Result) -> ProblemCode:
    if result.code in {SIZE_LIMIT, ADMIN_LIMIT, _NO_ACCESS}:
        return ProblemCode.PERMISSION_MISSING
    if result.code == OBJECT_CLASS and any(mark in result.text.lower() for mark in _MISSING):
        return ProblemCode.REQUIRED_MISSING
    return ProblemCode.REJECTED_VALUE


def _find(advice: Mapping[str, Advice], result: Result) -> Advice:
    text = result.text.lower()
    found = next((known for mark, known in advice.items() if mark in text), None)
    return Advice("") if found is None else Advice(f"{found.meaning}; ", found.remedy)
