"""The connector of ``docs/connectors/writing.md``, made from the page itself."""

import re
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

PAGE = Path(__file__).parents[2] / "docs/connectors/writing.md"
BLOCK = re.compile(r"^```python\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def load_page() -> Any:
    """Run the page's Python, block by block, as one module."""
    module = ModuleType("our_phonebook")
    sys.modules[module.__name__] = module
    source = "\n".join(BLOCK.findall(PAGE.read_text()))
    exec(compile(source, PAGE, "exec"), module.__dict__)
    return module
