"""An identity provider's side of the conversation, one request at a time."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx

from seatkeeper.idps.endpoints import ENTERPRISE, GROUP, PATCH, USER

__all__ = ["CUSTOM", "ENTERPRISE", "GROUP", "PATCH", "SAMPLES", "USER", "IdP", "Json"]

CUSTOM = "urn:example:params:scim:schemas:extension:acme:2.0:User"
"""The extension the tests' integration declares."""

SAMPLES = Path(__file__).parent / "samples"

Json = dict[str, Any]


class IdP:
    """A client of one integration."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client
        self.base_url = str(client.base_url).rstrip("/")

    async def send(self, method: str, path: str, body: Any = None, **headers: str) -> httpx.Response:
        """Send a request as it is; header names are written with ``_``."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        if body is None:
            return await self.client.request(method, path, headers=named)
        content = body if isinstance(body, bytes | str) else json.dumps(body)
        return await self.client.request(
            method, path, content=content, headers={"Content-Type": "application/scim+json", **named}
        )

    async def get(self, path: str, **headers: str) -> httpx.Response:
        return await self.send("GET", path, **headers)

    async def read(self, path: str) -> Json:
        """Read what must be there."""
        answer = await self.get(path)
        assert answer.status_code == 200, answer.text
        document: Json = answer.json()
        return document

    async def find(self, collection: str, query: str) -> list[Json]:
        """List by a filter; it is sent as Okta does."""
        answer = await self.client.get(f"/{collection}", params={"filter": query})
        assert answer.status_code == 200, answer.text
        found: list[Json] = answer.json()["Resources"]
        return found

    async def create(self, collection: str, body: Mapping[str, Any]) -> Json:
        """Create what must be possible to create."""
        answer = await self.send("POST", f"/{collection}", dict(body))
        assert answer.status_code == 201, answer.text
        document: Json = answer.json()
        return document

    async def user(self, user_name: str = "ada@example.com", /, **attributes: Any) -> Json:
        return await self.create("Users", {"schemas": [USER], "userName": user_name, **attributes})

    async def group(self, display_name: str = "Engineering", *members: Json) -> Json:
        body = {"schemas": [GROUP], "displayName": display_name}
        return await self.create("Groups", {**body, "members": [{"value": each["id"]} for each in members]})

    async def patch(self, resource: Mapping[str, Any], *operations: Json, **headers: str) -> httpx.Response:
        """Patch a user or a group."""
        body = {"schemas": [PATCH], "Operations": list(operations)}
        return await self.send("PATCH", self.path_of(resource), body, **headers)

    async def patched(self, resource: Mapping[str, Any], *operations: Json) -> Json:
        """Patch, and read the resource again."""
        answer = await self.patch(resource, *operations)
        assert answer.status_code == 200, answer.text
        return await self.read(self.path_of(resource))

    @staticmethod
    def path_of(resource: Mapping[str, Any]) -> str:
        return f"/{resource['meta']['resourceType']}s/{resource['id']}"

    async def members_of(self, group: Mapping[str, Any]) -> set[str]:
        """Read the user names of a group's members, as they are displayed."""
        current = await self.read(self.path_of(group))
        return {member["display"] for member in current["members"]}
