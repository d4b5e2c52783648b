"""A company: who works there, in which teams, who left, and the identity provider that is told of every change."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from seatkeeper.idps.directories import Directory
from seatkeeper.idps.people import Person, Team
from seatkeeper.idps.providers import IdentityProvider


@dataclass(slots=True)
class Company:
    """Carries every change to one identity provider, and remembers it once that succeeded."""

    idp: IdentityProvider
    people: dict[int, Person] = field(default_factory=dict)
    teams: dict[str, Team] = field(default_factory=dict)
    left: set[int] = field(default_factory=set)
    """Everybody who was deactivated or deleted and did not come back."""
    deleted: set[int] = field(default_factory=set)
    """Of whom the server is told that they are gone."""

    def hire(self, people: Sequence[Person]) -> None:
        """Assign people to the app."""
        for person in people:
            self.idp.assign(person)
            self.people[person.number] = person

    def form(self, teams: Sequence[Team]) -> None:
        """Push teams as groups."""
        for team in teams:
            self.idp.push_group(team)
            self.teams[team.name] = team

    def change(self, person: Person) -> None:
        """Change a person's attributes."""
        self.idp.change(person)
        self.people[person.number] = person

    def move(self, number: int, *, out_of: str, into: str) -> None:
        """Move somebody from one team to another."""
        one = frozenset({number})
        self.idp.change_members(self.teams[out_of], add=frozenset(), remove=one)
        self.teams[out_of] = Team(out_of, self.teams[out_of].members - one)
        self.idp.change_members(self.teams[into], add=one, remove=frozenset())
        self.teams[into] = Team(into, self.teams[into].members | one)

    def rename_team(self, old: str, new: str) -> None:
        """Give a team another name, where the identity provider can tell of that."""
        if self.idp.renames_groups:
            self.idp.rename_group(self.teams[old], new)
            self.teams[new] = Team(new, self.teams.pop(old).members)

    def dissolve(self, name: str) -> None:
        """Delete a team."""
        self.idp.delete_group(self.teams[name])
        del self.teams[name]

    def deactivate(self, number: int) -> None:
        """Let somebody go; the account in the IdP stays, switched off."""
        self.idp.deactivate(self.people[number])
        self.left.add(number)

    def delete(self, number: int) -> None:
        """Let somebody go for good; ``purge`` completes it.

        They leave every team where the server is told that they are gone; Okta only deactivates.
        """
        self.idp.delete(self.people[number])
        self.left.add(number)
        if self.idp.deletes_users:
            self.deleted.add(number)
            one = frozenset({number})
            self.teams = {name: Team(name, team.members - one) for name, team in self.teams.items()}

    def purge(self) -> None:
        """Let the thirty days pass after which an identity provider may forget who was deleted."""
        self.idp.purge()

    def rehire(self, number: int) -> None:
        """Take somebody back who was deactivated."""
        self.idp.reactivate(self.people[number])
        self.left.discard(number)

    def expected_directory(self) -> Directory:
        """Say which users and groups the identity provider has made, once nobody waits to be purged."""
        there = {number: person for number, person in self.people.items() if number not in self.deleted}
        return Directory(
            users={person.user_name: number not in self.left for number, person in there.items()},
            groups={
                team.name: frozenset(there[number].user_name for number in team.members if number in there)
                for team in self.teams.values()
                if team.members or self.idp.pushes_empty_groups
            },
        )
