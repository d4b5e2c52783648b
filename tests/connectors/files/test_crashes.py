"""Whenever a writer dies, nobody is lost, doubled or handed over twice, and no file is ever half there."""

import hashlib
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from seatkeeper.connectors.files import connector
from seatkeeper.connectors.files.accounts import Deleting
from seatkeeper.connectors.files.settings import FilesSettings
from seatkeeper.spi.settings import validate_settings

pytestmark = pytest.mark.slow

CONTROL = {"control_file": "{file}.ok", "gather": 0}
EVERYBODY = {"columns": ["userName"], "file_name": "users.csv", **CONTROL}
CHANGES = {
    "columns": ["Action=@action", "userName"],
    "file_name": "users-{number}.csv",
    "content": "changes",
    "headings": False,
    **CONTROL,
}
WHOLE = {
    *("userName\nada\n", "userName\ngrace\n"),
    *("add,bob\n", "add,ada\ndelete,bob\n", "add,grace\ndelete,ada\n"),
}


@pytest.mark.parametrize("values", [EVERYBODY, CHANGES], ids=["everybody", "changes"])
async def test_a_writer_may_die_at_any_moment(root: Path, values: dict[str, Any]) -> None:
    folders = _die_in_each(root, values)
    assert len(folders) > 16
    happened = [await _found_afterwards(folder, values) for folder in folders]
    assert happened == sorted(happened), "there is one moment before which nothing happens, and after which all"
    assert len(set(happened)) == 2


def _die_in_each(root: Path, values: dict[str, Any]) -> list[Path]:
    program = [sys.executable, "-m", "tests.connectors.files.dying", str(root), json.dumps(values)]
    subprocess.run(program, check=True, timeout=120)
    return sorted(root.iterdir())


def _files(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in sorted(folder.glob("*.csv"))}


async def _found_afterwards(folder: Path, values: dict[str, Any]) -> bool:
    """Say whether what the dead writer was doing has happened; and do it again, as the engine would."""
    assert set(_files(folder).values()) <= WHOLE
    settings = validate_settings(FilesSettings, {**values, "folder": folder.name})
    async with connector.connect(settings) as session:
        assert isinstance(session, Deleting)
        names = {account.name async for account in session.list_accounts()}
        assert names in ({"ada"}, {"grace"})
        if "grace" not in names:
            [ada] = await session.find_accounts("userName", "ada")
            await session.create_account({"userName": "grace"})
            await session.delete_account(ada.uid)
    _expect_handed_over_once(folder)
    return "grace" in names


def _expect_handed_over_once(folder: Path) -> None:
    files = _files(folder)
    if "users.csv" in files:
        assert files == {"users.csv": "userName\ngrace\n"}
    else:
        assert sorted("".join(files.values()).splitlines()) == [
            *("add,ada", "add,bob", "add,grace"),
            *("delete,ada", "delete,bob"),
        ]
    for name, text in files.items():
        digest = hashlib.sha256(text.encode()).hexdigest()
        assert f"sha256={digest}\n" in (folder / f"{name}.ok").read_text()
    left = sorted(path.name.split("-")[0] for path in (folder / ".seatkeeper").iterdir())
    assert set(left) == {"ledger"}, "what a dead writer had ready is handed over or removed"
    assert len(left) <= 3
