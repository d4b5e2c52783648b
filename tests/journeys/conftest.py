"""Journeys run against real applications, with Seatkeeper's own processes, once for each pair of IdP and app."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from lab.scim2_server import SCIM2Server, scim2_server
from lab.slapd import Slapd, running_slapd
from lab.targets import LDAPTarget, SCIMTarget, Target
from tests.journeys.worlds import World, running_world


@pytest.fixture(scope="session")
def scim_app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SCIM2Server]:
    with scim2_server(tmp_path_factory.mktemp("scim2-server")) as server:
        yield server


@pytest.fixture
def directory(tmp_path: Path) -> Iterator[Slapd]:
    with running_slapd(tmp_path / "slapd") as slapd:
        yield slapd


@pytest.fixture(params=["okta to scim", "entra to ldap"])
def target(request: pytest.FixtureRequest) -> Target:
    if request.param == "okta to scim":
        return SCIMTarget(request.getfixturevalue("scim_app"), tenant=f"tenant-{id(request)}")
    return LDAPTarget(request.getfixturevalue("directory"))


@pytest.fixture
def world(tmp_path: Path, database_url: str, target: Target) -> Iterator[World]:
    with running_world(tmp_path, database_url, target) as world:
        yield world
