"""Every manifest we give people works as it stands and tells them what they need."""

from typing import Any

import pytest

from seatkeeper.catalog.shelves import OURS
from seatkeeper.core.mapping import compile_mapping
from seatkeeper.engine.registry import find_connectors
from seatkeeper.spi.connector import Connector
from seatkeeper.spi.settings import describe_settings

INSTALLED = find_connectors()


def of_ours(name: str) -> Connector[Any]:
    return INSTALLED[name]


@pytest.mark.parametrize("name", sorted(path.stem for path in OURS.glob("*.yaml")))
def test_it_can_be_connected_as_it_stands(name: str) -> None:
    app = of_ours(name)
    compile_mapping(app.mapping, app.schema)
    assert set(app.mapping.required) <= app.mapping.attributes.keys()
    assert app.mapping.join
    assert app.facts is not None
    settings = {setting.name: setting for setting in describe_settings(app.settings)}
    assert app.facts.settings.keys() <= settings.keys()
    assert not [each for each in app.facts.settings if settings[each].secret]


@pytest.mark.parametrize("name", sorted(path.stem for path in OURS.glob("*.yaml")))
def test_it_says_what_is_different_and_how_to_make_the_service_account(name: str) -> None:
    facts = of_ours(name).facts
    assert facts is not None
    assert len(facts.quirks) >= 2
    assert len(facts.service_account) > 40
    assert facts.verified or facts.source.startswith("https://")
