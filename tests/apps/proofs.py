"""What the last run saw of an app, kept beside its manifest: written on demand, held against otherwise.

``SEATKEEPER_RECORD=1 make test-app APP=redmine`` writes it.
"""

import asyncio
import functools
import os
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import yaml

from seatkeeper.catalog.manifests import read_proof
from seatkeeper.catalog.shelves import PROOFS
from seatkeeper.core.apps import list_abilities
from seatkeeper.engine.registry import find_connectors
from seatkeeper.spi.connector import Connector
from seatkeeper.spi.settings import validate_settings


@functools.cache
def connector_of(app: str) -> Connector[Any]:
    """Find an app of the catalog."""
    return find_connectors()[app]


def hold_against_proof(app: str, version: str, settings: Mapping[str, Any]) -> None:
    """Compare what the running app can do with what was written down of it; or write it down."""
    abilities = asyncio.run(_abilities(app, settings))
    path = PROOFS / f"{app}.yaml"
    if os.environ.get("SEATKEEPER_RECORD"):
        run = {"version": version, "at": datetime.now(UTC).date(), "abilities": list(abilities)}
        path.write_text(yaml.safe_dump(run, sort_keys=False))
    assert path.exists(), f"nobody has written down what {app} can do: run this test with SEATKEEPER_RECORD=1"
    assert read_proof(path.read_text()).abilities == abilities


async def _abilities(app: str, settings: Mapping[str, Any]) -> tuple[str, ...]:
    connector = connector_of(app)
    async with connector.connect(validate_settings(connector.settings, dict(settings))) as session:
        return list_abilities(session.abilities)
