"""One DokuWiki for all tests of this package that leave it as they found it."""

from collections.abc import Iterator

import pytest

from lab.dokuwiki import DokuWiki, running_dokuwiki


@pytest.fixture(scope="session")
def wiki(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DokuWiki]:
    with running_dokuwiki(tmp_path_factory.mktemp("dokuwiki") / "wiki") as app:
        yield app
