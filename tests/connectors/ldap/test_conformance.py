"""The connector keeps every promise of the SPI with a real directory."""

import pytest

from lab.processes import free_port
from lab.slapd import Slapd
from seatkeeper.connectors.ldap import connector
from seatkeeper.core.values import Attributes
from seatkeeper.spi.testing import Check, Harness, each_check, run_check
from tests.connectors.ldap.conftest import settings_for
from tests.connectors.ldap.witnesses import SlapdWitness

pytestmark = [pytest.mark.live, pytest.mark.xdist_group("slapd")]

SMALL = {"page_size": 3, "batch_size": 2}


def person(stem: str) -> Attributes:
    """Make somebody with a name that means something to every syntax LDAP has."""
    return {
        "uid": f"{stem}+o'brien@example.org",
        "cn": f"Zoë {stem}, O'Brien #1 (née *)",
        "sn": f'O\'Brien "{stem}"',
        "givenName": f"Zoë {stem}",
        "displayName": f"Žižek; {stem}=<ada>\\",
        "mail": f"{stem}@example.org",
        "title": f"Analyst {stem}",
        "employeeNumber": stem,
        "description": (f"first {stem}", "second"),
    }


CHANGES: Attributes = {
    "cn": " Ōe ",
    "sn": "Ō'e",
    "mail": "new.address@example.org",
    "title": "Head of Analysis",
    "description": ("second", "third"),
    "telephoneNumber": "+81 3 1234 5678",
}


def harness(directory: Slapd, **other: object) -> Harness:
    """Put the suite's harness together."""
    return Harness(
        connector=connector,
        settings=settings_for(directory, **SMALL, **other),
        wrong_credentials=settings_for(directory, bind_password="wrong"),
        away=settings_for(directory, url=f"ldap://127.0.0.1:{free_port()}"),
        witness=SlapdWitness(directory),
        person=person,
        changes=CHANGES,
        emptied="title",
    )


@each_check()
async def test_openldap_over_starttls(check: Check, shared_directory: Slapd) -> None:
    await run_check(check, harness(shared_directory))


@each_check()
async def test_openldap_over_ldaps_without_groups_and_disabling(check: Check, shared_directory: Slapd) -> None:
    other = {"url": shared_directory.tls_url, "groups_base": None, "disable_attribute": None}
    await run_check(check, harness(shared_directory, **other))
