"""What an admin does in an identity provider, as the calls it causes: the contract every dialect fulfils."""

import time
from abc import ABC, abstractmethod
from typing import ClassVar

from seatkeeper.idps.endpoints import Endpoint, Json, Manners, Sleep
from seatkeeper.idps.people import Person, Team


class IdentityProvider(ABC):
    """A tenant with one app. Every call raises ``RefusedError`` when the server refuses for good."""

    manners: ClassVar[Manners]
    retries_failed: ClassVar[bool] = False
    """What failed is sent again in the next cycle; otherwise it waits for the admin."""
    deletes_users: ClassVar[bool] = True
    renames_groups: ClassVar[bool] = True
    pushes_empty_groups: ClassVar[bool] = True

    def __init__(self, base_url: str, token: str, sleep: Sleep = time.sleep) -> None:
        self.endpoint = Endpoint(base_url, token, self.manners, sleep)
        self.known: dict[int, Person] = {}
        """Everybody as they were last sent."""

    @abstractmethod
    def test_connection(self) -> None:
        """Do what the console does when the connection is tested or switched on."""

    def begin_cycle(self) -> None:  # noqa: B027 - nothing to do is the rule
        """Do what comes before a round of changes; most do nothing."""

    def purge(self) -> None:  # noqa: B027 - nothing to do is the rule
        """Let the time pass after which deleted people are deleted for good; most have done so at once."""

    @abstractmethod
    def assign(self, person: Person) -> None:
        """Assign a person to the app."""

    @abstractmethod
    def change(self, person: Person) -> None:
        """Send what changed about a person."""

    @abstractmethod
    def deactivate(self, person: Person) -> None:
        """Unassign, suspend or soft-delete a person."""

    @abstractmethod
    def reactivate(self, person: Person) -> None:
        """Assign a person again."""

    @abstractmethod
    def delete(self, person: Person) -> None:
        """Delete a person in the identity provider."""

    @abstractmethod
    def push_group(self, team: Team) -> None:
        """Push a group with its members."""

    @abstractmethod
    def change_members(self, team: Team, *, add: frozenset[int], remove: frozenset[int]) -> None:
        """Send what changed about a group's members; ``team`` is as it was before."""

    @abstractmethod
    def rename_group(self, team: Team, name: str) -> None:
        """Send a group's new name."""

    @abstractmethod
    def delete_group(self, team: Team) -> None:
        """Delete a group."""

    def remember(self, person: Person, resource: Json) -> None:
        """Keep the id the server gave to a person, and what was sent."""
        self.endpoint.people[person.number] = resource["id"]
        self.known[person.number] = person

    def person_path(self, person: Person) -> str:
        """Say where a person is at the server."""
        return f"/Users/{self.endpoint.people[person.number]}"

    def team_path(self, name: str) -> str:
        """Say where a team is at the server."""
        return f"/Groups/{self.endpoint.teams[name]}"

    def values(self, numbers: frozenset[int]) -> list[Json]:
        """Refer to people as members, by their ids alone, in the order of their numbers."""
        return [{"value": self.endpoint.people[number]} for number in sorted(numbers)]


class PuttingProvider(IdentityProvider):
    """A tenant that sends the whole user whatever changed, and deletes with a plain DELETE."""

    @abstractmethod
    def put(self, person: Person, *, active: bool) -> None:
        """Send the whole user."""

    def change(self, person: Person) -> None:
        """Put the whole user."""
        self.put(person, active=True)
        self.known[person.number] = person

    def deactivate(self, person: Person) -> None:
        """Put the whole user, not active."""
        self.put(person, active=False)

    def reactivate(self, person: Person) -> None:
        """Put the whole user, active."""
        self.put(person, active=True)

    def delete(self, person: Person) -> None:
        """A plain DELETE."""
        self.endpoint.call("DELETE", f"/Users/{self.endpoint.people.pop(person.number)}")
