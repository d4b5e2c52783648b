"""Connectors are found by entry point; a broken one is told by name and hides no other."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from seatkeeper.core.errors import NotFoundError
from seatkeeper.engine.registry import find_connectors, get_connector


@pytest.fixture
def broken_package(tmp_path: Path) -> Iterator[None]:
    """A package on the path whose connectors do not load, are none, or go by another name."""
    (tmp_path / "broken_app.py").write_text("raise RuntimeError('no licence')\n")
    (tmp_path / "other_app.py").write_text("from seatkeeper.connectors.scim import connector\nnothing = 3\n")
    info = tmp_path / "broken_app-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: broken-app\nVersion: 1.0\n")
    points = "broken = broken_app:connector\nodd = other_app:nothing\nrenamed = other_app:connector\n"
    (info / "entry_points.txt").write_text(f"[seatkeeper.connectors]\n{points}")
    sys.path.insert(0, str(tmp_path))
    yield
    sys.path.remove(str(tmp_path))


def test_the_connectors_of_seatkeeper_are_found() -> None:
    assert {"scim", "ldap"} <= find_connectors().keys()
    assert get_connector("scim").name == "scim"


@pytest.mark.usefixtures("broken_package")
def test_a_broken_connector_is_told_by_name_and_hides_no_other() -> None:
    installed = find_connectors()
    assert {"scim", "ldap"} <= installed.keys()
    assert installed.broken == {
        "broken": "RuntimeError: no licence",
        "odd": "other_app:nothing is not a Connector",
        "renamed": "it calls itself scim",
    }
    with pytest.raises(NotFoundError, match="no licence"):
        get_connector("broken")


def test_a_connector_that_is_not_there_is_told_with_those_that_are() -> None:
    with pytest.raises(NotFoundError, match="scim"):
        get_connector("unheard-of")
