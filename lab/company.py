"""The truth the demo and the journeys hold the apps against: who works here, in which teams, and who left."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from seatkeeper.idps import companies
from seatkeeper.idps.people import Person


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
class Company(companies.Company):
    """A company that also knows what becomes of it in an app.

    ``leavers_vanish`` says whether a leaver's account is deleted (leaver policy *delete*) or disabled.
    """

    leavers_vanish: bool = field(kw_only=True)

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
