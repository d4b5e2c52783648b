"""scim2-tester: asks a SCIM server everything that its own schemas say it can do."""

import json
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass

from lab.processes import APPS

_SCRIPT = """
import json, sys
from httpx2 import Client
from scim2_client.engines.httpx2 import SyncSCIMClient
from scim2_tester import check_server
client = Client(base_url=sys.argv[1], headers={"Authorization": f"Bearer {sys.argv[2]}"}, timeout=30)
findings = [
    {"check": each.title, "kind": each.resource_type, "status": each.status.name, "reason": str(each.reason)}
    for each in check_server(SyncSCIMClient(client))
]
print(json.dumps(findings))
"""


@dataclass(frozen=True, slots=True)
class Finding:
    """How one check ended: ``status`` is SUCCESS, ERROR and the like."""

    check: str
    kind: str | None
    status: str
    reason: str


def examine(base_url: str, token: str) -> Sequence[Finding]:
    """Run every check against an endpoint, which should be empty."""
    python = APPS / "scim2-tester/bin/python"
    done = subprocess.run(
        [python, "-W", "ignore", "-c", _SCRIPT, base_url, token],
        check=True,
        capture_output=True,
        text=True,
        timeout=120,
    )
    return [Finding(**each) for each in json.loads(done.stdout)]
