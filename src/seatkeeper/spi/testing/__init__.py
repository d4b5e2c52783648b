"""The conformance suite and the fault kit: every promise of ``spi.connector``, against a real application.

A connector's author fills in a ``Harness`` and runs ``CHECKS``, in pytest with ``each_check`` or anywhere with
``run_check``. A ``FaultHarness`` also says where the app listens; ``FAULT_CHECKS`` put a doorway there that
goes wrong. Both leave the app as they found it, as far as the connector can delete.
"""

from seatkeeper.spi.testing.checks import CHECKS, Check, run_check
from seatkeeper.spi.testing.faults import FAULT_CHECKS, FaultCheck, run_fault_check
from seatkeeper.spi.testing.harness import Harness, PromiseBrokenError, Witness, Witnessed
from seatkeeper.spi.testing.ordeals import FaultHarness
from seatkeeper.spi.testing.parametrizing import each_check, each_fault_check

__all__ = [
    "CHECKS",
    "FAULT_CHECKS",
    "Check",
    "FaultCheck",
    "FaultHarness",
    "Harness",
    "PromiseBrokenError",
    "Witness",
    "Witnessed",
    "each_check",
    "each_fault_check",
    "run_check",
    "run_fault_check",
]
