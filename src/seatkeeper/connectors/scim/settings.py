"""What an Owner fills in to connect a SCIM app."""

from typing import Literal

import httpx
from pydantic import Field, SecretStr, model_validator

from seatkeeper.spi.http import BearerToken, ClientCredentials, HTTPSettings
from seatkeeper.spi.settings import ADVANCED

_NEEDED: dict[str, tuple[str, ...]] = {
    "bearer": ("token",),
    "basic": ("username", "password"),
    "oauth2": ("token_url", "client_id", "client_secret"),
    "none": (),
}


class SCIMSettings(HTTPSettings):
    """Address and service account are enough; the rest overrides what the app says of itself."""

    authentication: Literal["bearer", "basic", "oauth2", "none"] = Field(
        default="bearer", title="Authentication", description="How the service account signs in."
    )
    token: SecretStr | None = Field(default=None, title="Token", description="For bearer.")
    username: str | None = Field(default=None, title="User name", description="For basic.")
    password: SecretStr | None = Field(default=None, title="Password", description="For basic.")
    token_url: str | None = Field(
        default=None, title="Token endpoint", description="For oauth2: its whole address."
    )
    client_id: str | None = Field(default=None, title="Client id", description="For oauth2 client credentials.")
    client_secret: SecretStr | None = Field(default=None, title="Client secret", description="For oauth2.")
    scope: str | None = Field(default=None, title="Scope", description="For oauth2, where the app asks for one.")
    patch: Literal["auto", "patch", "put"] = Field(
        default="auto",
        title="Changes",
        description="auto asks the app's ServiceProviderConfig; put reads, merges and writes the whole resource.",
        json_schema_extra=ADVANCED,
    )
    filter: Literal["auto", "always", "never"] = Field(
        default="auto",
        title="Filters",
        description="auto asks the ServiceProviderConfig, and without one reads the whole list when a filter finds"
        " nothing. always trusts the filter, never reads the whole list each time.",
        json_schema_extra=ADVANCED,
    )
    groups: Literal["auto", "on", "off"] = Field(
        default="auto",
        title="Groups",
        description="auto asks the app's ResourceTypes; without any it is on.",
        json_schema_extra=ADVANCED,
    )
    members: Literal["readable", "write-only"] = Field(
        default="readable",
        title="Group members",
        description="write-only for an app that takes members and never shows them; such changes stay unverified.",
        json_schema_extra=ADVANCED,
    )
    roles: Literal["auto", "on", "off"] = Field(
        default="auto",
        title="Roles",
        description="auto asks the app's Schemas for the roles attribute.",
        json_schema_extra=ADVANCED,
    )
    page_size: int = Field(
        default=100,
        ge=1,
        le=1000,
        title="Page size",
        description="Resources asked for at once.",
        json_schema_extra=ADVANCED,
    )
    batch_size: int = Field(
        default=100,
        ge=1,
        le=1000,
        title="Batch size",
        description="Members changed in a call.",
        json_schema_extra=ADVANCED,
    )

    @model_validator(mode="after")
    def _has_what_it_needs(self) -> "SCIMSettings":
        missing = [name for name in _NEEDED[self.authentication] if not getattr(self, name)]
        if missing:
            raise ValueError(f"authentication {self.authentication} needs {' and '.join(missing)}")
        return self

    def secrets(self) -> tuple[str, ...]:
        """Every secret in plain text, to be kept out of what is shown."""
        given = (self.token, self.password, self.client_secret)
        return tuple(secret.get_secret_value() for secret in given if secret is not None)

    def service_account(self) -> httpx.Auth | None:
        """Make what signs in. Each session has its own, so that a token is fetched once a session."""
        match self.authentication:
            case "bearer":
                return BearerToken(_plain(self.token))
            case "basic":
                return httpx.BasicAuth(self.username or "", _plain(self.password))
            case "oauth2":
                return ClientCredentials(
                    self.token_url or "", self.client_id or "", _plain(self.client_secret), self.scope
                )
            case "none":
                return None


def _plain(secret: SecretStr | None) -> str:
    return secret.get_secret_value() if secret else ""
