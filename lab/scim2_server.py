"""scim2-server: the RFC-exact SCIM reference, with its data in memory."""

import json
import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from lab.processes import APPS, Command, Server, free_port, running

TOKEN = "lab-scim2-server"


@dataclass(frozen=True, slots=True)
class SCIM2Server:
    """A running server. Each tenant is a world of its own and is there once it is asked for."""

    address: str
    token: str
    server: Server
    dumped: Path

    def base_url(self, tenant: str) -> str:
        """Return the SCIM address of a tenant."""
        return f"{self.address}/{tenant}/v2"

    def resources(self, tenant: str, kind: str) -> Sequence[dict[str, Any]]:
        """Read a tenant's ``Users`` or ``Groups`` in one plain request."""
        headers = {"Authorization": f"Bearer {self.token}"}
        answer = httpx.get(f"{self.base_url(tenant)}/{kind}?count=1000", headers=headers, verify=False)
        return list(answer.raise_for_status().json().get("Resources", []))

    def stop_and_dump(self) -> dict[str, list[dict[str, Any]]]:
        """End the server and return what it wrote down of each tenant."""
        self.server.child.send_signal(signal.SIGINT)
        self.server.child.wait(10)
        return dict(json.loads(self.dumped.read_text()))


@contextmanager
def scim2_server(folder: Path, port: int | None = None) -> Iterator[SCIM2Server]:
    """Run one, logging and dumping into the folder."""
    port = port or free_port()
    address, dumped = f"http://127.0.0.1:{port}", folder / "scim2-server.json"
    arguments: list[str | Path] = [APPS / "scim2-server/bin/scim2-server", "--port", str(port)]
    arguments += ["--bearer-token", TOKEN, "--dynamic-tenants", "--dump-resources", dumped]

    def answers() -> bool:
        try:
            return httpx.get(f"{address}/any/v2/ServiceProviderConfig", verify=False).is_success
        except httpx.TransportError:
            return False

    with running(Command(arguments, folder / "scim2-server.log"), answers) as server:
        yield SCIM2Server(address, TOKEN, server, dumped)
