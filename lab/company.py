"""The truth the demo and the journeys hold the apps against: who works here, in which teams, and who left."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from lab.idps.client import IdentityProvider
from lab.people import Person, Team


@dataclass(frozen=True, slots=True)
class AppPerson:
    """An account as its app shows it to an onlooker."""

    user_name: str
    given_name: str
    family_name: str
    title: str
    active: bool


@dataclass(frozen=True, slots=True)
class AppState:
    """Everything an app holds, read by means of its own: accounts and groups by name."""

    people: Mapping[str, AppPerson]
    groups: Mapping[str, frozenset[str]]


@dataclass(slots=True)
class Company:
    """Carries every change to one identity provider and remembers what an app must hold in the end.

    ``leavers_vanish`` says whether a leaver's account is deleted (leaver policy *delete*) or disabled.
    """

    idp: IdentityProvider
    leavers_vanish: bool
    people: dict[int, Person] = field(default_factory=dict)
    teams: dict[str, Team] = field(default_factory=dict)
    left: set[int] = field(default_factory=set)

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
        self.idp.change_members(self.teams[into], add=one, remove=frozenset())
        self.teams[out_of] = Team(out_of, self.teams[out_of].members - one)
        self.teams[into] = Team(into, self.teams[into].members | one)

    def rename_team(self, old: str, new: str) -> None:
        """Give a team another name."""
        self.idp.rename_group(self.teams[old], new)
        self.teams[new] = Team(new, self.teams.pop(old).members)

    def deactivate(self, number: int) -> None:
        """Let somebody go; the account in the IdP stays, switched off."""
        self.idp.deactivate(self.people[number])
        self.left.add(number)

    def delete(self, number: int) -> None:
        """Let somebody go for good: out of the IdP, and out of every team."""
        self.idp.delete(self.people[number])
        self.left.add(number)
        one = frozenset({number})
        self.teams = {name: Team(name, team.members - one) for name, team in self.teams.items()}

    def rehire(self, number: int) -> None:
        """Take somebody back who was deactivated."""
        self.idp.reactivate(self.people[number])
        self.left.discard(number)

    def expected(self) -> AppState:
        """Say what the app must hold once every job is done."""
        staying = {
            number: person
            for number, person in self.people.items()
            if not (self.leavers_vanish and number in self.left)
        }
        return AppState(
            people={p.user_name: self._account(p) for p in staying.values()},
            groups={
                team.name: frozenset(staying[number].user_name for number in team.members if number in staying)
                for team in self.teams.values()
            },
        )

    def _account(self, person: Person) -> AppPerson:
        return AppPerson(
            user_name=person.user_name,
            given_name=person.given_name,
            family_name=person.family_name,
            title=person.title,
            active=person.number not in self.left,
        )


def differences(expected: AppState, found: AppState) -> list[str]:
    """Name everything in which an app is not as it must be; empty means it holds exactly that."""
    return [
        *_compare("account", expected.people, found.people),
        *_compare("group", expected.groups, found.groups),
    ]


def _compare(kind: str, expected: Mapping[str, object], found: Mapping[str, object]) -> list[str]:
    missing = [f"{kind} {name} is missing" for name in expected.keys() - found.keys()]
    extra = [f"{kind} {name} should not be there" for name in found.keys() - expected.keys()]
    wrong = [
        f"{kind} {name} is {found[name]} and should be {expected[name]}"
        for name in expected.keys() & found.keys()
        if expected[name] != found[name]
    ]
    return sorted([*missing, *extra, *wrong])
