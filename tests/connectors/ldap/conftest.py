"""One server for the tests of this package that leave each other alone, and one slapd apiece for the rest."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from lab.samba import Samba, running_samba
from lab.slapd import GROUPS, PASSWORD, PEOPLE, SERVICE_DN, Slapd, running_slapd
from seatkeeper.connectors.ldap.groups import SwitchingAndGrouping
from seatkeeper.connectors.ldap.sessions import connect
from seatkeeper.connectors.ldap.settings import LDAPSettings
from seatkeeper.spi.settings import validate_settings


def settings_for(directory: Slapd, **other: Any) -> LDAPSettings:
    """Make settings that reach the directory over StartTLS, with people, groups and disabling."""
    given = {
        "url": directory.url,
        "ca_file": str(directory.ca_file),
        "bind_dn": SERVICE_DN,
        "bind_password": PASSWORD,
        "people_base": PEOPLE,
        "groups_base": GROUPS,
        "disable_attribute": "pwdAccountLockedTime",
    }
    return validate_settings(LDAPSettings, {**given, **other})


@pytest.fixture(scope="session")
def shared_directory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Slapd]:
    with running_slapd(tmp_path_factory.mktemp("slapd")) as slapd:
        yield slapd


@pytest.fixture(scope="session")
def shared_domain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Samba]:
    with running_samba(tmp_path_factory.mktemp("samba")) as samba:
        yield samba


@pytest.fixture
def directory(tmp_path: Path) -> Iterator[Slapd]:
    with running_slapd(tmp_path / "slapd") as slapd:
        yield slapd


@pytest.fixture
async def session(directory: Slapd) -> AsyncIterator[SwitchingAndGrouping]:
    async with connect(settings_for(directory)) as session:
        assert isinstance(session, SwitchingAndGrouping)
        yield session
