"""Setting the stage: two real apps, Seatkeeper with its own PostgreSQL, and an integration for each app."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import yaml

from lab.company import Company
from lab.processes import ROOT
from lab.scim2_server import scim2_server
from lab.seatkeeper import Seatkeeper
from lab.slapd import running_slapd
from lab.targets import LDAPTarget, SCIMTarget, Target
from lab.watching import Watch
from seatkeeper.idps.entra import Entra
from seatkeeper.idps.okta import Okta


@dataclass(frozen=True, slots=True)
class World:
    """One identity provider, one integration, one app."""

    idp_name: str
    company: Company
    target: Target
    scim_url: str
    scim_token: str


@dataclass(frozen=True, slots=True)
class Stage:
    """Everything that runs while the demo plays."""

    seatkeeper: Seatkeeper
    declarations: Path
    worlds: tuple[World, ...]
    watch: Watch


@contextmanager
def set_stage() -> Iterator[Stage]:
    """Start everything afresh, in a folder that goes when the demo ends."""
    (ROOT / ".cache").mkdir(exist_ok=True)
    with (
        TemporaryDirectory(prefix="demo-", dir=ROOT / ".cache", ignore_cleanup_errors=True) as name,
        scim2_server(Path(name)) as crm,
        running_slapd(Path(name, "slapd")) as directory,
    ):
        targets = (SCIMTarget(crm), LDAPTarget(directory))
        secrets = {name: value for target in targets for name, value in target.environment.items()}
        seatkeeper = Seatkeeper(Path(name), env=secrets)
        try:
            yield _open(seatkeeper, targets)
        finally:
            seatkeeper.close()


def _open(seatkeeper: Seatkeeper, targets: tuple[Target, Target]) -> Stage:
    seatkeeper.start_serve()
    crm, directory = targets
    path = seatkeeper.directory / "integrations.yaml"
    declared = [crm.declaration(leavers="delete"), directory.declaration(leavers="disable")]
    path.write_text(yaml.safe_dump({"integrations": declared}, sort_keys=False))
    seatkeeper.command("apply", "-f", str(path))
    watch = Watch(seatkeeper.embedded_url())
    return Stage(seatkeeper, path, tuple(_world(seatkeeper, target) for target in targets), watch)


def _world(seatkeeper: Seatkeeper, target: Target) -> World:
    seatkeeper.command("integration", "test", target.slug)
    seatkeeper.command("integration", "activate", target.slug)
    printed = seatkeeper.command("token", "create", target.slug, "--name", "demo", "--json").stdout
    token, url = json.loads(printed)["token"], f"{seatkeeper.url}/scim/v2/{target.slug}"
    if target.slug == "crm":
        return World("Okta", Company(Okta(url, token), leavers_vanish=True), target, url, token)
    return World("Entra ID", Company(Entra(url, token), leavers_vanish=False), target, url, token)
