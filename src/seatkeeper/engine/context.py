"""What the engine is given: everything it may not take by itself."""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from seatkeeper.core.events import ActorKind, Origin
from seatkeeper.spi.connector import Connector
from seatkeeper.store.database import Database
from seatkeeper.store.sealing import Keyring

ORIGIN = Origin(ActorKind.SEATKEEPER, "Seatkeeper")
"""Who changes what the engine changes."""


@dataclass(frozen=True, slots=True)
class Engine:
    """The database, the connectors by name, the keys, the clock (aware, UTC) and the randomness of jitter."""

    database: Database
    connectors: Mapping[str, Connector[Any]]
    keyring: Keyring
    clock: Callable[[], datetime]
    random: random.Random
