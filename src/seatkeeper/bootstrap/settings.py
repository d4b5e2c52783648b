"""Every setting of an installation, read from the environment and from nowhere else."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from seatkeeper.bootstrap.errors import SettingsError
from seatkeeper.core.errors import InvalidValueError
from seatkeeper.core.networks import Network, read_networks

PREFIX = "SEATKEEPER_"


def _is_postgresql(url: SecretStr) -> SecretStr:
    if not url.get_secret_value().startswith(("postgresql://", "postgres://")):
        raise ValueError("must start with postgresql://; Seatkeeper works with no other database")
    return url


def _is_web_address(url: str) -> str:
    if not url.startswith(("https://", "http://")):
        raise ValueError("must start with https:// or http://")
    return url.rstrip("/")


def _are_networks(typed: str) -> str:
    try:
        read_networks(typed)
    except InvalidValueError as error:
        raise ValueError(str(error)) from None
    return typed


Seconds = Annotated[float, Field(gt=0, le=86_400, allow_inf_nan=False)]
PoolSize = Annotated[int, Field(ge=2, le=200)]


class Settings(BaseSettings):
    """What an installation can be told. Each field is the environment variable ``SEATKEEPER_<FIELD>``."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_ignore_empty=True,
        frozen=True,
        hide_input_in_errors=True,
        extra="ignore",
        populate_by_name=True,
    )

    database_url: Annotated[SecretStr, AfterValidator(_is_postgresql)] | None = Field(
        None,
        validation_alias="DATABASE_URL",
        description="PostgreSQL 18, as `postgresql://user:password@host/database`. Without it Seatkeeper starts a"
        " PostgreSQL of its own in the data directory.",
    )
    data_dir: Path = Field(
        Path(".seatkeeper"),
        description="Where the PostgreSQL of its own and the key file are kept. Not used with `DATABASE_URL`.",
    )
    secret_key: SecretStr | None = Field(
        None,
        description="The key that seals the credentials of your apps: 32 random bytes in base64 or hex, as"
        " `openssl rand -base64 32` makes them. To rotate, put the new key first: `2026:NEW,2025:OLD`. Without it,"
        " and without `DATABASE_URL`, a key file is made in the data directory.",
    )
    secret_key_file: Path | None = Field(
        None, description="A file that holds what `SEATKEEPER_SECRET_KEY` would; set one of the two."
    )
    catalog_dir: Path | None = Field(
        None,
        description="A directory with manifests of your own apps, one `NAME.yaml` each. One with the name of an"
        " app of the catalog takes its place.",
    )
    files_dir: Path | None = Field(
        None,
        description="The directory below which files for apps may be written and read on this machine's disk, the"
        " same for all workers. Without it files go over SFTP only.",
    )
    allowed_networks: Annotated[str, AfterValidator(_are_networks)] | None = Field(
        None,
        description="Networks and addresses apps may be reached at although they are this machine, its link, or"
        " where a cloud hands out credentials, as `127.0.0.0/8, ::1`. Nothing else needs to be named.",
    )
    host: str = Field(
        "127.0.0.1",
        description="The address to listen on. Before you open it to others, put a reverse proxy that ends TLS in"
        " front.",
    )
    port: int = Field(8080, ge=0, le=65_535, description="The port to listen on; 0 takes any free one.")
    public_url: Annotated[str, AfterValidator(_is_web_address)] | None = Field(
        None,
        description="How people and identity providers reach this installation, as"
        " `https://seatkeeper.example.com`. It is the start of every `meta.location`, passkeys are bound to it,"
        " and with https cookies are kept to TLS. Without it the address of the request is used.",
    )
    max_body_bytes: int = Field(
        4 * 1024 * 1024, ge=1024, description="Requests with a larger body are refused (status 413)."
    )
    web_pool_size: PoolSize = Field(16, description="Connections to the database a web process opens at most.")
    worker_pool_size: PoolSize = Field(
        16, description="Connections to the database a worker opens at most, besides five for its queue."
    )
    concurrency: int = Field(8, ge=1, le=1000, description="Integrations a worker works on at the same time.")
    time_slice: Seconds = Field(
        30, description="How long, in seconds, a run works on one integration before it makes room for others."
    )
    sweep_interval: Seconds = Field(
        10, description="How often, in seconds, workers look for due jobs that no wake-up has announced."
    )
    heartbeat_interval: Seconds = Field(
        5, description="How often, in seconds, a worker says that it is alive, and looks for others that are not."
    )
    stalled_after: Seconds = Field(
        30,
        description="After how many seconds without a heartbeat a worker counts as dead and its runs are taken"
        " over. At least twice the heartbeat interval.",
    )
    session_idle_hours: float = Field(
        12, gt=0, le=720, description="After how many hours without use somebody has to sign in again."
    )
    session_days: float = Field(
        7, gt=0, le=365, description="After how many days somebody has to sign in again in any case."
    )
    api_requests_per_minute: int = Field(
        600, ge=10, description="Requests to the admin API a minute that one member's tokens may make."
    )
    evidence_days: float = Field(
        14, gt=0, le=3650, description="For how many days the screenshots of jobs done in a browser are kept."
    )
    log_format: Literal["console", "json"] = Field(
        "console", description="`console` for people, `json` for machines: one object a line."
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="The least important messages that are still logged."
    )

    @model_validator(mode="after")
    def _fit_together(self) -> "Settings":
        if self.stalled_after < 2 * self.heartbeat_interval:
            raise ValueError(
                "SEATKEEPER_STALLED_AFTER must be at least twice SEATKEEPER_HEARTBEAT_INTERVAL,"
                " or workers that live are taken for dead"
            )
        if self.secret_key is not None and self.secret_key_file is not None:
            raise ValueError("set SEATKEEPER_SECRET_KEY or SEATKEEPER_SECRET_KEY_FILE, not both")
        return self

    @property
    def is_embedded(self) -> bool:
        """The database is a PostgreSQL of Seatkeeper's own, in the data directory."""
        return self.database_url is None

    @property
    def reachable(self) -> Sequence[Network]:
        """What of the addresses that are refused connectors may reach."""
        return read_networks(self.allowed_networks or "")

    @property
    def heard_within(self) -> timedelta:
        """A worker whose last heartbeat is older than this counts as dead."""
        return timedelta(seconds=self.stalled_after)


def load_settings(**overrides: Any) -> Settings:
    """Read the environment; ``overrides`` win over it, and None among them leaves it alone.

    Raises ``SettingsError`` with one sentence for each fault, none of which repeats a value.
    """
    given = {name: value for name, value in overrides.items() if value is not None}
    try:
        return Settings(**given)
    except ValidationError as error:
        raise SettingsError(tuple(_sentence(fault["loc"], fault["msg"]) for fault in error.errors())) from None


def variable_of(field: str) -> str:
    """Name the environment variable of a field."""
    alias = Settings.model_fields[field].validation_alias
    return alias if isinstance(alias, str) else PREFIX + field.upper()


def _sentence(where: Sequence[int | str], message: str) -> str:
    plain = message.removeprefix("Value error, ")
    if not where:
        return f"{plain[0].upper()}{plain[1:]}."
    name = str(where[0])
    variable = variable_of(name) if name in Settings.model_fields else name
    return f"{variable}: {plain[0].lower()}{plain[1:]}."
