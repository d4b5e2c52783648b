"""From a manifest on a shelf to a connector, or to a reason with its line."""

from pathlib import Path

import pytest

from seatkeeper.engine.registry import find_connectors

GOOD = """
title: Example
description: People of Example.
connector: scim
settings: {base_url: https://example.com/scim}
mapping:
  attributes: {userName: user.userName}
  required: [userName]
quirks: [Names are never given back.]
"""


def test_an_app_on_a_shelf_is_a_connector_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "example.yaml").write_text(GOOD)
    app = find_connectors(tmp_path)["example"]
    assert (app.name, app.title, app.mapping.required) == ("example", "Example", ("userName",))
    assert app.facts is not None
    assert app.facts.kind == "scim"
    assert app.facts.settings == {"base_url": "https://example.com/scim"}
    assert app.facts.verified is None


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (GOOD.replace("title: Example", ""), "line 3: title: is missing"),
        (GOOD.replace("connector: scim", "conector: scim"), "line 4: conector: is not known here"),
        (GOOD.replace("connector: scim", "connector: fax"), "its connector fax: is not installed"),
        (GOOD + "behaviour: {a: 1}\n", "takes no behaviour"),
        ("title: [", "line 1"),
        ("", "holds 0 documents"),
    ],
)
def test_a_bad_manifest_is_told_with_its_line_and_hides_no_other(tmp_path: Path, text: str, reason: str) -> None:
    (tmp_path / "example.yaml").write_text(text)
    (tmp_path / "other.yaml").write_text(GOOD)
    installed = find_connectors(tmp_path)
    assert "other" in installed
    assert "example" not in installed
    assert reason in installed.broken["example"]


def test_no_manifest_takes_the_name_of_a_connector(tmp_path: Path) -> None:
    (tmp_path / "scim.yaml").write_text(GOOD)
    assert find_connectors(tmp_path)["scim"].title == "SCIM 2.0"
