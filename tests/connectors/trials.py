"""Testing a connection as the pages and the command do, and reading how far it came."""

import random
from datetime import UTC, datetime
from typing import Any

from seatkeeper.core.trials import Trial
from seatkeeper.engine.context import Engine
from seatkeeper.engine.registry import find_connectors
from seatkeeper.engine.trying import try_connection
from seatkeeper.store.database import Database
from seatkeeper.store.sealing import Keyring, make_key


async def tried(connector: str, values: dict[str, Any], *, patience: float = 20.0) -> Trial:
    """Try a connection that belongs to nothing; the store is not needed."""
    database = Database("postgresql://", size=1, clock=lambda: datetime.now(UTC))
    keyring = Keyring.parse(make_key())
    engine = Engine(database, find_connectors(), keyring, lambda: datetime.now(UTC), random.Random(7))
    return await try_connection(engine, connector, values, patience=patience)


def told(trial: Trial) -> list[tuple[str, bool | None, str]]:
    """Give what each stage came to."""
    return [(stage.name, stage.passed, stage.found) for stage in trial.stages]


def failed_at(trial: Trial) -> str:
    """Name the stage it failed at; those before it hold, and those after it were not come to."""
    assert trial.problem is not None
    assert trial.abilities is None
    at = [stage.passed for stage in trial.stages].index(False)
    assert all(stage.passed for stage in trial.stages[:at])
    assert all(stage.passed is None for stage in trial.stages[at + 1 :])
    return trial.stages[at].name
