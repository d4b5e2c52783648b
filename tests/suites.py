"""The public suites of Okta and Microsoft against a server of our own: ``python -m tests.suites FOLDER``.

They are not ours to give away, so they come from a folder, or from where ``SEATKEEPER_SUITES`` says: Okta's spec
test (``okta-scim-2.0-spec.json`` with ``run_okta_spec.py``, which replays it, and ``seed_users.py``), and the
Postman collection of Microsoft (``microsoft-scim.postman_collection.json``), which newman of npm runs.
"""

import argparse
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import yaml

from lab.processes import APPS
from lab.seatkeeper import Seatkeeper

OKTA, MICROSOFT = 52, 97
"""Assertions that hold; docs/scim.md says which of Microsoft's 107 no correct server passes."""
_PATIENCE = 300


def run_okta(folder: Path) -> tuple[int, str]:
    """Run Okta's spec test with two people there; give how many assertions hold, and all it printed."""
    with _endpoint() as (url, token):
        _run([sys.executable, str(folder / "seed_users.py"), url, token, "2"])
        spec = str(folder / "okta-scim-2.0-spec.json")
        printed = _run([sys.executable, str(folder / "run_okta_spec.py"), url, token, spec])
    found = re.search(r"(\d+)/(\d+) assertions", printed)
    return (int(found[1]) if found else 0), printed


def run_microsoft(folder: Path, newman: str) -> tuple[int, str]:
    """Run Microsoft's collection against an empty server; give how many assertions hold, and those that do not."""
    with _endpoint() as (url, token), TemporaryDirectory() as place:
        report = Path(place, "report.json")
        protocol, _, rest = url.partition("://")
        address, _, api = rest.partition("/")
        server, _, port = address.partition(":")
        variables = {"Protocol": protocol, "Server": server, "Port": f":{port}", "Api": api, "token": token}
        given = [part for name, value in variables.items() for part in ("--env-var", f"{name}={value}")]
        collection = str(folder / "microsoft-scim.postman_collection.json")
        reporting = ["-r", "json", "--reporter-json-export", str(report)]
        _run([newman, "run", collection, *given, *reporting])
        seen = json.loads(report.read_text())["run"]
    total = seen["stats"]["assertions"]
    failures = [each for each in seen["failures"] if each["error"]["name"] == "AssertionError"]
    told = [
        f"{each['source'].get('name')}: {each['error']['test']}: {each['error']['message']}" for each in failures
    ]
    return total["total"] - total["failed"], "\n".join([*told, f"{total['total']} assertions"])


@contextmanager
def _endpoint() -> Iterator[tuple[str, str]]:
    """Run a web process with an integration, and give its address and a token."""
    with TemporaryDirectory() as place:
        seatkeeper = Seatkeeper(Path(place), env={"NO_TOKEN": "none"})
        try:
            seatkeeper.start_web()
            settings = {"base_url": "http://127.0.0.1:9/scim/v2", "token": {"env": "NO_TOKEN"}}
            declared = {"slug": "suite", "name": "Suite", "connector": "scim", "settings": settings}
            path = Path(place, "suite.yaml")
            path.write_text(yaml.safe_dump({"integrations": [declared]}))
            seatkeeper.command("apply", "-f", str(path))
            printed = seatkeeper.command("token", "create", "suite", "--name", "suite", "--json").stdout
            yield f"{seatkeeper.url}/scim/v2/suite", json.loads(printed)["token"]
        finally:
            seatkeeper.close()


def _run(command: Sequence[str]) -> str:
    """Run a suite, which may end with an error for what does not hold."""
    path = os.pathsep.join([str(APPS / "node/bin"), os.environ.get("PATH", "")])
    environment = {**os.environ, "PATH": path}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=_PATIENCE, check=False)
    return done.stdout + done.stderr


def main() -> int:
    """Run both, print what does not hold, and end with 1 where more than is known does not."""
    parser = argparse.ArgumentParser(prog="python -m tests.suites", description=__doc__)
    parser.add_argument("folder", nargs="?", default=os.environ.get("SEATKEEPER_SUITES"), help="where they are")
    parser.add_argument("--newman", default="newman", help="the command that runs Postman's collections")
    arguments = parser.parse_args()
    if arguments.folder is None:
        parser.error("say where the suites are, or set SEATKEEPER_SUITES")
    folder = Path(arguments.folder)
    okta, told_by_okta = run_okta(folder)
    microsoft, told_by_microsoft = run_microsoft(folder, arguments.newman)
    result = f"Okta: {okta} hold, {OKTA} did before. Microsoft: {microsoft} hold, {MICROSOFT} did before."
    sys.stdout.write(f"{told_by_okta}\n{told_by_microsoft}\n{result}\n")
    return 0 if okta >= OKTA and microsoft >= MICROSOFT else 1


if __name__ == "__main__":
    sys.exit(main())
