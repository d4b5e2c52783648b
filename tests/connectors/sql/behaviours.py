"""The company's tables as a manifest's behaviour, with the little in which the dialects differ."""

from collections.abc import Mapping

_COLUMNS = """id AS uid, login AS "userName", email, "full name" AS "fullName", {order} AS hobby, department,
    level, admin, starts, country, status = 'active' AS active FROM people"""

_BEHAVIOUR = """
name: userName
attributes: [email, fullName, hobby, department, level, admin, starts, password, country]
booleans: [admin]
write_only: [password]
read: >
    SELECT {columns} WHERE id = :uid
find:
    userName: SELECT {columns} WHERE login = :value
    email: SELECT {columns} WHERE email = :value
list: SELECT {columns} WHERE id > CAST(COALESCE(:after, '0') AS {integer}) ORDER BY id LIMIT :limit
create: >
    INSERT INTO people (login, email, {full}, {order}, department, level, admin, starts, password_hash, country)
    VALUES (:userName, :email, :fullName, :hobby, :department, :level, :admin, :starts, :password, :country)
update:
    - UPDATE people SET login = :userName WHERE id = :uid
    - >
        UPDATE people SET email = :email, {full} = :fullName, {order} = :hobby, department = :department,
        level = :level, admin = :admin, starts = :starts, country = :country WHERE id = :uid
    - UPDATE people SET password_hash = :password WHERE id = :uid
disable: UPDATE people SET status = 'locked' WHERE id = :uid
enable: UPDATE people SET status = 'active' WHERE id = :uid
delete:
    - DELETE FROM people_roles WHERE person = :uid
    - DELETE FROM people WHERE id = :uid
entitlements: >
    SELECT 'role' AS type, name AS value FROM roles JOIN people_roles ON role = roles.id WHERE person = :uid
list_entitlements: SELECT 'role' AS type, name AS value FROM roles
grant: INSERT INTO people_roles (person, role) SELECT {uid}, id FROM roles WHERE name = :value
revoke: DELETE FROM people_roles WHERE person = :uid AND role IN (SELECT id FROM roles WHERE name = :value)
"""
_WORDS: Mapping[str, Mapping[str, str]] = {
    "postgresql": {
        "full": '"full name"',
        "order": '"order"',
        "integer": "integer",
        "uid": "CAST(:uid AS integer)",
    },
    "mariadb": {"full": "`full name`", "order": "`order`", "integer": "UNSIGNED", "uid": ":uid"},
    "sqlite": {"full": '"full name"', "order": '"order"', "integer": "INTEGER", "uid": ":uid"},
}


def behaviour(dialect: str) -> str:
    """Write the behaviour in YAML."""
    words = _WORDS[dialect]
    columns = " ".join(_COLUMNS.format_map(words).split()).replace('"full name"', words["full"])
    return _BEHAVIOUR.format_map({**words, "columns": columns.replace('AS "', "AS ").replace('",', ",")})
