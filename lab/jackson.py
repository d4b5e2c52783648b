"""SAML Jackson: the SCIM receiver inside many commercial apps, with its data in memory."""

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from lab.processes import APPS, ROOT, Command, free_port, running


@dataclass(frozen=True, slots=True)
class Directory:
    """One directory of a running Jackson, and its SCIM endpoint."""

    address: str
    tenant: str
    id: str
    base_url: str
    token: str

    def members(self, group: str) -> frozenset[str]:
        """Read who is in a group; SCIM does not show it."""
        answer = httpx.get(f"{self.address}/lab/members/{self.tenant}/{group}", verify=False).raise_for_status()
        return frozenset(membership["user_id"] for membership in answer.json())

    def users(self) -> Sequence[dict[str, Any]]:
        """Read the users as an app that embeds Jackson reads them."""
        answer = httpx.get(f"{self.address}/lab/users/{self.tenant}/{self.id}", verify=False).raise_for_status()
        return list(answer.json())

    def deactivate(self) -> None:
        """Switch the directory off: Jackson then answers 200 and ``{}`` to everything."""
        url = f"{self.address}/lab/directories/{self.id}"
        httpx.patch(url, json={"deactivated": True}, verify=False).raise_for_status()

    def events(self) -> Sequence[dict[str, Any]]:
        """Read what Jackson told the app it is embedded in."""
        answer = httpx.get(f"{self.address}/lab/events", verify=False).raise_for_status()
        return [event for event in answer.json() if event["directory_id"] == self.id]


@dataclass(frozen=True, slots=True)
class Jackson:
    """A running Jackson."""

    address: str

    def make_directory(self, tenant: str) -> Directory:
        """Make an empty directory."""
        answer = httpx.post(
            f"{self.address}/lab/directories", json={"tenant": tenant, "name": tenant}, verify=False
        )
        made = answer.raise_for_status().json()
        return Directory(self.address, tenant, made["id"], made["scim"]["endpoint"], made["scim"]["secret"])


@contextmanager
def jackson(folder: Path, port: int | None = None) -> Iterator[Jackson]:
    """Run one, logging into the folder."""
    port = port or free_port()
    address = f"http://127.0.0.1:{port}"
    # Node looks for packages beside the file, not beside the working directory.
    served = APPS / "jackson/server.mjs"
    if not served.exists() or served.read_bytes() != (ROOT / "lab/jackson/server.mjs").read_bytes():
        shutil.copyfile(ROOT / "lab/jackson/server.mjs", served)

    def answers() -> bool:
        try:
            return httpx.get(f"{address}/lab/events", verify=False).is_success
        except httpx.TransportError:
            return False

    with running(Command([APPS / "node/bin/node", served, str(port)], folder / "jackson.log"), answers):
        yield Jackson(address)
