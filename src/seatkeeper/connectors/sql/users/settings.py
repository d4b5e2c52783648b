"""What an Owner fills in to administer the users of a database server."""

from typing import Literal, Self

from pydantic import Field, model_validator

from seatkeeper.connectors.sql.addresses import MARIADB, POSTGRESQL
from seatkeeper.connectors.sql.settings import DatabaseSettings
from seatkeeper.spi.settings import ADVANCED


class UserSettings(DatabaseSettings):
    """How users are made and removed; the rest is the same on every server."""

    passwords: Literal["none", "random"] = Field(
        default="none",
        title="Password of a new user",
        description="none lets nobody in by a password until one is set, and leaves certificates, Kerberos or LDAP"
        " as they are; random sets one that nobody knows.",
        json_schema_extra=ADVANCED,
    )
    reassign_to: str | None = Field(
        default=None,
        min_length=1,
        title="Heir of what leavers own",
        description="PostgreSQL does not drop a role that owns something. With the name of another role here, that"
        " one owns it first, in every database. Without it such leavers are not deleted.",
    )
    predefined_roles: tuple[str, ...] = Field(
        default=(),
        title="Predefined roles",
        description="PostgreSQL's own roles that may be granted, such as pg_read_all_data. No other pg_ role is.",
        json_schema_extra=ADVANCED,
    )
    user_host: str = Field(
        default="%",
        min_length=1,
        title="Host of a user",
        description="In MariaDB a user is a name and a host. Users of other hosts are left alone.",
        json_schema_extra=ADVANCED,
    )
    default_role: bool = Field(
        default=True,
        title="Set a default role",
        description="In MariaDB a role only counts once it is set; with this the first one granted is from sign-in"
        " on. The service account needs UPDATE on the database mysql for it.",
        json_schema_extra=ADVANCED,
    )

    @model_validator(mode="after")
    def _check_server(self) -> Self:
        if self.address.dialect not in {POSTGRESQL, MARIADB}:
            raise ValueError("url: users are administered in PostgreSQL and MariaDB")
        return self
