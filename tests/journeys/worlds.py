"""One identity provider, one integration and one real app, with Seatkeeper's processes between them."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from lab.company import Company, differences
from lab.seatkeeper import QUICK, Seatkeeper
from lab.targets import SCIMTarget, Target
from lab.watching import Watch
from seatkeeper.idps.entra import Entra
from seatkeeper.idps.okta import Okta


@dataclass(slots=True)
class World:
    """A journey's whole world. Settings of the integration may be laid over those of the target."""

    folder: Path
    seatkeeper: Seatkeeper
    target: Target
    watch: Watch
    company: Company | None = None

    def connect(self, *, leavers: str = "disable", **overrides: Mapping[str, Any]) -> Company:
        """Declare the integration, make it live, and hand its endpoint to the identity provider."""
        url, token = self.open_endpoint(leavers=leavers, **overrides)
        idp = Okta(url, token) if isinstance(self.target, SCIMTarget) else Entra(url, token)
        self.company = Company(idp, leavers_vanish=leavers == "delete")
        return self.company

    def open_endpoint(self, *, leavers: str = "disable", **overrides: Mapping[str, Any]) -> tuple[str, str]:
        """Declare the integration and make it live; give the URL of its endpoint and a token for it."""
        self.apply(leavers=leavers, **overrides)
        self.seatkeeper.command("integration", "activate", self.target.slug)
        printed = self.seatkeeper.command("token", "create", self.target.slug, "--name", "test", "--json").stdout
        return f"{self.seatkeeper.url}/scim/v2/{self.target.slug}", json.loads(printed)["token"]

    def close(self) -> None:
        """End the processes and every connection."""
        if self.company is not None:
            self.company.idp.endpoint.close()
        self.seatkeeper.close()
        self.watch.close()

    def apply(self, *, leavers: str = "disable", **overrides: Mapping[str, Any]) -> None:
        """Declare the integration as code; ``overrides`` go into settings, policy or mapping."""
        declaration = self.target.declaration(leavers=leavers)
        for part, values in overrides.items():
            declaration[part] = {**declaration.get(part, {}), **values}
        path = self.folder / "integration.yaml"
        path.write_text(yaml.safe_dump({"integrations": [declaration]}))
        self.seatkeeper.command("apply", "-f", str(path))

    def settle(self, patience: float = 60.0) -> None:
        """Wait until no job is left to do, then hold the app against what it must be."""
        assert self.company is not None
        self.watch.wait_until_done(self.target.slug, patience)
        assert self.watch.problems(self.target.slug) == []
        assert differences(self.company.expected(), self.target.read()) == []

    def activity(self) -> list[dict[str, Any]]:
        """Read Activity as a person's command shows it, oldest first."""
        printed = self.seatkeeper.command("activity", "--integration", self.target.slug, "--json").stdout
        return list(reversed(json.loads(printed)))

    def task(self) -> dict[str, Any]:
        """Read the one open task."""
        [task] = json.loads(self.seatkeeper.command("task", "list", "--json").stdout)
        return dict(task)


@contextmanager
def running_world(folder: Path, database_url: str, target: Target, *, workers: int = 1) -> Iterator[World]:
    """Start Seatkeeper before a target and stop everything in the end."""
    seatkeeper = Seatkeeper(folder / "seatkeeper", database_url, env={**target.environment, **QUICK})
    world = World(folder, seatkeeper, target, Watch(database_url))
    try:
        seatkeeper.start(workers)
        yield world
    finally:
        world.close()
