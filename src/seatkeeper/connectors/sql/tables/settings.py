"""What an Owner fills in to administer the accounts in a table."""

from typing import Literal, Self

from pydantic import Field, model_validator

from seatkeeper.connectors.sql.settings import DatabaseSettings
from seatkeeper.spi.settings import ADVANCED

_INFERRED = "Where foreign keys say it, it need not be said here."


class TableSettings(DatabaseSettings):
    """The names of table and columns; whether they are there is seen when the connection is tested."""

    table: str = Field(
        min_length=1, title="Table of accounts", description="One row is one account: users, or app.users."
    )
    id_column: str = Field(
        default="id",
        min_length=1,
        title="Column of the id",
        description="What tells rows apart and never changes.",
    )
    name_column: str = Field(
        min_length=1, title="Column of the name", description="What people sign in with, such as login or email."
    )
    columns: tuple[str, ...] = Field(
        default=(),
        title="Columns",
        description="What else a mapping may read and write, such as email, full_name, department.",
    )
    write_only_columns: tuple[str, ...] = Field(
        default=(),
        title="Columns never read",
        description="Written when an account is made and never read, such as a password's hash.",
        json_schema_extra=ADVANCED,
    )
    create_only_columns: tuple[str, ...] = Field(
        default=(),
        title="Columns for new accounts",
        description="Written when an account is made and left alone afterwards.",
        json_schema_extra=ADVANCED,
    )
    case_insensitive_columns: tuple[str, ...] = Field(
        default=(),
        title="Columns without case",
        description="Where Ada and ada are the same to the app. Those of a collation without case, or of type"
        " citext, need not be named.",
        json_schema_extra=ADVANCED,
    )
    new_ids: Literal["database", "uuid"] = Field(
        default="database",
        title="Ids of new accounts",
        description="Whether the database gives them, or a new UUID is written.",
        json_schema_extra=ADVANCED,
    )
    active_column: str | None = Field(
        default=None,
        min_length=1,
        title="Column that disables",
        description="A flag or a status that the app looks at when people sign in. Without it, or a column of"
        " deletion, accounts cannot be disabled.",
    )
    active_value: str = Field(
        default="true",
        min_length=1,
        title="Value when active",
        description="Everything else counts as disabled.",
        json_schema_extra=ADVANCED,
    )
    disabled_value: str = Field(
        default="false",
        min_length=1,
        title="Value when disabled",
        description="What is written to disable.",
        json_schema_extra=ADVANCED,
    )
    deleted_column: str | None = Field(
        default=None,
        min_length=1,
        title="Column of deletion",
        description="For apps that mark rows instead of deleting them: a flag, or the time of deletion. A marked"
        " row counts as a disabled account.",
        json_schema_extra=ADVANCED,
    )
    delete_rows: bool = Field(
        default=False,
        title="Delete rows",
        description="Let leavers be deleted, with their rows in the join tables. Without this deleting is a task"
        " for a person.",
    )
    role_table: str | None = Field(
        default=None,
        min_length=1,
        title="Table of roles",
        description="Where roles have names. Without it the join table holds the names themselves.",
    )
    role_id_column: str = Field(
        default="id",
        min_length=1,
        title="Id of a role",
        description="The column the join table refers to.",
        json_schema_extra=ADVANCED,
    )
    role_name_column: str = Field(
        default="name",
        min_length=1,
        title="Name of a role",
        description="The column that names it, as in a mapping.",
        json_schema_extra=ADVANCED,
    )
    role_join_table: str | None = Field(
        default=None,
        min_length=1,
        title="Table of who has which role",
        description="Such as user_roles. Without it roles are left alone.",
    )
    role_join_user_column: str | None = Field(
        default=None,
        min_length=1,
        title="Account in it",
        description=f"The column with the account's id. {_INFERRED}",
        json_schema_extra=ADVANCED,
    )
    role_join_role_column: str | None = Field(
        default=None,
        min_length=1,
        title="Role in it",
        description=f"The column with the role. {_INFERRED}",
        json_schema_extra=ADVANCED,
    )
    entitlement_type: str = Field(
        default="role",
        min_length=1,
        title="What roles are called",
        description="The type of these entitlements in a mapping.",
        json_schema_extra=ADVANCED,
    )
    group_table: str | None = Field(
        default=None,
        min_length=1,
        title="Table of groups",
        description="Groups are made, renamed and deleted in it. Without it groups are left alone.",
        json_schema_extra=ADVANCED,
    )
    group_id_column: str = Field(
        default="id",
        min_length=1,
        title="Id of a group",
        description="The column the join table refers to.",
        json_schema_extra=ADVANCED,
    )
    group_name_column: str = Field(
        default="name",
        min_length=1,
        title="Name of a group",
        description="The column that names it.",
        json_schema_extra=ADVANCED,
    )
    group_join_table: str | None = Field(
        default=None,
        min_length=1,
        title="Table of who is in which group",
        description="Such as group_members.",
        json_schema_extra=ADVANCED,
    )
    group_join_user_column: str | None = Field(
        default=None,
        min_length=1,
        title="Member in it",
        description=f"The column with the account's id. {_INFERRED}",
        json_schema_extra=ADVANCED,
    )
    group_join_group_column: str | None = Field(
        default=None,
        min_length=1,
        title="Group in it",
        description=f"The column with the group's id. {_INFERRED}",
        json_schema_extra=ADVANCED,
    )
    page_size: int = Field(
        default=1000,
        ge=1,
        le=10_000,
        title="Page size",
        description="Accounts read at once when listing all.",
        json_schema_extra=ADVANCED,
    )
    batch_size: int = Field(
        default=500,
        ge=1,
        le=5_000,
        title="Batch size",
        description="Members changed in one statement.",
        json_schema_extra=ADVANCED,
    )

    @model_validator(mode="after")
    def _check_names(self) -> Self:
        if self.active_column and self.deleted_column:
            raise ValueError("active_column and deleted_column: name one of them")
        if self.active_value == self.disabled_value:
            raise ValueError("active_value and disabled_value must differ")
        if self.role_table and not self.role_join_table:
            raise ValueError("role_join_table: name the table that says who has which role")
        if bool(self.group_table) != bool(self.group_join_table):
            raise ValueError("group_table and group_join_table belong together")
        stray = sorted(self.written_once - set(self.attributes))
        if stray:
            raise ValueError(f"columns: name {', '.join(stray)} here, too")
        if self.name_column in self.written_once:
            raise ValueError("name_column: the name is read, and may change")
        return self

    @property
    def attributes(self) -> tuple[str, ...]:
        """The columns a mapping may name, the name's among them."""
        return tuple(dict.fromkeys((self.name_column, *self.columns)))

    @property
    def written_once(self) -> frozenset[str]:
        """Columns that are written when an account is made, and never afterwards."""
        return frozenset(self.write_only_columns) | frozenset(self.create_only_columns)

    @property
    def disables(self) -> bool:
        """A column says who may sign in."""
        return bool(self.active_column or self.deleted_column)
