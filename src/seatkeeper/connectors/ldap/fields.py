"""Settings that every kind of directory has, as fields of a form."""

import re
from typing import Annotated, Final
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr

from seatkeeper.connectors.ldap.profiles import Address, Encryption
from seatkeeper.spi.settings import ADVANCED

ATTRIBUTE: Final = r"[A-Za-z][A-Za-z0-9-]*"
_DN = re.compile(rf"{ATTRIBUTE}=[^=]+")
_TEMPLATE = re.compile(rf"(?P<attribute>{ATTRIBUTE})=\{{(?P<place>{ATTRIBUTE})\}},(?P<parent>.+)")
_BASE = "{people_base}"
_PORTS = {"ldap": 389, "ldaps": 636}


def parse_address(url: str, *, allow_plaintext: bool = False) -> Address:
    """Read one address. Raises ``ValueError`` that says how to write it."""
    parts = urlsplit(url)
    if parts.scheme not in _PORTS or not parts.hostname or parts.path.strip("/") or parts.query:
        raise ValueError("write it like ldaps://ldap.example.org or ldap://ldap.example.org:389")
    try:
        port = parts.port or _PORTS[parts.scheme]
    except ValueError:
        raise ValueError("the port after the colon is a number up to 65535") from None
    unencrypted = Encryption.NONE if allow_plaintext else Encryption.START_TLS
    return Address(parts.hostname, port, Encryption.TLS if parts.scheme == "ldaps" else unencrypted)


def split_template(template: str, people_base: str) -> tuple[str, str, str]:
    """Give the attribute of the DN, the attribute its value comes from, and the parent."""
    match = _TEMPLATE.fullmatch(template)
    assert match is not None
    return match["attribute"], match["place"], match["parent"].replace(_BASE, people_base)


def _check_url(url: str) -> str:
    if not url.split():
        raise ValueError("an address is needed, such as ldaps://ldap.example.org")
    for each in url.split():
        parse_address(each)
    return " ".join(url.split())


def _check_dn(dn: str) -> str:
    if not _DN.match(dn):
        raise ValueError("a DN is needed, such as ou=people,dc=example,dc=org")
    return dn


def _check_template(template: str) -> str:
    match = _TEMPLATE.fullmatch(template)
    if match is None or "{" in match["parent"].replace(_BASE, ""):
        raise ValueError("write it like uid={uid},{people_base}: one attribute in braces, and where it goes")
    return template


DN = Annotated[str, AfterValidator(_check_dn)]

Template = Annotated[str, AfterValidator(_check_template)]

URL = Annotated[str, AfterValidator(_check_url)]

CAFile = Annotated[
    str | None,
    Field(
        title="CA file",
        description="PEM file with the authorities that may sign the server's certificate. Without it, those this"
        " system trusts.",
    ),
]

BindPassword = Annotated[
    SecretStr, Field(min_length=1, title="Password", description="The password of the service account.")
]

Connections = Annotated[
    int,
    Field(
        ge=1,
        le=32,
        title="Connections",
        description="At most so many at a time, shared by all calls.",
        json_schema_extra=ADVANCED,
    ),
]

ConnectTimeout = Annotated[
    float,
    Field(
        gt=0,
        le=120,
        title="Patience to connect",
        description="Seconds to connect and sign in.",
        json_schema_extra=ADVANCED,
    ),
]

Timeout = Annotated[
    float,
    Field(
        gt=0,
        le=280,
        title="Patience",
        description="Seconds to wait for an answer.",
        json_schema_extra=ADVANCED,
    ),
]

PageSize = Annotated[
    int,
    Field(
        ge=1,
        le=10_000,
        title="Page size",
        description="Accounts asked for at once when listing all.",
        json_schema_extra=ADVANCED,
    ),
]

BatchSize = Annotated[
    int,
    Field(
        ge=1,
        le=5_000,
        title="Batch size",
        description="Members changed in one call.",
        json_schema_extra=ADVANCED,
    ),
]
