"""The story: what happens in the company, scene by scene, told to every identity provider."""

from collections.abc import Callable
from dataclasses import dataclass

from lab.company import Company
from seatkeeper.idps.people import people, teams

HEADCOUNT = 25
TEAMS = ("Engineering", "On call", "Sales")


@dataclass(frozen=True, slots=True)
class Scene:
    """One thing that happens; ``play`` makes an identity provider send it."""

    title: str
    play: Callable[[Company], None]


def _assign(company: Company) -> None:
    company.idp.test_connection()
    company.hire(people(HEADCOUNT))


def _push_groups(company: Company) -> None:
    company.form(teams(people(HEADCOUNT), TEAMS))


def _marry(company: Company) -> None:
    company.change(company.people[3].married("Bernoulli"))


def _move(company: Company) -> None:
    number = min(company.teams["Engineering"].members - company.teams["Sales"].members)
    company.move(number, out_of="Engineering", into="Sales")


def _deactivate(company: Company) -> None:
    company.deactivate(7)


def _delete(company: Company) -> None:
    company.delete(11)


def _purge(company: Company) -> None:
    company.purge()


SCENES = (
    Scene(f"{HEADCOUNT} people are assigned", _assign),
    Scene(f"{len(TEAMS)} groups are pushed", _push_groups),
    Scene("somebody takes a new name", _marry),
    Scene("somebody moves to another group", _move),
    Scene("somebody is deactivated", _deactivate),
    Scene("somebody is deleted", _delete),
    Scene("thirty days pass", _purge),
)
