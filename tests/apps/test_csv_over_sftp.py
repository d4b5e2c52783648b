"""A file that an app picks up from OpenSSH's server, read from the server's disk."""

import csv
from collections.abc import Mapping
from pathlib import Path

import pytest

from lab.seatkeeper import Seatkeeper
from lab.sftp import DROP, USER, SFTPServer, running_sftp
from lab.versions import debian_version
from seatkeeper.idps.people import Person
from tests.apps.careers import Career, Shown, live_through

pytestmark = [pytest.mark.live, pytest.mark.slow, pytest.mark.xdist_group("sftp")]


def expected(person: Person, active: bool) -> Shown:
    return {"displayName": person.display_name, "title": person.title, "active": str(active).lower()}


def seen(server: SFTPServer) -> Mapping[str, Shown]:
    with (server.drop / "users.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    return {row["userName"]: {name: row[name] for name in ("displayName", "title", "active")} for row in rows}


def test_people_come_change_go_and_return(house: Seatkeeper, tmp_path: Path) -> None:
    with running_sftp(tmp_path / "sftp") as server:
        career = Career(
            app="csv-over-sftp",
            version=f"OpenSSH {debian_version('openssh-server')}",
            settings={
                "host": "127.0.0.1",
                "port": server.port,
                "user": USER,
                "private_key": server.private_key,
                "host_key": [server.fingerprint],
                "folder": DROP,
            },
            login=lambda person: person.user_name,
            renames=False,
            unproven=True,
            expected=expected,
            seen=lambda: seen(server),
        )
        live_through(career, house, tmp_path)
