"""JumpCloud with a custom SCIM app: a rehearsal when it is switched on, whole users by PUT, members by value.

Source: JumpCloud's page on custom SCIM identity management, captured requests (fixtures of Paul-E/scim-v2-rust,
Infisical#2138). The shape of its rename is our guess, and nothing is known of what it does about 429.
"""

from typing import ClassVar
from urllib.parse import quote

from seatkeeper.idps.endpoints import ENTERPRISE, GROUP, PATCH, USER, Json, Manners
from seatkeeper.idps.people import Person, Team
from seatkeeper.idps.providers import PuttingProvider

_REHEARSAL = "jumpcloud-test"


class JumpCloud(PuttingProvider):
    """An organisation with one custom SCIM app."""

    manners: ClassVar[Manners] = Manners(headers={"Content-Type": "application/scim+json"})
    pushes_empty_groups = False

    def test_connection(self) -> None:
        """*Test connection*: make, change and delete a user and a group."""
        somebody = Person(999_999, f"{_REHEARSAL}@example.com", "Test", "User", "", "")
        team = Team(_REHEARSAL, frozenset({somebody.number}))
        self.assign(somebody)
        self.change(somebody)
        self.push_group(team)
        self.delete_group(team)
        self.delete(somebody)

    def assign(self, person: Person) -> None:
        """Look the person up, then create."""
        found = self.endpoint.find("/Users", quote(f'userName eq "{person.user_name}"'))
        if found is None:
            found = self.endpoint.call("POST", "/Users", _new(person))
        self.remember(person, found)

    def push_group(self, team: Team) -> None:
        """Take over the group of that name or create it, then add the members; an empty one is not created."""
        if not team.members:
            return
        found = self.endpoint.find("/Groups", quote(f'displayName eq "{team.name}"'))
        if found is None:
            found = self.endpoint.call("POST", "/Groups", {"displayName": team.name, "schemas": [GROUP]})
        self.endpoint.teams[team.name] = found["id"]
        self.change_members(team, add=team.members, remove=frozenset())

    def change_members(self, team: Team, *, add: frozenset[int], remove: frozenset[int]) -> None:
        """A PATCH for those who leave and one for those who come."""
        for op, numbers in (("remove", remove), ("add", add)):
            if numbers:
                self._patch(team.name, {"op": op, "path": "members", "value": self.values(numbers)})

    def rename_group(self, team: Team, name: str) -> None:
        """Replace the display name."""
        self.endpoint.teams[name] = self.endpoint.teams.pop(team.name)
        self._patch(name, {"op": "replace", "path": "displayName", "value": name})

    def delete_group(self, team: Team) -> None:
        """A plain DELETE."""
        self.endpoint.call("DELETE", f"/Groups/{self.endpoint.teams.pop(team.name)}")

    def put(self, person: Person, *, active: bool) -> None:
        """Put the whole user."""
        body = _whole(person, self.endpoint.people[person.number], active=active)
        self.endpoint.call("PUT", self.person_path(person), body)

    def _patch(self, name: str, operation: Json) -> None:
        self.endpoint.call("PATCH", self.team_path(name), {"schemas": [PATCH], "Operations": [operation]})


def _shared(person: Person) -> Json:
    return {
        "displayName": person.display_name,
        "emails": [{"primary": True, "type": "work", "value": person.user_name}],
        "externalId": f"{person.number:024x}",
        "name": {"familyName": person.family_name, "givenName": person.given_name},
        "title": person.title,
        "userName": person.user_name,
        ENTERPRISE: {"department": person.department},
    }


def _new(person: Person) -> Json:
    return {
        "active": True,
        "addresses": [],
        "locale": "en-US",
        "phoneNumbers": [{"type": "work", "value": "tel:+1-555-555-5555"}],
        "preferredLanguage": "en",
        "schemas": [USER, ENTERPRISE],
        **_shared(person),
    }


def _whole(person: Person, user_id: str, *, active: bool) -> Json:
    return {
        "id": user_id,
        "active": active,
        "addresses": [],
        "phoneNumbers": [],
        "photos": [],
        "schemas": [ENTERPRISE, USER],
        **_shared(person),
    }
