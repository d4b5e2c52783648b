"""One Seatkeeper for all the apps that a process of the suite tries."""

from collections.abc import Iterator

import pytest

from lab.seatkeeper import QUICK, Seatkeeper, running_seatkeeper
from tests.databases import Databases


@pytest.fixture(scope="session")
def house(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seatkeeper]:
    with (
        databases.fresh() as url,
        running_seatkeeper(tmp_path_factory.mktemp("house"), url, env=QUICK) as seatkeeper,
    ):
        yield seatkeeper
