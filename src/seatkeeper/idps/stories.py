"""What happens in a company, scene by scene, and an identity provider that is told of it round by round."""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TypeAlias

from seatkeeper.idps.companies import Company
from seatkeeper.idps.endpoints import RefusedError, Sent
from seatkeeper.idps.people import Team, people, teams

_TEAM_NAMES = ("Engineering", "On call", "Sales")


@dataclass(frozen=True, slots=True)
class Act:
    """One thing that happens to one person or team."""

    title: str
    run: Callable[[Company], None]


@dataclass(frozen=True, slots=True)
class Scene:
    """What happens between two rounds of the identity provider."""

    title: str
    acts: tuple[Act, ...]


Plot: TypeAlias = Callable[[int, int], Sequence[Scene]]


@dataclass(slots=True)
class Telling:
    """How far a story has come. ``failed`` are acts that are still to be told, with the server's last answer."""

    scene: str = ""
    done: int = 0
    requests: Counter[str] = field(default_factory=Counter)
    """By method and status, such as ``POST 201``."""
    failed: list[tuple[Act, str]] = field(default_factory=list)
    seconds: float = 0.0

    def note(self, sent: Sent) -> None:
        """Count a request."""
        self.requests[f"{sent.method} {sent.status or 'unanswered'}"] += 1


def team_names(count: int) -> list[str]:
    """Name that many teams."""
    return [*_TEAM_NAMES, *(f"Team {number}" for number in range(len(_TEAM_NAMES) + 1, count + 1))][:count]


def joiners(headcount: int, groups: int) -> Sequence[Scene]:
    """Everybody is assigned, and the groups are pushed."""
    everybody = people(headcount)
    return (
        Scene(
            f"{headcount} people are assigned",
            tuple(Act(f"assign {one.user_name}", partial(Company.hire, people=[one])) for one in everybody),
        ),
        Scene(
            f"{groups} groups are pushed",
            tuple(
                Act(f"push {team.name}", partial(_form_of_those_here, name=team.name, numbers=team.members))
                for team in teams(everybody, team_names(groups))
            ),
        ),
    )


def movers(headcount: int, groups: int) -> Sequence[Scene]:
    """One in ten takes a new name, as many get a new title and manager, some change teams, a team is renamed."""
    married, promoted = _some(headcount, 0), _some(headcount, 1)
    names = team_names(groups)
    scenes = [
        Scene("some take a new name", tuple(_about(number, "rename", _marry) for number in married)),
        Scene("some are promoted", tuple(_about(number, "promote", _promote) for number in promoted)),
    ]
    if len(names) > 1:
        mover = partial(_move, out_of=names[0], into=names[-1])
        scenes.append(Scene("somebody moves to another group", (Act("move somebody", mover),)))
        renaming = partial(_rename, old=names[1], new=f"{names[1]} (new)")
        scenes.append(Scene("a group is renamed", (Act(f"rename {names[1]}", renaming),)))
    return scenes


def leavers(headcount: int, groups: int) -> Sequence[Scene]:
    """One in ten is deactivated, one of them comes back, some are deleted, and later for good; a group goes."""
    going, deleted = _some(headcount, 2), _some(headcount, 3)
    scenes = [
        Scene("some are deactivated", tuple(_about(number, "deactivate", Company.deactivate) for number in going)),
        Scene("somebody comes back", tuple(_about(number, "reactivate", Company.rehire) for number in going[:1])),
        Scene("some are deleted", tuple(_about(number, "delete", Company.delete) for number in deleted)),
    ]
    scenes.append(Scene("thirty days pass", (Act("delete for good", Company.purge),)))
    if groups > 1:
        name = team_names(groups)[0]
        scenes.append(Scene("a group is deleted", (Act(f"delete {name}", partial(_dissolve, name=name)),)))
    return scenes


PLOTS: Mapping[str, Plot] = {"joiners": joiners, "movers": movers, "leavers": leavers}
"""In the order they are told in: each builds on those before."""


def tell(company: Company, scenes: Iterable[Scene], looking_on: Callable[[Telling], None]) -> Telling:
    """Play scenes, each as a round of its own. Whoever looks on is told after every act.

    What the server refuses is told again in the next round where the identity provider does so.
    """
    telling, started = Telling(), time.perf_counter()
    company.idp.endpoint.on_sent = telling.note
    for scene in (*scenes, *_LAST_ROUNDS):
        telling.scene = scene.title
        _play(company, scene, telling, looking_on)
        telling.seconds = time.perf_counter() - started
    return telling


def _play(company: Company, scene: Scene, telling: Telling, looking_on: Callable[[Telling], None]) -> None:
    retried: list[Act] = []
    if company.idp.retries_failed:
        retried = [act for act, _ in telling.failed]
        telling.failed.clear()
    if not (retried or scene.acts):
        return
    for act in (_BEGINNING, *retried, *scene.acts):
        try:
            act.run(company)
        except RefusedError as error:
            telling.failed.append((act, str(error)))
        telling.done += act is not _BEGINNING
        looking_on(telling)


_BEGINNING = Act("begin a round", lambda company: company.idp.begin_cycle())
_LAST_ROUNDS = (Scene("what failed is tried again", ()),) * 3


def _about(number: int, verb: str, change: Callable[[Company, int], None]) -> Act:
    def run(company: Company) -> None:
        if number in company.people:
            change(company, number)

    return Act(f"{verb} person {number}", run)


def _some(headcount: int, share: int) -> list[int]:
    """Choose one in ten, and at least one, by a remainder of their own so that nobody is in two shares."""
    chosen = [number for number in range(headcount) if number % 10 == share * 2 + 3]
    return chosen or [share % headcount] if headcount else []


def _marry(company: Company, number: int) -> None:
    company.change(company.people[number].married("Bernoulli"))


def _promote(company: Company, number: int) -> None:
    company.change(company.people[number].promoted("Team Lead", manager=min(company.people)))


def _rename(company: Company, old: str, new: str) -> None:
    if old in company.teams:
        company.rename_team(old, new)


def _dissolve(company: Company, name: str) -> None:
    if name in company.teams:
        company.dissolve(name)


def _move(company: Company, out_of: str, into: str) -> None:
    if not {out_of, into} <= company.teams.keys():
        return
    leaving = company.teams[out_of].members - company.teams[into].members - company.left
    if leaving:
        company.move(min(leaving), out_of=out_of, into=into)


def _form_of_those_here(company: Company, name: str, numbers: frozenset[int]) -> None:
    company.form([Team(name, numbers & company.people.keys())])
