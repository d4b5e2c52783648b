"""The conformance suite: every promise of ``spi.connector``, checked against a real application.

A connector's author fills in a ``Harness`` and runs ``CHECKS``, in pytest with ``each_check`` or anywhere with
``run_check``. The suite leaves the app as it found it, as far as the connector can delete.
"""

from seatkeeper.spi.testing.checks import CHECKS, Check, run_check
from seatkeeper.spi.testing.harness import Harness, PromiseBrokenError, Witness, Witnessed
from seatkeeper.spi.testing.parametrizing import each_check

__all__ = [
    "CHECKS",
    "Check",
    "Harness",
    "PromiseBrokenError",
    "Witness",
    "Witnessed",
    "each_check",
    "run_check",
]
