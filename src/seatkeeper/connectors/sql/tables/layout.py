"""The tables and columns that settings name, as the database has them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import CITEXT

from seatkeeper.connectors.sql.addresses import MARIADB
from seatkeeper.connectors.sql.tables.settings import TableSettings
from seatkeeper.connectors.sql.values import Codec, Form, codec_for
from seatkeeper.core.problems import ProblemCode
from seatkeeper.spi.errors import RejectedError


@dataclass(frozen=True, slots=True)
class Column:
    """One column: how it is named in statements, and how its values are written and read."""

    at: "sa.ColumnClause[Any]"
    codec: Codec
    folds: bool = False
    """Compared without case, by the database or because the settings say so."""
    is_folded_here: bool = False
    """The database would mind case, so statements must not."""
    is_time: bool = False
    is_needed: bool = False
    """There is no row without a value of ours."""

    def equals(self, value: Any) -> "sa.ColumnElement[bool]":
        """Compare with a value of ours. Raises ``UnfitError`` where the column could not hold it."""
        encoded = bind(self.codec.encode(value))
        if self.is_folded_here:
            return sa.func.lower(self.at) == sa.func.lower(encoded)
        return self.at == encoded


@dataclass(frozen=True, slots=True)
class Links:
    """What accounts hang on: a join table and, where it refers to them by id, the table of their names."""

    join: sa.TableClause
    user: Column
    target: Column
    names: sa.TableClause | None
    id: Column
    """Without a table of names, what the join table itself holds."""
    name: Column


@dataclass(frozen=True, slots=True)
class Layout:
    """Everything the settings name, found."""

    dialect: str
    table: sa.TableClause
    id: Column
    name: Column
    columns: Mapping[str, Column]
    switch: Column | None
    roles: Links | None
    groups: Links | None
    has_unique_names: bool

    def column(self, attribute: str) -> Column:
        """Give an attribute's column. Raises ``RejectedError`` where the settings do not name it."""
        found = self.columns.get(attribute)
        if found is None:
            told = f"{attribute} is not among the columns of this integration.{_nearest(attribute, self.columns)}"
            raise RejectedError(told, ProblemCode.SETTINGS_INVALID)
        return found

    @property
    def needed(self) -> frozenset[str]:
        """The attributes without which there is no account."""
        return frozenset(name for name, column in self.columns.items() if column.is_needed)

    @property
    def folding(self) -> frozenset[str]:
        """The attributes that are compared without case."""
        return frozenset(name for name, column in self.columns.items() if column.folds)


def bind(value: Any) -> "sa.BindParameter[Any]":
    """Make a parameter without a type of ours: the database takes it for what it is compared with."""
    return sa.bindparam(None, value, type_=sa.types.NullType(), unique=True)


def read_layout(connection: sa.Connection, settings: TableSettings) -> Layout:
    """Find what the settings name. Raises ``RejectedError``, which gives the nearest name there is."""
    finder = _Finder(connection, settings)
    users = finder.table(settings.table)
    named = {each: users.column(each) for each in settings.attributes}
    for each in settings.case_insensitive_columns:
        users.column(each)
    switch = settings.active_column or settings.deleted_column
    return Layout(
        finder.dialect,
        users.clause,
        users.column(settings.id_column),
        named[settings.name_column],
        named,
        None if switch is None else users.column(switch),
        _read_roles(finder, settings, users),
        _read_groups(finder, settings, users),
        users.is_unique(settings.name_column),
    )


def _read_roles(finder: "_Finder", settings: TableSettings, users: "_Table") -> Links | None:
    if settings.role_join_table is None:
        return None
    join = finder.table(settings.role_join_table)
    user = join.column(settings.role_join_user_column or join.reference_to(users, "role_join_user_column"))
    if settings.role_table is None:
        if settings.role_join_role_column is None:
            told = "role_join_role_column: without a table of roles, name the column that holds a role's name."
            raise RejectedError(told, ProblemCode.SETTINGS_INVALID)
        role = join.column(settings.role_join_role_column)
        return Links(join.clause, user, role, None, role, role)
    roles = finder.table(settings.role_table)
    target = join.column(settings.role_join_role_column or join.reference_to(roles, "role_join_role_column"))
    own, name = roles.column(settings.role_id_column), roles.column(settings.role_name_column)
    return Links(join.clause, user, target, roles.clause, own, name)


def _read_groups(finder: "_Finder", settings: TableSettings, users: "_Table") -> Links | None:
    if settings.group_table is None or settings.group_join_table is None:
        return None
    groups, join = finder.table(settings.group_table), finder.table(settings.group_join_table)
    user = join.column(settings.group_join_user_column or join.reference_to(users, "group_join_user_column"))
    target = join.column(settings.group_join_group_column or join.reference_to(groups, "group_join_group_column"))
    own, name = groups.column(settings.group_id_column), groups.column(settings.group_name_column)
    return Links(join.clause, user, target, groups.clause, own, name)


class _Finder:
    """Looks for tables; all of a schema are described at once, which takes no longer than one."""

    def __init__(self, connection: sa.Connection, settings: TableSettings) -> None:
        self.dialect = settings.address.dialect
        self._connection, self._settings = connection, settings
        self._metadata = sa.MetaData()
        named = (
            *(settings.table, settings.role_table, settings.role_join_table),
            *(settings.group_table, settings.group_join_table),
        )
        wanted = [_split(each) for each in named if each is not None]
        for schema in {schema for schema, _ in wanted}:
            names = {name for other, name in wanted if other == schema}
            self._metadata.reflect(
                connection, schema, views=True, only=lambda name, _, names=names: name in names, resolve_fks=False
            )

    def table(self, name: str) -> "_Table":
        schema, plain = _split(name)
        found = self._metadata.tables.get(plain if schema is None else f"{schema}.{plain}")
        if found is None:
            inspector = sa.inspect(self._connection)
            near = _nearest(plain, [*inspector.get_table_names(schema), *inspector.get_view_names(schema)])
            told = f"The database has no table {name}, or the service account may not see it.{near}"
            raise RejectedError(told, ProblemCode.SETTINGS_INVALID)
        is_of_accounts = name == self._settings.table
        folding = frozenset(self._settings.case_insensitive_columns if is_of_accounts else ())
        folded = _columns_without_case(self._connection, found, self.dialect)
        return _Table(name, found, self.dialect, _Folding(folding, folded))


def _split(name: str) -> tuple[str | None, str]:
    schema, _, plain = name.rpartition(".")
    return schema or None, plain


@dataclass(frozen=True, slots=True)
class _Folding:
    """The columns without case: those the settings name, and those the database treats so by itself."""

    by_settings: frozenset[str]
    by_database: frozenset[str]


class _Table:
    """One table as the database describes it."""

    def __init__(self, name: str, found: sa.Table, dialect: str, folding: _Folding) -> None:
        self.name, self.found, self.dialect, self._folding = name, found, dialect, folding
        self.clause = sa.table(found.name, *map(sa.column, found.columns.keys()), schema=found.schema)

    def column(self, name: str) -> Column:
        if name not in self.found.columns:
            told = f"The table {self.name} has no column {name}.{_nearest(name, self.found.columns.keys())}"
            raise RejectedError(told, ProblemCode.SETTINGS_INVALID)
        codec = codec_for(self.found.columns[name], self.dialect)
        by_settings = name in self._folding.by_settings and codec.form is Form.TEXT
        by_database = name in self._folding.by_database
        kind = self.found.columns[name].type
        return Column(
            self.clause.columns[name],
            codec,
            folds=by_settings or by_database,
            is_folded_here=by_settings and not by_database,
            is_time=isinstance(kind, sa.Date | sa.DateTime),
            is_needed=not codec.nullable and self.found.columns[name].server_default is None,
        )

    def reference_to(self, other: "_Table", setting: str) -> str:
        """Find the one column that refers to another table."""
        wanted = {other.found.fullname, other.found.name}
        found = [
            key.parent.name for key in self.found.foreign_keys if key.target_fullname.rpartition(".")[0] in wanted
        ]
        if len(found) != 1:
            told = (
                f"{setting}: foreign keys do not say which column of {self.name} refers to {other.name}. Name it."
            )
            raise RejectedError(told, ProblemCode.SETTINGS_INVALID)
        return str(found[0])

    def is_unique(self, name: str) -> bool:
        """Say whether the database keeps values of a column apart."""
        keys = [index.columns.keys() for index in self.found.indexes if index.unique]
        keys += [
            each.columns.keys()
            for each in self.found.constraints
            if isinstance(each, sa.UniqueConstraint | sa.PrimaryKeyConstraint)
        ]
        return [name] in [list(each) for each in keys]


def _columns_without_case(connection: sa.Connection, table: sa.Table, dialect: str) -> frozenset[str]:
    if dialect != MARIADB:
        return frozenset(str(each.name) for each in table.columns if isinstance(each.type, CITEXT))
    query = sa.text(
        "SELECT column_name FROM information_schema.columns WHERE table_schema = COALESCE(:home, DATABASE())"
        " AND table_name = :name AND collation_name LIKE '%\\_ci'"
    )
    return frozenset(connection.execute(query, {"home": table.schema, "name": table.name}).scalars())


def _nearest(name: str, names: Iterable[str]) -> str:
    near = get_close_matches(name, list(names), n=3, cutoff=0.5)
    return f" The nearest: {', '.join(near)}." if near else ""
