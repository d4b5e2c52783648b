"""Where tests keep what they throw away."""

import os
import shutil
from hashlib import sha256
from pathlib import Path

from lab.processes import ROOT

_MEMORY = Path("/dev/shm")
_ENOUGH = 2 << 30


def scratch() -> Path:
    """Find a folder for files that need not outlive the machine: in memory where there is plenty of it.

    PostgreSQL copies four hundred files for a database of one's own, which costs most file systems far more CPU
    than the test. Each checkout and each user of the machine has another folder.
    """
    if not _MEMORY.is_dir() or shutil.disk_usage(_MEMORY).free < _ENOUGH:
        folder = ROOT / ".cache"
    else:
        folder = _MEMORY / f"seatkeeper-{os.getuid()}-{sha256(bytes(ROOT)).hexdigest()[:8]}"
    folder.mkdir(exist_ok=True)
    return folder
