"""Microsoft Entra ID with its default client: capitalised operations, booleans as strings, members by value list.

Source: Microsoft's "develop a SCIM endpoint" and its page of known SCIM compliance issues.
"""

import uuid
from urllib.parse import quote_plus

from lab.idps.client import ENTERPRISE, GROUP, PATCH, USER, Endpoint, Json
from lab.people import Person, Team

_HEADERS = {"Accept": "application/scim+json", "Content-Type": "application/scim+json; charset=utf-8"}
_LEGACY_GROUP = "http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group"


class Entra:
    """An Entra tenant with one enterprise application."""

    def __init__(self, base_url: str, token: str) -> None:
        self.endpoint = Endpoint(base_url, token, _HEADERS)
        self._sent: dict[int, Person] = {}

    def test_connection(self) -> None:
        """Ask for a person nobody is; the answer must be an empty list."""
        query = quote_plus(f'userName eq "{uuid.uuid4()}"')
        if self.endpoint.find("/Users", query) is not None:
            raise AssertionError("a random user name matched somebody")

    def assign(self, person: Person) -> None:
        """Look the person up by the matching attribute, then create."""
        found = self.endpoint.find("/Users", quote_plus(f'userName eq "{person.user_name}"'))
        if found is None:
            found = self.endpoint.call("POST", "/Users", _profile(person))
        self.endpoint.people[person.number] = found["id"]
        self._sent[person.number] = person

    def change(self, person: Person) -> None:
        """One PATCH with an operation for each attribute that changed."""
        before, after = _values(self._sent[person.number]), _values(person)
        operations = [
            {"op": "Replace", "path": path, "value": value}
            for path, value in after.items()
            if before[path] != value
        ]
        self._patch(person, operations)
        self._sent[person.number] = person

    def deactivate(self, person: Person) -> None:
        """Soft delete or unassignment."""
        self._patch(person, [{"op": "Replace", "path": "active", "value": "False"}])

    def reactivate(self, person: Person) -> None:
        """The same the other way; memberships are not sent again."""
        self._patch(person, [{"op": "Replace", "path": "active", "value": "True"}])

    def delete(self, person: Person) -> None:
        """Soft delete, and the DELETE that follows some thirty days later."""
        self.deactivate(person)
        self.endpoint.call("DELETE", f"/Users/{self.endpoint.people.pop(person.number)}")

    def push_group(self, team: Team) -> None:
        """Create without members, with Microsoft's own schema beside the standard one, then add them."""
        query = quote_plus(f'displayName eq "{team.name}"')
        found = self.endpoint.find("/Groups", f"{query}&excludedAttributes=members")
        if found is None:
            body: Json = {
                "schemas": [GROUP, _LEGACY_GROUP],
                "externalId": str(uuid.uuid5(uuid.NAMESPACE_URL, team.name)),
                "displayName": team.name,
                "meta": {"resourceType": "Group"},
            }
            found = self.endpoint.call("POST", "/Groups", body)
        self.endpoint.teams[team.name] = found["id"]
        self.change_members(team, add=team.members, remove=frozenset())

    def change_members(self, team: Team, *, add: frozenset[int], remove: frozenset[int]) -> None:
        """One PATCH for those who leave and one for those who come, each with a list of values."""
        for op, numbers in (("Remove", remove), ("Add", add)):
            members = [{"$ref": None, "value": self.endpoint.people[number]} for number in sorted(numbers)]
            if members:
                self._patch_group(team.name, [{"op": op, "path": "members", "value": members}])

    def rename_group(self, team: Team, name: str) -> None:
        """Replace the display name."""
        self.endpoint.teams[name] = self.endpoint.teams.pop(team.name)
        self._patch_group(name, [{"op": "Replace", "path": "displayName", "value": name}])

    def delete_group(self, team: Team) -> None:
        """A plain DELETE."""
        self.endpoint.call("DELETE", f"/Groups/{self.endpoint.teams.pop(team.name)}")

    def _patch(self, person: Person, operations: list[Json]) -> None:
        path = f"/Users/{self.endpoint.people[person.number]}"
        self.endpoint.call("PATCH", path, {"schemas": [PATCH], "Operations": operations})

    def _patch_group(self, name: str, operations: list[Json]) -> None:
        path = f"/Groups/{self.endpoint.teams[name]}"
        self.endpoint.call("PATCH", path, {"schemas": [PATCH], "Operations": operations})


def _values(person: Person) -> Json:
    return {
        "userName": person.user_name,
        "displayName": person.display_name,
        "title": person.title,
        "name.givenName": person.given_name,
        "name.familyName": person.family_name,
        'emails[type eq "work"].value': person.user_name,
        f"{ENTERPRISE}:department": person.department,
    }


def _profile(person: Person) -> Json:
    return {
        "schemas": [USER, ENTERPRISE],
        "externalId": f"entra-{person.number}",
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
