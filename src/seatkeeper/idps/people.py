"""Made-up people and teams, the same ones for the same number."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

_GIVEN = (
    "Ada Björn Chloé Dmitri Ewa Farid Grace Hiroshi Inês João Katrin Liam Maeve Nikhil Olga Pablo Quỳnh Rosa Søren"
    " Tomás Ursula Viktor Wanjiru Ximena Yusuf Zoë"
).split()
_FAMILY = (
    "Lovelace O'Brien Nuñez Petrov Kowalska Haddad Hopper Tanaka da-Silva Müller Byrne Kelly Rao Ivanova García"
    " Trần Jensen Weber Kamau Morales Demir Van-Dijk Ōe Smith Žižek"
).split()
_TITLES = ("Engineer", "Analyst", "Designer", "Support Specialist", "Account Manager")
_DEPARTMENTS = ("Engineering", "Finance", "Design", "Support", "Sales")


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody in the company's directory. ``number`` never changes; everything else may."""

    number: int
    user_name: str
    given_name: str
    family_name: str
    title: str
    department: str
    manager: int | None = None

    @property
    def display_name(self) -> str:
        """The name as colleagues read it."""
        return f"{self.given_name} {self.family_name}"

    def married(self, family_name: str) -> "Person":
        """Take another family name, which changes the user name too."""
        return replace(
            self, family_name=family_name, user_name=_user_name(self.number, self.given_name, family_name)
        )

    def promoted(self, title: str, manager: int | None) -> "Person":
        """Take another title, and somebody else to report to."""
        return replace(self, title=title, manager=manager)


@dataclass(frozen=True, slots=True)
class Team:
    """A group of people, by their numbers."""

    name: str
    members: frozenset[int]


def person(number: int) -> Person:
    """Make the person of that number."""
    given, family = _GIVEN[number % len(_GIVEN)], _FAMILY[(number * 7) % len(_FAMILY)]
    return Person(
        number=number,
        user_name=_user_name(number, given, family),
        given_name=given,
        family_name=family,
        title=_TITLES[number % len(_TITLES)],
        department=_DEPARTMENTS[number % len(_DEPARTMENTS)],
    )


def people(count: int, start: int = 0) -> Sequence[Person]:
    """Make that many people, each with a user name of their own."""
    return [person(number) for number in range(start, start + count)]


def teams(members: Sequence[Person], names: Sequence[str]) -> Sequence[Team]:
    """Deal the people out to teams; everybody of the first third is in the first two."""
    shares = {name: {member.number for member in members[index :: len(names)]} for index, name in enumerate(names)}
    if len(names) > 1:
        shares[names[1]] |= {member.number for member in members[: len(members) // 3]}
    return [Team(name, frozenset(numbers)) for name, numbers in shares.items()]


def _user_name(number: int, given: str, family: str) -> str:
    plain = "".join(letter for letter in f"{given}.{family}".lower() if letter.isascii() and letter not in "' ")
    return f"{plain}.{number}@example.com"
