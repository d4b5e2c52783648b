"""Where the tests of bootstrap keep an embedded PostgreSQL."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.scratch import scratch


@pytest.fixture
def directory() -> Iterator[Path]:
    """A fresh directory that PostgreSQL's own user can reach: pytest keeps closing its own to all but root."""
    made = Path(tempfile.mkdtemp(prefix="embedded-", dir=scratch()))
    yield made
    shutil.rmtree(made)
