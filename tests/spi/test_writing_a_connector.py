"""The page on writing a connector tells the truth."""

import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from seatkeeper.spi.testing import Check, Harness, each_check, run_check
from tests.spi.phonebook import BLOCK, PAGE, load_page


@pytest.fixture(scope="module")
def page() -> ModuleType:
    module: ModuleType = load_page()
    return module


@pytest.fixture
def harness(page: ModuleType, tmp_path: Path) -> Harness:
    made: Harness = page.harness.__wrapped__(tmp_path)
    return made


@each_check()
async def test_the_example_keeps_every_promise(check: Check, harness: Harness) -> None:
    await run_check(check, harness)


@pytest.mark.slow
def test_the_example_passes_the_type_checker(tmp_path: Path) -> None:
    written = tmp_path / "our_phonebook.py"
    written.write_text("\n".join(BLOCK.findall(PAGE.read_text())))
    checker = [sys.executable, "-m", "mypy", "--strict", "--disable-error-code=no-any-return"]
    checked = subprocess.run([*checker, written], capture_output=True, text=True, check=False, cwd=PAGE.parents[2])
    assert checked.returncode == 0, checked.stdout
