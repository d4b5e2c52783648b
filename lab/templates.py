"""Folders that are dear to make, made once and copied for each server."""

import fcntl
import hashlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from lab.processes import ROOT

_KEPT = ROOT / ".cache"


def provisioned(name: str, sources: Sequence[Path], make: Callable[[Path], None]) -> Path:
    """Find the folder that every server of this name is a copy of, or make it.

    It is made once for each change of its sources or of the application's pins, and whoever asks meanwhile waits
    for it. It must not hold its own path, since it is used from copies only.
    """
    pins = sorted((ROOT / "lab/requirements").glob(f"{name}.txt"))
    mark = hashlib.sha256(b"".join(path.read_bytes() for path in [*sources, *pins])).hexdigest()[:12]
    ready = _KEPT / f"{name}-{mark}"
    if ready.exists():
        return ready
    _KEPT.mkdir(exist_ok=True)
    with (_KEPT / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not ready.exists():
            fresh = Path(tempfile.mkdtemp(prefix=f"{name}-", dir=_KEPT))
            try:
                make(fresh)
                fresh.rename(ready)
            finally:
                shutil.rmtree(fresh, ignore_errors=True)
    return ready


def carry_out(
    command: Sequence[str | Path], cwd: Path, env: Mapping[str, str] | None = None, given: bytes = b""
) -> str:
    """Run a command to its end and return what it printed; what it said is told where it fails."""
    done = subprocess.run(
        command,
        cwd=cwd,
        env={**os.environ, **(env or {})},
        input=given,
        capture_output=True,
        check=False,
        timeout=300,
    )
    if done.returncode != 0:
        said = (done.stdout + done.stderr).decode(errors="replace")[-3000:]
        raise RuntimeError(f"{Path(command[0]).name} ended with {done.returncode}: {said}")
    return done.stdout.decode()
