"""Microsoft Entra ID: its default client, and the one that the flag ``aadOptscim062020`` asks for.

Source: Microsoft's "develop a SCIM endpoint" and its page of known SCIM compliance issues. By default operations
are capitalised, booleans are strings and members are removed by a list of values; the flag repairs that. That the
flag arrives in the query of every request is our guess: Microsoft only says that it is part of the URL.
"""

import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from typing import TypeAlias
from urllib.parse import quote_plus

from seatkeeper.idps.endpoints import ENTERPRISE, GROUP, PATCH, USER, Json, Manners, Patience, RefusedError, Sleep
from seatkeeper.idps.people import Person, Team
from seatkeeper.idps.providers import IdentityProvider

_HEADERS = {"Accept": "application/scim+json", "Content-Type": "application/scim+json; charset=utf-8"}
_PATIENCE = Patience(attempts=4)
"""Answers of Microsoft's staff say that it pauses for ``Retry-After``; what is refused after that waits for the
next cycle."""
_LEGACY_GROUP = "http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group"
_WORK_EMAIL = 'emails[type eq "work"].value'
_MANAGER = f"{ENTERPRISE}:manager"

_Changes: TypeAlias = Mapping[str, tuple[str | None, str | None]]
"""What each path held, and what it is to hold; an empty string unassigns (Microsoft's gallery test)."""


class Match(StrEnum):
    """The matching attribute: by what people are looked up before they are created."""

    USER_NAME = "userName"
    EXTERNAL_ID = "externalId"
    """What new applications are set up with (Octopus Deploy #9841)."""
    WORK_EMAIL = _WORK_EMAIL


class Entra(IdentityProvider):
    """An Entra tenant with one enterprise application."""

    manners = Manners(_HEADERS, _PATIENCE)
    retries_failed = True

    def __init__(
        self,
        base_url: str,
        token: str,
        sleep: Sleep = time.sleep,
        *,
        match: Match = Match.USER_NAME,
        new_guid: Callable[[], uuid.UUID] = uuid.uuid4,
    ) -> None:
        super().__init__(base_url, token, sleep)
        self._match = match
        self._new_guid = new_guid
        self._soft_deleted: list[Person] = []

    def test_connection(self) -> None:
        """Ask for a person nobody is; the answer must be an empty list."""
        query = quote_plus(f'{self._match} eq "{self._new_guid()}"')
        if self.endpoint.find("/Users", query) is not None:
            raise RefusedError("GET /Users", 200, "A random GUID matched somebody.", {})

    def begin_cycle(self) -> None:
        """Every activity begins with the connection test (AzureAD/SCIMReferenceCode#63)."""
        self.test_connection()

    def purge(self) -> None:
        """Thirty days after the soft delete comes the DELETE."""
        while self._soft_deleted:
            person = self._soft_deleted[0]
            self.endpoint.call("DELETE", self.person_path(person))
            del self._soft_deleted[0], self.endpoint.people[person.number]

    def assign(self, person: Person) -> None:
        """Look the person up by the matching attribute, then create."""
        value = _external_id(person) if self._match is Match.EXTERNAL_ID else person.user_name
        found = self.endpoint.find("/Users", quote_plus(f'{self._match} eq "{value}"'))
        if found is None:
            found = self.endpoint.call("POST", "/Users", _profile(person))
        self.remember(person, found)

    def change(self, person: Person) -> None:
        """Read the user, then one PATCH with what changed."""
        before, after = self._values(self.known[person.number]), self._values(person)
        self.endpoint.call("GET", self.person_path(person))
        changed = {path: (before[path], value) for path, value in after.items() if before[path] != value}
        self._patch(self.person_path(person), self._operations(changed))
        self.known[person.number] = person

    def deactivate(self, person: Person) -> None:
        """Soft delete or unassignment."""
        self._patch(self.person_path(person), [self._activation(active=False)])

    def reactivate(self, person: Person) -> None:
        """The same the other way; memberships are not sent again."""
        self._patch(self.person_path(person), [self._activation(active=True)])

    def delete(self, person: Person) -> None:
        """Soft delete: the DELETE follows with ``purge``."""
        self.deactivate(person)
        self._soft_deleted.append(person)

    def push_group(self, team: Team) -> None:
        """Create without members, with Microsoft's own schema beside the standard one, then add them."""
        query = quote_plus(f'displayName eq "{team.name}"')
        found = self.endpoint.call("GET", f"/Groups?excludedAttributes=members&filter={query}").get("Resources")
        group = found[0] if found else self.endpoint.call("POST", "/Groups", _group(team))
        self.endpoint.teams[team.name] = group["id"]
        self._send_members(team.name, add=team.members, remove=frozenset())

    def change_members(self, team: Team, *, add: frozenset[int], remove: frozenset[int]) -> None:
        """Read the group without its members, then a PATCH for those who leave and one for those who come."""
        self._read_group(team.name)
        self._send_members(team.name, add=add, remove=remove)

    def rename_group(self, team: Team, name: str) -> None:
        """Replace the display name."""
        self.endpoint.teams[name] = self.endpoint.teams.pop(team.name)
        self._read_group(name)
        self._patch(self.team_path(name), [{"op": "Replace", "path": "displayName", "value": name}])

    def delete_group(self, team: Team) -> None:
        """A plain DELETE."""
        self.endpoint.call("DELETE", f"/Groups/{self.endpoint.teams.pop(team.name)}")

    def _read_group(self, name: str) -> None:
        self.endpoint.call("GET", f"{self.team_path(name)}?excludedAttributes=members")

    def _send_members(self, name: str, *, add: frozenset[int], remove: frozenset[int]) -> None:
        if remove:
            self._patch(self.team_path(name), self._removals(remove))
        if add:
            self._patch(self.team_path(name), self._additions(add))

    def _additions(self, numbers: frozenset[int]) -> list[Json]:
        return [{"op": "Add", "path": "members", "value": self._references(numbers)}]

    def _removals(self, numbers: frozenset[int]) -> list[Json]:
        return [{"op": "Remove", "path": "members", "value": self._references(numbers)}]

    def _references(self, numbers: frozenset[int]) -> list[Json]:
        return [{"$ref": None, **member} for member in self.values(numbers)]

    def _activation(self, *, active: bool) -> Json:
        return {"op": "Replace", "path": "active", "value": str(active)}

    def _operations(self, changed: _Changes) -> list[Json]:
        return [
            {"op": "Add" if old is None else "Replace", "path": path, "value": new or ""}
            for path, (old, new) in changed.items()
        ]

    def _values(self, person: Person) -> dict[str, str | None]:
        return {
            "userName": person.user_name,
            "displayName": person.display_name,
            "title": person.title,
            "name.givenName": person.given_name,
            "name.familyName": person.family_name,
            _WORK_EMAIL: person.user_name,
            f"{ENTERPRISE}:department": person.department,
            _MANAGER: self.endpoint.people.get(person.manager) if person.manager is not None else None,
        }

    def _patch(self, path: str, operations: Sequence[Json]) -> None:
        self.endpoint.call("PATCH", path, {"schemas": [PATCH], "Operations": list(operations)})


class EntraCompliant(Entra):
    """The same tenant with ``?aadOptscim062020`` behind its tenant URL."""

    manners = Manners(_HEADERS, _PATIENCE, flag="aadOptscim062020")

    def rename_group(self, team: Team, name: str) -> None:
        """Replace the display name, among the values of an operation without a path."""
        self.endpoint.teams[name] = self.endpoint.teams.pop(team.name)
        self._read_group(name)
        self._patch(self.team_path(name), [{"op": "replace", "value": {"displayName": name}}])

    def _additions(self, numbers: frozenset[int]) -> list[Json]:
        return [{"op": "add", "path": "members", "value": self._references(numbers)}]

    def _removals(self, numbers: frozenset[int]) -> list[Json]:
        return [{"op": "remove", "path": f'members[value eq "{each["value"]}"]'} for each in self.values(numbers)]

    def _activation(self, *, active: bool) -> Json:
        return {"op": "replace", "path": "active", "value": active}

    def _operations(self, changed: _Changes) -> list[Json]:
        operations: list[Json] = [
            {"op": "replace", "path": path, "value": new} for path, (_, new) in changed.items() if "[" in path
        ]
        plain = {path: new or "" for path, (_, new) in changed.items() if "[" not in path}
        return [*operations, {"op": "replace", "value": plain}] if plain else operations


def _external_id(person: Person) -> str:
    return f"entra-{person.number}"


def _group(team: Team) -> Json:
    return {
        "schemas": [GROUP, _LEGACY_GROUP],
        "externalId": str(uuid.uuid5(uuid.NAMESPACE_URL, team.name)),
        "displayName": team.name,
        "meta": {"resourceType": "Group"},
    }


def _profile(person: Person) -> Json:
    return {
        "schemas": [USER, ENTERPRISE],
        "externalId": _external_id(person),
        "userName": person.user_name,
        "active": True,
        "displayName": person.display_name,
        "title": person.title,
        "emails": [{"primary": True, "type": "work", "value": person.user_name}],
        "meta": {"resourceType": "User"},
        "name": {
            "formatted": person.display_name,
            "familyName": person.family_name,
            "givenName": person.given_name,
        },
        "roles": [],
        ENTERPRISE: {"department": person.department, "manager": None},
    }
