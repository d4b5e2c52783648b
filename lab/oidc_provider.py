"""oidc-provider, a certified OpenID provider, with the people and the application a test gives it."""

import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from lab.processes import APPS, ROOT, Command, free_port, running

CLIENT_ID, CLIENT_SECRET = "seatkeeper", "lab-client-secret"


@dataclass(frozen=True, slots=True)
class OpenIDProvider:
    """A running provider."""

    issuer: str
    client_id: str = CLIENT_ID
    client_secret: str = CLIENT_SECRET


@contextmanager
def oidc_provider(
    folder: Path, redirect_uri: str, people: Mapping[str, Mapping[str, Any]]
) -> Iterator[OpenIDProvider]:
    """Run one. ``people`` are claims by login; any password opens the door, and so does any other login."""
    port = free_port()
    issuer = f"http://localhost:{port}"
    served = APPS / "oidc_provider/server.mjs"
    source = ROOT / "lab/oidc_provider/server.mjs"
    # Node looks for packages beside the file, not beside the working directory.
    if not served.exists() or served.read_bytes() != source.read_bytes():
        shutil.copyfile(source, served)
    client = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "redirect_uris": [redirect_uri]}
    told = json.dumps({"port": port, "issuer": issuer, "client": client, "people": people})

    def answers() -> bool:
        try:
            return httpx.get(f"{issuer}/.well-known/openid-configuration", verify=False).is_success
        except httpx.TransportError:
            return False

    with running(Command([APPS / "node/bin/node", served, told], folder / "oidc-provider.log"), answers):
        yield OpenIDProvider(issuer)
