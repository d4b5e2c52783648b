"""Seatkeeper beside scim2-server, which holds everything in memory: one process each, the same requests."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx

from bench import scripts
from bench.load import Load, burst
from bench.scim import front_door
from lab.processes import APPS, Command, free_port, running

PEOPLE, MEMBERS = 2_000, 1_000
_SPARE = 100
_TOKEN = "bench"
_PATIENCE = 60.0

_APPLICATION = f"""
from scim2_models import ScimProvider
from scim2_server.memory import InMemoryStorage
from scim2_server.service import ScimService
from scim2_server.testserver.application import BEARER_TOKEN_SCHEME, BearerTokenApplication
from scim2_server import utils

config = utils.load_default_service_provider_config()
config.authentication_schemes = [*(config.authentication_schemes or []), BEARER_TOKEN_SCHEME]
schemas, types = utils.load_default_schemas().values(), utils.load_default_resource_types().values()
provider = ScimProvider.from_discovery(schemas, types, config=config)
service = ScimService(provider, secret="bench")
application = BearerTokenApplication(InMemoryStorage(), provider, service=service, bearer_tokens=["{_TOKEN}"])
"""


@dataclass(frozen=True, slots=True)
class Server:
    """What a SCIM server does with ``PEOPLE`` people, and ``MEMBERS`` of them in the group that is patched."""

    creates: Load
    look_ups: Load
    patches: Load


def measure_side_by_side(seconds: int) -> tuple[Server, Server]:
    """Measure Seatkeeper, then the peer."""
    with TemporaryDirectory() as folder, front_door(Path(folder)) as (seatkeeper, token):
        ours = _measure(f"{seatkeeper.url}/scim/v2/bench", token, Path(folder), seconds)
    with TemporaryDirectory() as folder, _scim2_server(Path(folder)) as url:
        theirs = _measure(url, _TOKEN, Path(folder), seconds)
    return ours, theirs


def _measure(url: str, token: str, folder: Path, seconds: int) -> Server:
    burst(f"{url}/Users", token, scripts.create("warm"), seconds=1)
    creates = burst(f"{url}/Users", token, scripts.create("person"), seconds=seconds)
    people = int(creates.rate * seconds)
    while people < PEOPLE:
        more = burst(f"{url}/Users", token, scripts.create("person", people), seconds=seconds)
        people += int(more.rate * seconds)
    look_up = scripts.look_up(scripts.LOOK_UPS["userName eq"], people)
    look_ups = burst(f"{url}/Users", token, look_up, seconds=seconds)
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/scim+json"}
    with httpx.Client(headers=headers, timeout=_PATIENCE) as client:
        ids = _ids(client, f"{url}/Users")
        members = [{"value": each} for each in ids[:MEMBERS]]
        group = {
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"],
            "displayName": "G",
            "members": members,
        }
        group_id = client.post(f"{url}/Groups", json=group).raise_for_status().json()["id"]
    listed = scripts.listed(folder / "people.txt", ids[MEMBERS:])
    patch = scripts.patch_members(listed, 1, also_remove=True)
    return Server(
        creates, look_ups, burst(f"{url}/Groups/{group_id}", token, patch, seconds=seconds, connections=1)
    )


def _ids(client: httpx.Client, url: str) -> list[str]:
    ids: list[str] = []
    while len(ids) < MEMBERS + _SPARE:
        page = client.get(url, params={"startIndex": len(ids) + 1, "count": _SPARE, "attributes": "userName"})
        ids += [each["id"] for each in page.raise_for_status().json()["Resources"]]
    return ids


@contextmanager
def _scim2_server(folder: Path) -> Iterator[str]:
    (folder / "served.py").write_text(_APPLICATION)
    port = free_port()
    url = f"http://127.0.0.1:{port}/v2"
    arguments: list[str | Path] = [APPS / "scim2-server/bin/gunicorn", "--bind", f"127.0.0.1:{port}"]
    arguments += [
        "--workers",
        "1",
        "--worker-class",
        "gthread",
        "--threads",
        "16",
        "--keep-alive",
        "60",
        "--no-control-socket",
        "served:application",
    ]

    def answers() -> bool:
        try:
            return httpx.get(f"{url}/ServiceProviderConfig").is_success
        except httpx.TransportError:
            return False

    with running(Command(arguments, folder / "gunicorn.log", cwd=folder), answers):
        yield url
