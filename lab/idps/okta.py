"""Okta, as its catalogue (OIN) apps talk: PUT for profiles, PATCH for activation and groups.

Source: Okta's SCIM 2.0 protocol reference; headers from a capture Okta published.
"""

from urllib.parse import quote

from lab.idps.client import GROUP, PATCH, USER, Endpoint, Json
from lab.people import Person, Team

_HEADERS = {
    "Accept": "application/scim+json",
    "Accept-Charset": "utf-8",
    "Content-Type": "application/scim+json; charset=utf-8",
    "User-Agent": "Okta SCIM Client 1.0.0",
}


class Okta:
    """An Okta org with one app integration."""

    def __init__(self, base_url: str, token: str) -> None:
        self.endpoint = Endpoint(base_url, token, _HEADERS)

    def test_connection(self) -> None:
        """The *Test API Credentials* button."""
        self.endpoint.call("GET", "/Users?count=2&startIndex=1")
        self.endpoint.call("GET", "/Groups?count=100&startIndex=1")

    def assign(self, person: Person) -> None:
        """Look the person up, then create."""
        query = quote(f'userName eq "{person.user_name}"')
        found = self.endpoint.find("/Users", f"{query}&startIndex=1&count=100")
        if found is None:
            found = self.endpoint.call("POST", "/Users", _profile(person))
        self.endpoint.people[person.number] = found["id"]

    def change(self, person: Person) -> None:
        """Read the user, merge the profile in, and put the whole back."""
        path = self._path(person)
        current = self.endpoint.call("GET", path)
        self.endpoint.call("PUT", path, {**current, **_profile(person), "id": current["id"]})

    def deactivate(self, person: Person) -> None:
        """Unassigning, deactivating and deleting all arrive as this."""
        self._activate(person, active=False)

    def reactivate(self, person: Person) -> None:
        """Activation, then a profile push."""
        self._activate(person, active=True)
        self.change(person)

    def delete(self, person: Person) -> None:
        """Okta never sends DELETE for a user: deleting one deactivates it first, and then sends nothing."""
        self._activate(person, active=False)

    def push_group(self, team: Team) -> None:
        """Create the group empty, then send its members."""
        query = quote(f'displayName eq "{team.name}"')
        found = self.endpoint.find("/Groups", f"{query}&startIndex=1&count=100")
        if found is None:
            body: Json = {"schemas": [GROUP], "displayName": team.name, "members": []}
            found = self.endpoint.call("POST", "/Groups", body)
        self.endpoint.teams[team.name] = found["id"]
        self.change_members(team, add=team.members, remove=frozenset())

    def change_members(self, team: Team, *, add: frozenset[int], remove: frozenset[int]) -> None:
        """One PATCH; Okta sends the group's name along with every membership change."""
        operations: list[Json] = [
            {"op": "remove", "path": f'members[value eq "{self.endpoint.people[number]}"]'}
            for number in sorted(remove)
        ]
        if add:
            members = [{"value": self.endpoint.people[number], "display": str(number)} for number in sorted(add)]
            operations.append({"op": "add", "path": "members", "value": members})
        self._patch_group(team, [_naming(self.endpoint.teams[team.name], team.name), *operations])

    def rename_group(self, team: Team, name: str) -> None:
        """A PATCH without a path that carries the id as well."""
        group_id = self.endpoint.teams.pop(team.name)
        self.endpoint.teams[name] = group_id
        self._patch_group(Team(name, team.members), [_naming(group_id, name)])

    def delete_group(self, team: Team) -> None:
        """A plain DELETE."""
        self.endpoint.call("DELETE", f"/Groups/{self.endpoint.teams.pop(team.name)}")

    def _activate(self, person: Person, *, active: bool) -> None:
        operation: Json = {"op": "replace", "value": {"active": active}}
        self.endpoint.call("PATCH", self._path(person), {"schemas": [PATCH], "Operations": [operation]})

    def _patch_group(self, team: Team, operations: list[Json]) -> None:
        path = f"/Groups/{self.endpoint.teams[team.name]}"
        self.endpoint.call("PATCH", path, {"schemas": [PATCH], "Operations": operations})

    def _path(self, person: Person) -> str:
        return f"/Users/{self.endpoint.people[person.number]}"


def _naming(group_id: str, name: str) -> Json:
    return {"op": "replace", "value": {"id": group_id, "displayName": name}}


def _profile(person: Person) -> Json:
    return {
        "schemas": [USER],
        "userName": person.user_name,
        "name": {"givenName": person.given_name, "familyName": person.family_name},
        "emails": [{"primary": True, "value": person.user_name, "type": "work"}],
        "displayName": person.display_name,
        "title": person.title,
        "locale": "en-US",
        "externalId": f"00u{person.number:017d}",
        "groups": [],
        "password": "1mz050nq",
        "active": True,
    }
