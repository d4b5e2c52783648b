"""What an Owner fills in to reach a database, whatever is administered in it."""

from typing import Self

from pydantic import Field, SecretStr, field_validator, model_validator

from seatkeeper.connectors.sql.addresses import Address, parse_address
from seatkeeper.spi.settings import ADVANCED, ConnectorSettings


class DatabaseSettings(ConnectorSettings):
    """Address and service account."""

    url: str = Field(
        title="Address",
        description="postgresql://host/database, mariadb://host/database or mysql://host/database, with :port"
        " where it is not the usual one; sqlite:///file for one below the installation's directory of files.",
    )
    username: str | None = Field(
        default=None,
        min_length=1,
        title="Service account",
        description="The database user Seatkeeper signs in as. Needs only what docs/connectors says.",
    )
    password: SecretStr | None = Field(
        default=None, min_length=1, title="Password", description="The password of the service account."
    )
    ca_file: str | None = Field(
        default=None,
        title="CA file",
        description="PEM file with the authorities that may sign the server's certificate. Without it, those this"
        " system trusts.",
    )
    allow_plaintext: bool = Field(
        default=False,
        title="Allow unencrypted connections",
        description="Without this, a server that does not offer TLS is refused. With it, nothing is encrypted:"
        " everybody on the way can read along. For this machine only.",
        json_schema_extra=ADVANCED,
    )
    connections: int = Field(
        default=2,
        ge=1,
        le=32,
        title="Connections",
        description="At most so many at a time, shared by all calls.",
        json_schema_extra=ADVANCED,
    )
    timeout: float = Field(
        default=30.0,
        gt=0,
        le=280,
        title="Patience",
        description="Seconds a transaction may take, signing in included.",
        json_schema_extra=ADVANCED,
    )

    @field_validator("url")
    @classmethod
    def _check_url(cls, url: str) -> str:
        parse_address(url)
        return url

    @model_validator(mode="after")
    def _check_service_account(self) -> Self:
        if self.address.is_file and self.username:
            raise ValueError("username: a file has no service account")
        if not self.address.is_file and not self.username:
            raise ValueError("username: a service account is needed")
        return self

    @property
    def address(self) -> Address:
        """Where the database is."""
        return parse_address(self.url)
