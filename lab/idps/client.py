"""What every player shares: a connection to one integration's SCIM endpoint and the ids it was told."""

from typing import Any, Protocol

import httpx

from lab.people import Person, Team

Json = dict[str, Any]

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"


class RefusedError(RuntimeError):
    """The server answered with an error; the message is what an IdP's admin console would show."""


class Endpoint:
    """One SCIM base URL and token."""

    def __init__(self, base_url: str, token: str, headers: dict[str, str]) -> None:
        self._client = httpx.Client(
            base_url=base_url, timeout=60, headers={"Authorization": f"Bearer {token}", **headers}
        )
        self.token = token
        self.people: dict[int, str] = {}
        self.teams: dict[str, str] = {}

    def close(self) -> None:
        """Give the connections back."""
        self._client.close()

    def call(self, method: str, path: str, body: Json | None = None) -> Json:
        """Send one request and return the answer's document; an empty answer is an empty document."""
        answer = self._client.request(method, path, json=body)
        if answer.is_error:
            raise RefusedError(f"{method} {path}: {answer.status_code} {answer.text}")
        return answer.json() if answer.content else {}

    def find(self, path: str, query: str) -> Json | None:
        """Look one resource up by a filter that is already encoded."""
        found = self.call("GET", f"{path}?filter={query}")
        resources = found.get("Resources") or []
        return resources[0] if resources else None


class IdentityProvider(Protocol):
    """What an admin does in an IdP, as the calls it causes."""

    endpoint: Endpoint

    def test_connection(self) -> None:
        """Do what the console's *Test connection* does."""

    def assign(self, person: Person) -> None:
        """Assign a person to the app."""

    def change(self, person: Person) -> None:
        """Send what changed about a person."""

    def deactivate(self, person: Person) -> None:
        """Unassign, suspend or soft-delete a person."""

    def reactivate(self, person: Person) -> None:
        """Assign a person again."""

    def delete(self, person: Person) -> None:
        """Delete a person for good."""

    def push_group(self, team: Team) -> None:
        """Push a group with its members."""

    def change_members(self, team: Team, *, add: frozenset[int], remove: frozenset[int]) -> None:
        """Send what changed about a group's members."""

    def rename_group(self, team: Team, name: str) -> None:
        """Send a group's new name."""

    def delete_group(self, team: Team) -> None:
        """Delete a group."""
