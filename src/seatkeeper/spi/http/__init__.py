"""Outbound HTTP manners, the same for every connector that speaks HTTP.

One pool of connections to one app: TLS verified, everything bounded in time and size, no redirect to another
host followed, every refusal an error of ``spi.errors``, and no vendor's answer shown before it was redacted.
"""

from seatkeeper.spi.http.answers import Answer, refuse_error
from seatkeeper.spi.http.authentication import BearerToken, ClientCredentials
from seatkeeper.spi.http.client import AppClient, Call, Judge
from seatkeeper.spi.http.redaction import redact
from seatkeeper.spi.http.settings import HTTPSettings

__all__ = [
    "Answer",
    "AppClient",
    "BearerToken",
    "Call",
    "ClientCredentials",
    "HTTPSettings",
    "Judge",
    "redact",
    "refuse_error",
]
