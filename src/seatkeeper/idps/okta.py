"""Okta with its two personalities: catalogue apps (OIN) patch activation and groups, custom apps (AIW) put all.

Source: Okta's SCIM 2.0 protocol reference and its page on rate limits of SCIM servers; headers from a capture Okta
published. Okta never sends DELETE for a user, and what fails becomes a task for the admin.
"""

from urllib.parse import quote

from seatkeeper.idps.endpoints import GROUP, PATCH, USER, Json, Manners, Patience
from seatkeeper.idps.people import Person, Team
from seatkeeper.idps.providers import IdentityProvider

_MANNERS = Manners(
    headers={
        "Accept": "application/scim+json",
        "Accept-Charset": "utf-8",
        "Content-Type": "application/scim+json; charset=utf-8",
        "User-Agent": "Okta SCIM Client 1.0.0",
    },
    patience=Patience(attempts=10, otherwise=300),
)
_PAGE = 100


class Okta(IdentityProvider):
    """An Okta org with one app of the catalogue."""

    manners = _MANNERS
    deletes_users = False

    def test_connection(self) -> None:
        """The *Test API Credentials* button."""
        self.endpoint.call("GET", "/Users?count=2&startIndex=1")
        self.endpoint.call("GET", f"/Groups?count={_PAGE}&startIndex=1")

    def import_all(self, collection: str) -> list[Json]:
        """Read ``Users`` or ``Groups`` page by page, as the *Import* tab does."""
        found: list[Json] = []
        while True:
            page = self.endpoint.call("GET", f"/{collection}?startIndex={len(found) + 1}&count={_PAGE}")
            found += page.get("Resources") or []
            if not page.get("Resources") or len(found) >= page["totalResults"]:
                return found

    def assign(self, person: Person) -> None:
        """Look the person up, then create."""
        query = quote(f'userName eq "{person.user_name}"')
        found = self.endpoint.find("/Users", f"{query}&startIndex=1&count={_PAGE}")
        if found is None:
            found = self.endpoint.call("POST", "/Users", _profile(person))
        self.remember(person, found)

    def change(self, person: Person) -> None:
        """Read the user, merge the profile in, and put the whole back."""
        self._put(person, _profile(person))
        self.known[person.number] = person

    def deactivate(self, person: Person) -> None:
        """Unassigning, deactivating and deleting all arrive as this."""
        self._activate(person, active=False)

    def reactivate(self, person: Person) -> None:
        """Activation, then a profile push."""
        self._activate(person, active=True)
        self.change(person)

    def delete(self, person: Person) -> None:
        """Deleting a user deactivates it first, and then sends nothing."""
        self.deactivate(person)

    def push_group(self, team: Team) -> None:
        """Create the group empty, then send its members."""
        query = quote(f'displayName eq "{team.name}"')
        found = self.endpoint.find("/Groups", f"{query}&startIndex=1&count={_PAGE}")
        if found is None:
            body: Json = {"schemas": [GROUP], "displayName": team.name, "members": []}
            found = self.endpoint.call("POST", "/Groups", body)
        self.endpoint.teams[team.name] = found["id"]
        if team.members:
            self._send_members(Team(team.name, frozenset()), add=team.members, remove=frozenset())

    def push_now(self, team: Team) -> None:
        """The *Push now* button: every member at once in place of all there were."""
        operation: Json = {"op": "replace", "path": "members", "value": self._shown(team.members)}
        self._patch(self.team_path(team.name), [operation])

    def change_members(self, team: Team, *, add: frozenset[int], remove: frozenset[int]) -> None:
        """Send the members who come and go."""
        self._send_members(team, add=add, remove=remove)

    def rename_group(self, team: Team, name: str) -> None:
        """A PATCH without a path that carries the id as well."""
        group_id = self.endpoint.teams.pop(team.name)
        self.endpoint.teams[name] = group_id
        self._patch(self.team_path(name), [_naming(group_id, name)])

    def delete_group(self, team: Team) -> None:
        """A plain DELETE."""
        self.endpoint.call("DELETE", f"/Groups/{self.endpoint.teams.pop(team.name)}")

    def _send_members(self, team: Team, *, add: frozenset[int], remove: frozenset[int]) -> None:
        """One PATCH; Okta sends the group's name along with every membership change."""
        operations: list[Json] = [
            {"op": "remove", "path": f'members[value eq "{self.endpoint.people[number]}"]'}
            for number in sorted(remove)
        ]
        if add:
            operations.append({"op": "add", "path": "members", "value": self._shown(add)})
        naming = _naming(self.endpoint.teams[team.name], team.name)
        self._patch(self.team_path(team.name), [naming, *operations])

    def _activate(self, person: Person, *, active: bool) -> None:
        self._patch(self.person_path(person), [{"op": "replace", "value": {"active": active}}])

    def _put(self, person: Person, profile: Json) -> None:
        path = self.person_path(person)
        current = self.endpoint.call("GET", path)
        shape = {"groups": [], "meta": {"resourceType": "User"}}
        self.endpoint.call("PUT", path, {**current, **shape, **profile, "id": current["id"]})

    def _patch(self, path: str, operations: list[Json]) -> None:
        self.endpoint.call("PATCH", path, {"schemas": [PATCH], "Operations": operations})

    def _shown(self, numbers: frozenset[int]) -> list[Json]:
        return [
            {"value": self.endpoint.people[number], "display": self.known[number].user_name}
            for number in sorted(numbers)
        ]


class OktaCustom(Okta):
    """An Okta org with an app of its own making (AIW): PUT for everything, and that cannot be switched."""

    def rename_group(self, team: Team, name: str) -> None:
        """The whole group under its new name."""
        self.endpoint.teams[name] = self.endpoint.teams.pop(team.name)
        self._put_group(Team(name, team.members))

    def push_now(self, team: Team) -> None:
        """The whole group."""
        self._put_group(team)

    def _send_members(self, team: Team, *, add: frozenset[int], remove: frozenset[int]) -> None:
        self._put_group(Team(team.name, (team.members - remove) | add))

    def _put_group(self, team: Team) -> None:
        members = self._shown(team.members)
        body: Json = {"schemas": [GROUP], "id": self.endpoint.teams[team.name], "displayName": team.name}
        self.endpoint.call("PUT", self.team_path(team.name), {**body, "members": members})

    def _activate(self, person: Person, *, active: bool) -> None:
        self._put(person, {"active": active})


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
