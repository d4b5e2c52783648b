"""The first sync of a company into a directory, against a bare loop that makes the same calls."""

import asyncio
import json
import ssl
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import yaml

from bench.population import Population
from lab.seatkeeper import Seatkeeper
from lab.slapd import PASSWORD, PEOPLE, SERVICE_DN, Slapd, running_slapd
from lab.targets import LDAPTarget
from lab.watching import Watch
from seatkeeper.connectors.ldap.protocol import requests
from seatkeeper.connectors.ldap.protocol.connections import Connection, connect
from seatkeeper.connectors.ldap.protocol.filters import equals
from seatkeeper.connectors.ldap.protocol.requests import Search
from seatkeeper.idps.people import Person, people

HEADCOUNT, CONCURRENCY = 2_000, 8
_PATIENCE = 30.0


@dataclass(frozen=True, slots=True)
class Sync:
    """Accounts made a second by both, each into a fresh directory, over TLS, with the same concurrency."""

    seatkeeper: float
    bare: float

    @property
    def efficiency(self) -> float:
        """How much of the bare loop's pace is left once everything is planned, proven and recorded."""
        return self.seatkeeper / self.bare


def measure_sync() -> Sync:
    """Measure the bare loop, then Seatkeeper."""
    with TemporaryDirectory() as folder, running_slapd(Path(folder, "slapd")) as directory:
        bare = asyncio.run(_bare_loop(directory))
    with TemporaryDirectory() as folder, running_slapd(Path(folder, "slapd")) as directory:
        seatkeeper = _first_sync(Path(folder), directory)
    return Sync(HEADCOUNT / seatkeeper, HEADCOUNT / bare)


async def _bare_loop(directory: Slapd) -> float:
    context = ssl.create_default_context(cafile=str(directory.ca_file))
    connections = [await connect("127.0.0.1", directory.tls_port, context) for _ in range(CONCURRENCY)]
    for connection in connections:
        await connection.bind(SERVICE_DN, PASSWORD, patience=_PATIENCE)
    everybody = iter(people(HEADCOUNT))
    started = time.perf_counter()
    await asyncio.gather(*(_make_accounts(connection, everybody) for connection in connections))
    seconds = time.perf_counter() - started
    for connection in connections:
        await connection.close()
    return seconds


async def _make_accounts(connection: Connection, everybody: Iterator[Person]) -> None:
    """What the connector does for a joiner: look by two join attributes, add, read back."""
    for person in everybody:
        for attribute in ("uid", "mail"):
            wanted = Search(PEOPLE, equals(attribute, person.user_name), ("*", "entryUUID"))
            await connection.call(requests.search(wanted), patience=_PATIENCE)
        dn = f"uid={person.user_name},{PEOPLE}"
        await connection.call(requests.add(dn, _entry(person)), patience=_PATIENCE)
        wanted = Search(PEOPLE, equals("uid", person.user_name), ("*", "entryUUID"))
        await connection.call(requests.search(wanted), patience=_PATIENCE)


def _entry(person: Person) -> dict[str, list[bytes]]:
    values = {
        "objectClass": "inetOrgPerson",
        "uid": person.user_name,
        "cn": person.display_name,
        "sn": person.family_name,
        "givenName": person.given_name,
        "displayName": person.display_name,
        "mail": person.user_name,
        "title": person.title,
    }
    return {name: [value.encode()] for name, value in values.items()}


def _first_sync(folder: Path, directory: Slapd) -> float:
    """Assign everybody while the integration is a draft, make it live, and time the jobs from first to last."""
    target = LDAPTarget(directory)
    seatkeeper = Seatkeeper(folder / "seatkeeper", env=target.environment)
    try:
        seatkeeper.start()
        declared = target.declaration(leavers="disable")
        declared["policy"]["concurrency"] = CONCURRENCY
        path = folder / "integration.yaml"
        path.write_text(yaml.safe_dump({"integrations": [declared]}))
        seatkeeper.command("apply", "-f", str(path))
        population = Population(seatkeeper.embedded_url(), target.slug)
        population.assign(people(HEADCOUNT))
        seatkeeper.command("integration", "activate", target.slug)
        watch = Watch(seatkeeper.embedded_url())
        watch.wait_until_done(target.slug, patience=300)
        assert watch.jobs(target.slug) == {"succeeded": HEADCOUNT}, json.dumps(dict(watch.jobs(target.slug)))
        watch.close()
        return population.seconds_at_work()
    finally:
        seatkeeper.close()
