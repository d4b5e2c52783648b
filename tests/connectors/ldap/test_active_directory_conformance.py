"""The connector keeps every promise of the SPI with a real domain controller."""

import pytest

from lab.samba import Samba
from seatkeeper.connectors.ldap import active_directory
from seatkeeper.core.values import Attributes
from seatkeeper.spi.testing import Check, Harness, each_check, run_check
from tests.connectors.ldap.domains import DomainWitness, settings_for

pytestmark = [pytest.mark.live, pytest.mark.xdist_group("samba")]

SMALL = {"page_size": 3, "batch_size": 2}


def person(stem: str) -> Attributes:
    """Make somebody whose name means something to DNs and filters."""
    return {
        "sAMAccountName": f"{stem}-o'b",
        "userPrincipalName": f"{stem}+o'brien@ad.example.org",
        "displayName": f"Žižek, {stem}; =<ada>\\ #1",
        "givenName": f"Zoë {stem}",
        "sn": f'O\'Brien "{stem}"',
        "mail": f"{stem}@example.org",
        "title": f"Analyst {stem} (*)",
        "employeeID": stem,
        "organizationalUnit": "Sales",
    }


CHANGES: Attributes = {
    "displayName": "Ōe, Zoë",
    "sn": " Ō'e ",
    "mail": "new.address@example.org",
    "title": "Head of Analysis",
    "telephoneNumber": "+81 3 1234 5678",
    "organizationalUnit": None,
}


def harness(domain: Samba) -> Harness:
    """Put the suite's harness together."""
    return Harness(
        connector=active_directory,
        settings=settings_for(domain, **SMALL),
        wrong_credentials=settings_for(domain, bind_password="wrong"),
        away=settings_for(domain, url="ldaps://127.0.0.1:1"),
        witness=DomainWitness(domain),
        person=person,
        changes=CHANGES,
        emptied="title",
    )


@each_check()
async def test_a_domain_over_starttls(check: Check, shared_domain: Samba) -> None:
    await run_check(check, harness(shared_domain))
