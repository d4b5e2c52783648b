"""The suite in pytest."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from seatkeeper.spi.testing.checks import CHECKS, Check
from seatkeeper.spi.testing.faults import FAULT_CHECKS, FaultCheck

Test = TypeVar("Test", bound=Callable[..., Any])


def each_check() -> Callable[[Test], Test]:
    """Parametrise a test over ``check``: ``@each_check()`` above ``async def test_promise(check, harness)``."""
    return _over(CHECKS)


def each_fault_check() -> Callable[[Test], Test]:
    """Parametrise a test over the ``check`` of the fault kit."""
    return _over(FAULT_CHECKS)


def _over(checks: Sequence[Check | FaultCheck]) -> Callable[[Test], Test]:
    import pytest  # noqa: PLC0415 - a connector may be checked where there is no pytest

    def decorate(test: Test) -> Test:
        mark = pytest.mark.parametrize("check", checks, ids=[check.name for check in checks])
        decorated: Test = mark(test)
        return decorated

    return decorate
