"""Processes die at the worst moment; in the end every account is right, none is doubled, no wish is lost."""

import random
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import psycopg
import pytest

from lab.company import differences
from lab.slapd import Slapd
from lab.targets import LDAPTarget
from seatkeeper.idps.endpoints import USER
from seatkeeper.idps.people import people, teams
from tests.journeys.worlds import World, running_world

pytestmark = [pytest.mark.live, pytest.mark.slow]

JOBS, KILLS = 500, 20


@pytest.fixture
def world(tmp_path: Path, database_url: str, directory: Slapd) -> Iterator[World]:
    with running_world(tmp_path, database_url, LDAPTarget(directory), workers=0) as world:
        yield world


def test_a_worker_killed_twenty_times_loses_and_doubles_nothing(world: World, directory: Slapd) -> None:
    chance = random.Random(20)
    company = world.connect(policy={"rate_per_minute": 1500})
    company.hire(people(JOBS))
    company.form(teams(people(JOBS), ["Engineering", "On call", "Sales"]))
    kills = 0
    while kills < KILLS:
        worker = world.seatkeeper.start_worker()
        _wait_for_some_work(world, chance)
        worker.kill()
        kills += 1
    assert world.watch.open_jobs(world.target.slug) > 0, "the jobs ended before the last kill"
    world.seatkeeper.start_worker()
    world.watch.wait_until_done(world.target.slug, patience=240)
    assert world.watch.problems(world.target.slug) == []
    assert company.expected().people.keys() == directory.people().keys()
    assert differences(company.expected(), world.target.read()) == []


def _wait_for_some_work(world: World, chance: random.Random) -> None:
    """Let the worker end a few jobs, then strike at a moment nobody chose."""
    before, wanted = world.watch.open_jobs(world.target.slug), chance.randint(1, 12)
    deadline = time.monotonic() + 30
    while before - world.watch.open_jobs(world.target.slug) < wanted and time.monotonic() < deadline:
        time.sleep(chance.uniform(0.005, 0.05))


def test_every_request_answered_with_success_is_in_the_database(world: World, database_url: str) -> None:
    company = world.connect()
    address, token = f"{world.seatkeeper.url}/scim/v2/{world.target.slug}/Users", company.idp.endpoint.token
    answered: list[str] = []
    done = threading.Event()
    clients = [threading.Thread(target=_create, args=(address, token, n, answered, done)) for n in range(8)]
    for client in clients:
        client.start()
    try:
        for _ in range(5):
            before = len(answered)
            while len(answered) < before + 40:
                time.sleep(0.01)
            assert world.seatkeeper.web is not None
            world.seatkeeper.web.kill()
            world.seatkeeper.start_web()
    finally:
        done.set()
        for client in clients:
            client.join()
    assert _lost(database_url, answered) == set()


def _create(address: str, token: str, number: int, answered: list[str], done: threading.Event) -> None:
    count = 0
    with httpx.Client(headers={"Authorization": f"Bearer {token}"}, timeout=30) as client:
        while not done.is_set():
            count += 1
            name = f"client-{number}-{count}@example.com"
            try:
                answer = client.post(address, json={"schemas": [USER], "userName": name, "active": True})
            except httpx.TransportError:
                time.sleep(0.05)
                continue
            if answer.status_code == httpx.codes.CREATED:
                answered.append(name)


def _lost(database_url: str, answered: list[str]) -> set[str]:
    with psycopg.connect(database_url) as connection:
        rows = connection.execute(
            "SELECT u.user_name FROM users u JOIN accounts a ON a.user_id = u.id"
            " JOIN jobs j ON j.account_id = a.id JOIN events e ON e.job_id = j.id"
        ).fetchall()
    return set(answered) - {str(name) for (name,) in rows}
