"""What the author of a connector is given: a package that works, and its proof from the command line."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from lab.processes import ROOT

SEATKEEPER = Path(sys.executable).with_name("seatkeeper")


def run(*command: str | Path, cwd: Path, site: Path | None = None) -> "subprocess.CompletedProcess[str]":
    environment: Mapping[str, str] = {**os.environ, **({"PYTHONPATH": str(site)} if site else {})}
    return subprocess.run(
        [str(each) for each in command],
        cwd=cwd,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Begin a connector, and install it beside Seatkeeper without touching that."""
    folder = tmp_path_factory.mktemp("author")
    made = run(SEATKEEPER, "connector", "new", "phone-list", "--folder", folder / "new", cwd=folder)
    assert made.returncode == 0, made.stderr
    uv = ROOT / ".tools/bin/uv"
    installed = run(uv, "pip", "install", "--quiet", "--no-deps", "--target", "site", ".", cwd=folder / "new")
    assert installed.returncode == 0, installed.stderr
    return folder / "new"


def test_a_new_connector_keeps_every_promise_in_its_own_tests(package: Path) -> None:
    done = run(sys.executable, "-m", "pytest", "-q", "tests", cwd=package, site=package / "site")
    assert done.returncode == 0, done.stdout


def test_it_is_tried_from_the_command_line_against_its_app(package: Path) -> None:
    command = (SEATKEEPER, "connector", "test", "phone-list", "--settings", "harness.yaml")
    done = run(*command, cwd=package, site=package / "site")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "\u2713 A second create of the same person raises AccountExistsError" in done.stdout


def test_a_promise_it_does_not_keep_is_named(package: Path) -> None:
    text = (package / "harness.yaml").read_text().replace("emptied: title", "emptied: login")
    (package / "wrong.yaml").write_text(text)
    command = (SEATKEEPER, "connector", "test", "phone-list", "--settings", "wrong.yaml")
    done = run(*command, cwd=package, site=package / "site")
    assert done.returncode == 1
    assert "\u2717" in done.stdout
    assert "of the promises are broken" in done.stderr


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("key: wrong", "kee: wrong", "harness.yaml:3: wrong_credentials: kee"),
        ("${stem}", "${stem", "harness.yaml:5: person"),
        ("emptied", "emtied", "emtied: is not known here"),
        ("key: open-sesame", "key: {env: NOBODY_SETS_THIS}", "the environment has no NOBODY_SETS_THIS"),
    ],
)
def test_a_mistake_in_the_file_is_told_with_its_line(
    package: Path, tmp_path: Path, old: str, new: str, told: str
) -> None:
    (tmp_path / "harness.yaml").write_text((package / "harness.yaml").read_text().replace(old, new))
    command = (SEATKEEPER, "connector", "test", "phone-list", "--settings", "harness.yaml")
    done = run(*command, cwd=tmp_path, site=package / "site")
    assert done.returncode == 1
    assert told in done.stderr


def test_a_name_that_cannot_be_one_and_a_folder_in_the_way_are_refused(package: Path, tmp_path: Path) -> None:
    refused = run(SEATKEEPER, "connector", "new", "Phone List", cwd=tmp_path)
    assert refused.returncode == 1
    assert "lower-case letters" in refused.stderr
    again = run(SEATKEEPER, "connector", "new", "phone-list", "--folder", package, cwd=tmp_path)
    assert again.returncode == 1
    assert "is there already" in again.stderr
