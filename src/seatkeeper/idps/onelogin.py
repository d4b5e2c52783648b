"""OneLogin with its stock SCIM template: the whole template at every change, urged on by odd query strings.

Source: OneLogin's SCIM pages, a server's log of its requests (goauthentik/authentik#11249) and its stock template
(keepnet's guide); e-mail addresses without their list from a server's adapter for it (django-scim2). How it
removes a member, and how it suspends, nobody has shown: ``remove`` with a filter, and a PUT, are our guess. It
renames no group.
"""

from typing import ClassVar
from urllib.parse import quote_plus

from seatkeeper.idps.endpoints import GROUP, PATCH, Json, Manners
from seatkeeper.idps.people import Person, Team
from seatkeeper.idps.providers import PuttingProvider

_CORE = "urn:scim:schemas:core:2.0"
_ENTERPRISE = "urn:scim:schemas:extension:enterprise:2.0"


class OneLogin(PuttingProvider):
    """An account with a *SCIM Provisioner* app whose admin chose *Delete* for people who are deleted."""

    manners: ClassVar[Manners] = Manners(
        headers={"Accept": "application/json", "Content-Type": "application/scim+json", "User-Agent": ""}
    )
    renames_groups = False

    def test_connection(self) -> None:
        """Ask for somebody nobody is; an empty list or a 404 will do."""
        self._find("nobody-has-this-name@example.com")

    def assign(self, person: Person) -> None:
        """Look the person up, then create from the template."""
        found = self._find(person.user_name)
        if found is None:
            found = self.endpoint.call("POST", "/Users", _template(person, active=True))
        self.remember(person, found)

    def push_group(self, team: Team) -> None:
        """Read every group to find the one of that name, create it, and add member by member."""
        groups = self.endpoint.call("GET", "/Groups").get("Resources") or []
        found = next((group for group in groups if group["displayName"] == team.name), None)
        if found is None:
            found = self.endpoint.call("POST", "/Groups", {"schemas": [GROUP], "displayName": team.name})
        self.endpoint.teams[team.name] = found["id"]
        self.change_members(team, add=team.members, remove=frozenset())

    def change_members(self, team: Team, *, add: frozenset[int], remove: frozenset[int]) -> None:
        """One PATCH for each member: the requests on record are too short for two."""
        for member in self.values(remove):
            self._patch(team, {"op": "remove", "path": f'members[value eq "{member["value"]}"]'})
        for member in self.values(add):
            self._patch(team, {"op": "add", "path": "members", "value": [member]})

    def rename_group(self, team: Team, name: str) -> None:
        """Send nothing: no rename was ever seen."""

    def delete_group(self, team: Team) -> None:
        """A plain DELETE."""
        self.endpoint.call("DELETE", f"/Groups/{self.endpoint.teams.pop(team.name)}")

    def _find(self, user_name: str) -> Json | None:
        query = quote_plus(f'userName eq "{user_name}"')
        return self.endpoint.find("/Users", f"{query}&")

    def put(self, person: Person, *, active: bool) -> None:
        """Read the user, then put the whole template."""
        path = self.person_path(person)
        self.endpoint.call("GET", path)
        self.endpoint.call("PUT", f"{path}?", _template(person, active=active))

    def _patch(self, team: Team, operation: Json) -> None:
        self.endpoint.call("PATCH", self.team_path(team.name), {"schemas": [PATCH], "Operations": [operation]})


def _template(person: Person, *, active: bool) -> Json:
    manager = {} if person.manager is None else {"manager": {"managerId": str(person.manager)}}
    return {
        "schemas": [_CORE, _ENTERPRISE],
        "id": None,
        "userName": person.user_name,
        "externalId": str(100_000_000 + person.number),
        "active": str(active).lower(),
        "displayName": person.display_name,
        "title": person.title,
        "name": {"givenName": person.given_name, "familyName": person.family_name},
        "emails": {"value": person.user_name, "type": "work"},
        _ENTERPRISE: {"department": person.department, **manager},
    }
