"""The connector keeps every promise of the SPI with real files, on the disk and over OpenSSH."""

from collections.abc import Collection
from typing import Any

import pytest

from lab.processes import free_port
from lab.sftp import SFTPServer
from seatkeeper.connectors.files import connector
from seatkeeper.core.entitlements import Entitlement
from seatkeeper.core.values import Attributes
from seatkeeper.spi.testing import CHECKS, Check, Harness, each_check, run_check
from tests.connectors.files.conftest import Drop, by_password
from tests.connectors.files.witnesses import FileWitness

NEEDS_A_SERVER = {"wrong_credentials_are_refused", "an_app_that_is_away_is_transient"}
"""A folder of our own disk has no service account that could be refused, and is not away."""


def person(stem: str) -> Attributes:
    return {
        "userName": f"{stem}@o'brien.example",
        "givenName": f'=Zoë "{stem}",\n;\t#1 ',
        "title": f"Analyst {stem}",
        "groups": (f"first {stem}", "second,\r\n"),
    }


CHANGES: Attributes = {"givenName": " Ōe ", "groups": ("second", "third")}


def harness(drop: Drop, others: Collection[dict[str, Any]] = ({}, {}), **usual: Any) -> Harness:
    wrong, away = others
    return Harness(
        connector=connector,
        settings=drop.settings(**usual),
        wrong_credentials=drop.settings(**wrong),
        away=drop.settings(**away),
        witness=FileWitness(drop.folder),
        person=person,
        changes=CHANGES,
        emptied="title",
        entitlements=(Entitlement("role", "admin"), Entitlement("role", "Übersetzer, leitend")),
    )


@pytest.mark.parametrize(
    "check", [check for check in CHECKS if check.name not in NEEDS_A_SERVER], ids=lambda check: check.name
)
async def test_csv_on_the_disk(check: Check, drop: Drop) -> None:
    await run_check(check, harness(drop, guards_formulas=False))


@pytest.mark.live
@pytest.mark.xdist_group("sftp")
@each_check()
async def test_json_lines_over_sftp(check: Check, remote: Drop, server: SFTPServer) -> None:
    drop = Drop(remote.folder, by_password(server, folder=remote.reach["folder"]))
    others = ({"password": "wrong"}, {"port": free_port()})
    await run_check(check, harness(drop, others, format="json-lines", file_name="users.jsonl"))
