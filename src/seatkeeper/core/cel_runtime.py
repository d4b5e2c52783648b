"""The CEL engine without its command line.

The package imports the prompt and colours of a command we have no use for, which costs each process that starts
a tenth of a second and 8 MB.
"""

import sys
from types import ModuleType

_COMMAND_LINE = "cel.cli"

if _COMMAND_LINE not in sys.modules:
    sys.modules[_COMMAND_LINE] = ModuleType(_COMMAND_LINE)
    try:
        import cel
    finally:
        del sys.modules[_COMMAND_LINE]
else:
    import cel

from cel.stdlib import STDLIB_FUNCTIONS  # noqa: E402 - it imports the package, so it comes after it

__all__ = ["STDLIB_FUNCTIONS", "cel"]
