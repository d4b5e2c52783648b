"""Apps to measure connectors against, each with a bare loop of the calls its connector makes for a joiner.

The loops use the driver the connector uses and nothing else of Seatkeeper: they look by each join attribute, make
the account and read it back, with as many hands as the run has.
"""

import asyncio
import csv
import os
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psycopg
from psycopg import sql

from lab.dokuwiki import ADMIN as WIKI_ADMIN
from lab.dokuwiki import PASSWORD as WIKI_PASSWORD
from lab.dokuwiki import running_dokuwiki
from lab.postgres import WHEEL, Postgres, running_postgres
from lab.roundup import ADMIN, PASSWORD, running_roundup
from lab.scim2_server import scim2_server
from seatkeeper.engine.registry import find_connectors
from seatkeeper.idps.endpoints import USER
from seatkeeper.idps.people import Person
from seatkeeper.spi.settings import validate_settings

HANDS = 8
_KEEPER, _KEEPERS_PASSWORD = "keeper", "keeper-password"
_MAKE_KEEPER = f"""
CREATE ROLE {_KEEPER} LOGIN CREATEROLE PASSWORD '{_KEEPERS_PASSWORD}' IN ROLE pg_read_all_data, pg_write_all_data
"""
_MAKE_TABLE = "CREATE TABLE people (id serial PRIMARY KEY, login text UNIQUE, email text, active bool)"

Make = Callable[[Person], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A running app that nobody is in. ``bare`` makes accounts there and gives the seconds that took."""

    connector: str
    title: str
    settings: Mapping[str, Any]
    """With the secrets in the clear."""
    bare: Callable[[Sequence[Person]], float]
    people: int
    hands: int = HANDS


@contextmanager
def table(_: Path) -> Iterator[Subject]:
    """A table of PostgreSQL."""
    with _postgres() as server, server.database() as database:
        server.run(_MAKE_TABLE, database)
        yield Subject(
            connector="sql",
            title="a table of PostgreSQL",
            settings={
                **_reach(server, database),
                "table": "people",
                "name_column": "login",
                "columns": ["email"],
                "active_column": "active",
            },
            bare=lambda everybody: asyncio.run(_with_connections(server, database, everybody, _make_row)),
            people=300,
        )


@contextmanager
def database_users(_: Path) -> Iterator[Subject]:
    """The users of PostgreSQL."""
    with _postgres() as server:
        yield Subject(
            connector="database-users",
            title="users of PostgreSQL",
            settings=_reach(server, "postgres"),
            bare=lambda everybody: asyncio.run(_with_connections(server, "postgres", everybody, _make_role)),
            people=300,
        )


@contextmanager
def rest(folder: Path) -> Iterator[Subject]:
    """Roundup, whose people are a manifest's."""
    with running_roundup(folder / "roundup") as app:
        headers = {"X-Requested-With": "rest", "Origin": app.url}
        client = {"base_url": app.url, "auth": (ADMIN, PASSWORD), "headers": headers}
        yield Subject(
            connector="roundup",
            title="Roundup's REST interface",
            settings={"base_url": app.url, "username": ADMIN, "password": PASSWORD},
            bare=lambda everybody: asyncio.run(_with_client(client, everybody, _make_by_rest)),
            people=100,
        )


@contextmanager
def scim(folder: Path) -> Iterator[Subject]:
    """The SCIM reference server."""
    with scim2_server(folder) as app:
        client = {"base_url": app.base_url("bare"), "headers": {"Authorization": f"Bearer {app.token}"}}
        yield Subject(
            connector="scim",
            title="scim2-server",
            settings={"base_url": app.base_url("engine"), "token": app.token},
            bare=lambda everybody: asyncio.run(_with_client(client, everybody, _make_by_scim)),
            people=200,
        )


@contextmanager
def files(folder: Path) -> Iterator[Subject]:
    """A file of everybody. The bare loop writes it once, when all are known."""
    (folder / "files/engine").mkdir(parents=True)
    (folder / "files/bare").mkdir()
    yield Subject(
        connector="files",
        title="a CSV file on the disk",
        settings={"folder": "engine"},
        bare=lambda everybody: _write_once(folder / "files/bare", everybody),
        people=300,
    )


@contextmanager
def browser(folder: Path) -> Iterator[Subject]:
    """DokuWiki by its pages. The bare loop opens a browser and signs in for each account."""
    with running_dokuwiki(folder / "dokuwiki") as app:
        settings = {
            "url": app.url,
            "username": WIKI_ADMIN,
            "password": WIKI_PASSWORD,
            "contexts": 1,
            "screenshots": "failures",
        }
        yield Subject(
            connector="dokuwiki",
            title="DokuWiki's pages (loop: sign in for each)",
            settings=settings,
            bare=lambda everybody: asyncio.run(_sign_in_for_each(settings, everybody)),
            people=6,
            hands=1,
        )


@contextmanager
def _postgres() -> Iterator[Postgres]:
    with running_postgres(WHEEL) as server:
        server.run(_MAKE_KEEPER)
        yield server


def _reach(server: Postgres, database: str) -> dict[str, Any]:
    return {
        "url": server.url(database),
        "username": _KEEPER,
        "password": _KEEPERS_PASSWORD,
        "allow_plaintext": True,
        "connections": HANDS,
    }


async def _share(everybody: Sequence[Person], hands: Sequence[Make]) -> float:
    queue = iter(everybody)

    async def work(make: Make) -> None:
        for person in queue:
            await make(person)

    started = time.perf_counter()
    await asyncio.gather(*map(work, hands))
    return time.perf_counter() - started


async def _with_connections(
    server: Postgres,
    database: str,
    everybody: Sequence[Person],
    make: Callable[["psycopg.AsyncConnection[Any]", Person], Awaitable[None]],
) -> float:
    where = f"host=127.0.0.1 port={server.port} dbname={database} user={_KEEPER} password={_KEEPERS_PASSWORD}"
    async with AsyncExitStack() as stack:
        connections = [
            await stack.enter_async_context(await psycopg.AsyncConnection.connect(where)) for _ in range(HANDS)
        ]
        hands = [lambda person, at=at: make(at, person) for at in connections]
        return await _share(everybody, hands)


async def _make_row(connection: "psycopg.AsyncConnection[Any]", person: Person) -> None:
    columns = "SELECT id, login, email, active FROM people"
    for condition in ("login = %s", "email = %s"):
        async with connection.transaction():
            await connection.execute(f"{columns} WHERE {condition}".encode(), [person.user_name])
    async with connection.transaction():
        await connection.execute(f"{columns} WHERE login = %s".encode(), [person.user_name])
        await connection.execute(
            "INSERT INTO people (login, email, active) VALUES (%s, %s, true)", [person.user_name, person.user_name]
        )
        made = await connection.execute(f"{columns} WHERE login = %s".encode(), [person.user_name])
        row = await made.fetchone()
    assert row is not None
    async with connection.transaction():
        await connection.execute(f"{columns} WHERE id = %s".encode(), [row[0]])


async def _make_role(connection: "psycopg.AsyncConnection[Any]", person: Person) -> None:
    look = "SELECT oid, rolname, rolcanlogin FROM pg_roles WHERE rolname = %s"
    async with connection.transaction():
        await connection.execute(look, [person.user_name])
    async with connection.transaction():
        await connection.execute(look, [person.user_name])
        await connection.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(person.user_name)))
        await connection.execute(look, [person.user_name])
    async with connection.transaction():
        await connection.execute(look, [person.user_name])


async def _with_client(
    client: Mapping[str, Any],
    everybody: Sequence[Person],
    make: Callable[[httpx.AsyncClient, Person], Awaitable[None]],
) -> float:
    async with httpx.AsyncClient(**client, trust_env=False, timeout=60.0) as opened:
        return await _share(everybody, [lambda person: make(opened, person)] * HANDS)


async def _make_by_rest(client: httpx.AsyncClient, person: Person) -> None:
    shown = {"@fields": "username,realname,address,phone,organisation,roles"}
    account = {"username": person.user_name, "realname": person.display_name, "address": person.user_name}
    for attribute in ("username:", "address:"):
        await _call(client, "GET", "/rest/data/user", params={attribute: person.user_name, **shown})
    made = await _call(client, "POST", "/rest/data/user", json=account)
    await _call(client, "GET", "/rest/data/user", params={"id": made["data"]["id"], **shown})


async def _make_by_scim(client: httpx.AsyncClient, person: Person) -> None:
    for attribute in ("userName", "emails.value"):
        wanted = {"filter": f'{attribute} eq "{person.user_name}"', "startIndex": 1, "count": 100}
        await _call(client, "GET", "/Users", params=wanted)
    made = await _call(client, "POST", "/Users", json=_user(person))
    await _call(client, "GET", f"/Users/{made['id']}")


async def _call(client: httpx.AsyncClient, method: str, path: str, **more: Any) -> Any:
    answer = await client.request(method, path.removeprefix("/"), **more)
    return answer.raise_for_status().json()


def _user(person: Person) -> dict[str, Any]:
    return {
        "schemas": [USER],
        "userName": person.user_name,
        "name": {"givenName": person.given_name, "familyName": person.family_name},
        "displayName": person.display_name,
        "emails": [{"value": person.user_name, "type": "work", "primary": True}],
        "title": person.title,
        "active": True,
    }


def _write_once(folder: Path, everybody: Sequence[Person]) -> float:
    started = time.perf_counter()
    with (folder / "fresh").open("w", newline="") as file:
        rows = csv.writer(file)
        for person in everybody:
            rows.writerow([person.user_name, person.given_name, person.family_name, person.display_name, "true"])
        file.flush()
        os.fsync(file.fileno())
    (folder / "fresh").rename(folder / "users.csv")
    return time.perf_counter() - started


async def _sign_in_for_each(settings: Mapping[str, Any], everybody: Sequence[Person]) -> float:
    connector = find_connectors()["dokuwiki"]
    given = validate_settings(connector.settings, dict(settings))
    started = time.perf_counter()
    for person in everybody:
        login = person.user_name.replace("@", "_")
        account = {"login": login, "name": person.display_name, "email": person.user_name}
        async with connector.connect(given) as opened:
            session: Any = opened
            for attribute in ("login", "email"):
                await session.find_accounts(attribute, account[attribute])
            await session.read_account(await session.create_account(account))
    return time.perf_counter() - started
