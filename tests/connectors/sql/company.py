"""An app's tables, the same in every database: people, roles, teams, and names that need quoting."""

from collections.abc import Mapping

ROLES = ("editor", "o'brien's", 'the "boss"')

_TABLES = """
CREATE TABLE people (
    id {id}, login VARCHAR(200) NOT NULL UNIQUE, email VARCHAR(200) UNIQUE, "full name" VARCHAR(400),
    "order" VARCHAR(200), department VARCHAR(40), level INTEGER, admin BOOLEAN NOT NULL DEFAULT FALSE,
    starts DATE, password_hash VARCHAR(200), status VARCHAR(20) NOT NULL DEFAULT 'active', deleted_at {time},
    country VARCHAR(2) NOT NULL);
CREATE TABLE roles (id {id}, name VARCHAR(100) NOT NULL UNIQUE);
CREATE TABLE people_roles (
    person INTEGER NOT NULL, role INTEGER NOT NULL, PRIMARY KEY (person, role),
    FOREIGN KEY (person) REFERENCES people (id), FOREIGN KEY (role) REFERENCES roles (id));
CREATE TABLE teams (id {id}, name VARCHAR(100) NOT NULL UNIQUE);
CREATE TABLE team_members (
    member INTEGER NOT NULL, team INTEGER NOT NULL,
    FOREIGN KEY (member) REFERENCES people (id), FOREIGN KEY (team) REFERENCES teams (id));
INSERT INTO roles (name) VALUES ('editor'), ('o''brien''s'), ('the "boss"'), ('never given');
"""
_WORDS: Mapping[str, Mapping[str, str]] = {
    "postgresql": {"id": "SERIAL PRIMARY KEY", "time": "TIMESTAMPTZ"},
    "mariadb": {"id": "INTEGER AUTO_INCREMENT PRIMARY KEY", "time": "DATETIME"},
    "sqlite": {"id": "INTEGER PRIMARY KEY", "time": "TIMESTAMP"},
}

SETTINGS: Mapping[str, object] = {
    "table": "people",
    "name_column": "login",
    "columns": [
        "email",
        "full name",
        "order",
        "department",
        "level",
        "admin",
        "starts",
        "password_hash",
        "country",
    ],
    "write_only_columns": ["password_hash"],
    "active_column": "status",
    "active_value": "active",
    "disabled_value": "locked",
    "delete_rows": True,
    "role_table": "roles",
    "role_join_table": "people_roles",
    "group_table": "teams",
    "group_join_table": "team_members",
    "page_size": 3,
    "batch_size": 2,
}


def tables(dialect: str) -> str:
    """Write the statements that make the tables."""
    return _TABLES.format_map(_WORDS[dialect])
