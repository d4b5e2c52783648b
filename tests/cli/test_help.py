"""What the command offers, told at once and in the commands' own words."""

import subprocess
import sys
from importlib.metadata import version

import pytest

from seatkeeper.cli.main import COMMANDS, load_command
from tests.cli.conftest import Installation


@pytest.mark.parametrize("name", COMMANDS)
def test_the_list_says_of_each_command_what_its_own_help_says(name: str) -> None:
    command = load_command(name, COMMANDS[name].module)
    assert " ".join(command.help.split("\n\n")[0].split()) == COMMANDS[name].summary


def test_help_lists_every_command_without_importing_what_they_stand_on(bare: Installation) -> None:
    shown = bare.say("--help")
    assert all(f" {name} " in shown for name in COMMANDS)
    loaded = "import sys, seatkeeper.cli.main; print('sqlalchemy' in sys.modules, 'psycopg' in sys.modules)"
    assert subprocess.check_output([sys.executable, "-c", loaded], text=True) == "False False\n"


def test_the_version_is_that_of_the_package(bare: Installation) -> None:
    assert bare.say("--version") == f"{version('seatkeeper')}\n"


def test_a_command_that_is_not_there_is_a_usage_error(bare: Installation) -> None:
    assert "No such command" in bare.refuse("integrate", status=2)
