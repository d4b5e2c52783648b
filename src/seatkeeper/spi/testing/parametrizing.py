"""The suite in pytest."""

from collections.abc import Callable
from typing import Any, TypeVar

from seatkeeper.spi.testing.checks import CHECKS

Test = TypeVar("Test", bound=Callable[..., Any])


def each_check() -> Callable[[Test], Test]:
    """Parametrise a test over ``check``: ``@each_check()`` above ``async def test_promise(check, harness)``."""
    import pytest  # noqa: PLC0415 - a connector may be checked where there is no pytest

    def decorate(test: Test) -> Test:
        mark = pytest.mark.parametrize("check", CHECKS, ids=[check.name for check in CHECKS])
        decorated: Test = mark(test)
        return decorated

    return decorate
