"""Load on an HTTP server from ``wrk``, whose own cost is small beside what it measures."""

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from string import Template
from tempfile import TemporaryDirectory

CONNECTIONS = 16

_REPORT = """
function done(summary, latency, requests)
  local line = '\\nREPORT {"requests": %d, "seconds": %.6f, "p50_ms": %.3f, "p99_ms": %.3f, "errors": %d}\\n'
  io.write(string.format(line,
    summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
    summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.status
    + summary.errors.timeout))
end
"""


@dataclass(frozen=True, slots=True)
class Load:
    """What a burst of requests came to. Answers of 400 and above count as errors."""

    rate: float
    p50_ms: float
    p99_ms: float
    errors: int


def burst(url: str, token: str, script: str, *, seconds: int, connections: int = CONNECTIONS) -> Load:
    """Send the requests a Lua ``request`` function makes for some seconds; ``$TOKEN`` is filled in."""
    with TemporaryDirectory() as folder:
        path = Path(folder, "requests.lua")
        path.write_text(Template(script).safe_substitute(TOKEN=token) + _REPORT)
        command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "30s", "-s", str(path), url]
        printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    report = json.loads(printed.split("REPORT ", 1)[1])
    return Load(
        rate=report["requests"] / report["seconds"],
        p50_ms=report["p50_ms"],
        p99_ms=report["p99_ms"],
        errors=report["errors"],
    )
