"""A joiner, a mover, a leaver and a rehire, told over SCIM and read from the app by its own means."""

from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from lab.seatkeeper import Seatkeeper
from lab.watching import Watch
from seatkeeper.idps.companies import Company
from seatkeeper.idps.okta import Okta
from seatkeeper.idps.people import Person, people, teams
from seatkeeper.spi.settings import secret_names
from tests.apps.proofs import connector_of, hold_against_proof

Shown = Mapping[str, Any]
"""What an onlooker sees of one account, in words of the test's choice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Career:
    """One app, how Seatkeeper reaches it, and what an onlooker should see there."""

    app: str
    version: str
    settings: Mapping[str, Any]
    """With the secrets in the clear."""
    login: Callable[[Person], str]
    expected: Callable[[Person, bool], Shown]
    """What the app shows of somebody who may sign in, or not."""
    seen: Callable[[], Mapping[str, Shown]]
    """Read every account that is not the app's own, by its login."""
    members: Callable[[], Mapping[str, frozenset[str]]] | None = None
    """Read the logins in every group, where Seatkeeper mirrors groups there."""
    leavers: str = "disable"
    renames: bool = True
    unproven: bool = False
    """Jobs may end as *done, unverified*."""
    overrides: Mapping[str, Any] = field(default_factory=dict)
    """Laid over the parts of the declaration: ``policy``, ``mapping``."""


def live_through(career: Career, house: Seatkeeper, folder: Path) -> None:
    """Tell the story and hold the app against it after each turn; then hold its abilities against the proof."""
    url, token = _connect(career, house, folder)
    okta = Okta(url, token)
    with closing(Watch(house.env["DATABASE_URL"])) as watch, closing(okta.endpoint):
        story = _Story(career, Company(okta), watch)
        story.joiners()
        story.movers()
        story.leavers()
        story.rehires()
    hold_against_proof(career.app, career.version, career.settings)


@dataclass(frozen=True, slots=True)
class _Story:
    career: Career
    company: Company
    watch: Watch

    def joiners(self) -> None:
        self.company.hire(people(3))
        if self.career.members is not None:
            self.company.form(teams(people(3), ["Engineering", "Sales"]))
        self._settle("joiners")

    def movers(self) -> None:
        mover = self.company.people[2]
        self.company.change(mover.married("Noether") if self.career.renames else mover.promoted("Head", None))
        if self.career.members is not None:
            self.company.move(2, out_of="Engineering", into="Sales")
        self._settle("movers")

    def leavers(self) -> None:
        self.company.deactivate(1)
        self._settle("leavers")

    def rehires(self) -> None:
        self.company.rehire(1)
        self._settle("rehires")

    def _settle(self, turn: str) -> None:
        self.watch.wait_until_done(self.career.app, 120.0)
        problems = self.watch.problems(self.career.app)
        in_trouble = [each for each in problems if not (self.career.unproven and each[1] == "None")]
        assert (turn, in_trouble) == (turn, [])
        assert self.career.seen() == self._expected(), turn
        if self.career.members is not None:
            mine = {name: who for name, who in self.career.members().items() if name in self.company.teams}
            assert mine == self._expected_members(), turn

    def _expected(self) -> Mapping[str, Shown]:
        there = {
            person: number not in self.company.left
            for number, person in self.company.people.items()
            if not (number in self.company.left and self.career.leavers == "delete")
        }
        return {
            self.career.login(person): self.career.expected(person, active) for person, active in there.items()
        }

    def _expected_members(self) -> Mapping[str, frozenset[str]]:
        gone = self.company.left if self.career.leavers == "delete" else frozenset[int]()
        return {
            name: frozenset(self.career.login(self.company.people[each]) for each in team.members - gone)
            for name, team in self.company.teams.items()
        }


def _connect(career: Career, house: Seatkeeper, folder: Path) -> tuple[str, str]:
    path = folder / "integration.yaml"
    path.write_text(yaml.safe_dump({"integrations": [_declaration(career, folder)]}))
    house.command("apply", "-f", str(path))
    house.command("integration", "activate", career.app)
    token = house.command("token", "create", career.app, "--name", "test", "--json").stdout
    return f"{house.url}/scim/v2/{career.app}", yaml.safe_load(token)["token"]


def _declaration(career: Career, folder: Path) -> dict[str, Any]:
    secrets = secret_names(connector_of(career.app).settings)
    settings = dict(career.settings)
    for name in secrets & settings.keys():
        (folder / f"{name}.secret").write_text(str(settings[name]))
        settings[name] = {"file": str(folder / f"{name}.secret")}
    declared: dict[str, Any] = {
        "slug": career.app,
        "name": career.app,
        "connector": career.app,
        "settings": settings,
        "policy": {"leavers": career.leavers, "push_groups": career.members is not None},
    }
    for part, values in career.overrides.items():
        declared[part] = {**declared.get(part, {}), **values}
    return declared
