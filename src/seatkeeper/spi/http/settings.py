"""The settings every connector that speaks HTTP shares."""

import ipaddress
from urllib.parse import urlsplit

from pydantic import Field, field_validator, model_validator

from seatkeeper.spi.settings import ADVANCED, ConnectorSettings


class HTTPSettings(ConnectorSettings):
    """Where the app is, and how to reach it. A connector adds its own settings in a subclass."""

    base_url: str = Field(
        title="Address",
        description="Where the app's API is, such as https://app.example.com/scim/v2 or just https://app.example.com.",
    )
    allow_plain_http: bool = Field(
        default=False,
        title="Allow plain HTTP",
        description="Send credentials and people's data without encryption to an address other than this machine.",
        json_schema_extra=ADVANCED,
    )
    ca_bundle: str | None = Field(
        default=None,
        title="Certificate authorities",
        description="Path of a PEM file with the authorities to trust instead of the public ones.",
        json_schema_extra=ADVANCED,
    )
    proxy: str | None = Field(
        default=None,
        title="Proxy",
        description="Such as http://proxy.example.com:3128.",
        json_schema_extra=ADVANCED,
    )
    timeout_seconds: float = Field(
        default=30.0,
        gt=0,
        le=300,
        title="Timeout",
        description="The longest one call may take, in seconds.",
        json_schema_extra=ADVANCED,
    )

    @field_validator("base_url")
    @classmethod
    def _is_a_plain_address(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ValueError("give a whole address that starts with https://")
        if parts.username or parts.password or parts.query or parts.fragment:
            raise ValueError("leave user, password, query and fragment out of the address")
        return value.rstrip("/")

    @model_validator(mode="after")
    def _is_encrypted(self) -> "HTTPSettings":
        parts = urlsplit(self.base_url)
        if parts.scheme == "http" and not self.allow_plain_http and not _is_this_machine(parts.hostname or ""):
            raise ValueError("base_url must start with https://, or allow_plain_http be set")
        return self


def _is_this_machine(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
