"""Which version of an application is installed."""

import json
import subprocess
from pathlib import Path

from lab.processes import ROOT


def debian_version(package: str) -> str:
    """Give the version upstream gave it, without what Debian adds."""
    shown = subprocess.run(
        ["dpkg-query", "-W", "-f", "${Version}", package], capture_output=True, text=True, check=True
    ).stdout
    return shown.rpartition(":")[2].partition("-")[0].partition("+")[0]


def python_version(folder: str, package: str) -> str:
    """Give the version of a Python application below .apps."""
    asked = f"from importlib.metadata import version; print(version({package!r}))"
    python = ROOT / ".apps" / folder / "bin/python"
    return subprocess.run([python, "-c", asked], capture_output=True, text=True, check=True).stdout.strip()


def node_version(folder: str, package: str) -> str:
    """Give the version of a Node application below .apps."""
    manifest: Path = ROOT / ".apps" / folder / "node_modules" / package / "package.json"
    return str(json.loads(manifest.read_text())["version"])
