"""No setting, and nothing put into a folder, leads Seatkeeper out of the one directory that is allowed."""

from pathlib import Path

import pytest

from seatkeeper.spi.errors import RejectedError
from seatkeeper.spi.places import allow_files_below
from tests.connectors.files.conftest import Drop
from tests.connectors.files.sessions import opened
from tests.connectors.trials import failed_at, tried


async def _refused(drop: Drop, words: str) -> None:
    async with opened(drop.settings()) as session:
        with pytest.raises(RejectedError, match=words) as refused:
            await session.create_account({"userName": "ada"})
    assert refused.value.remedy


async def test_without_an_allowed_directory_there_are_no_files(drop: Drop) -> None:
    allow_files_below(None)
    await _refused(drop, "hands over no files on its own disk")
    trial = await tried("files", drop.reach)
    assert failed_at(trial) == "The folder is there, and nobody else's file is in it"
    assert "SEATKEEPER_FILES_DIR" in trial.explain().remedy


async def test_links_are_not_followed(drop: Drop, tmp_path: Path) -> None:
    (tmp_path / "users.csv").write_text("secret")
    drop.folder.rmdir()
    drop.folder.symlink_to(tmp_path)
    await _refused(drop, "or “hr” in it is a link")
    drop.folder.unlink()
    drop.folder.mkdir()
    (drop.folder / ".seatkeeper").symlink_to(tmp_path)
    await _refused(drop, "Not a directory|links")
    (drop.folder / ".seatkeeper").unlink()
    (drop.folder / "users.csv").symlink_to(tmp_path / "users.csv")
    async with opened(drop.settings()) as session:
        await session.create_account({"userName": "ada"})
    assert (tmp_path / "users.csv").read_text() == "secret"
    assert not (drop.folder / "users.csv").is_symlink()


async def test_a_return_file_that_is_a_link_is_none(drop: Drop, tmp_path: Path) -> None:
    (tmp_path / "passwords").write_text("userName\nada\n")
    (drop.folder / "export.csv").symlink_to(tmp_path / "passwords")
    columns = {"return_file": "export.csv", "return_columns": ("userName",)}
    async with opened(drop.settings(**columns)) as session:
        assert await session.stages()[-1].prove() == "there is none yet"


@pytest.mark.parametrize("folder", ["nowhere", "hr/users.csv"])
async def test_a_folder_has_to_be_there(drop: Drop, folder: str) -> None:
    drop.write("users.csv", "")
    await _refused(Drop(drop.folder, {"folder": folder}), "There is no folder")
