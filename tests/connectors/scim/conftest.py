"""One process of each SCIM application for the whole run, and a world of its own for each test where it can."""

import uuid
from collections.abc import Iterator

import pytest

from lab.canaille import Canaille, canaille
from lab.jackson import Directory, Jackson, jackson
from lab.processes import free_port
from lab.scim2_server import SCIM2Server, scim2_server
from seatkeeper.connectors.scim import connector
from seatkeeper.connectors.scim.settings import SCIMSettings
from seatkeeper.core.entitlements import Entitlement
from seatkeeper.core.values import Attributes
from seatkeeper.spi.settings import validate_settings
from seatkeeper.spi.testing import Harness, Witness
from tests.connectors.scim.witnesses import ENTERPRISE, CanailleWitness, JacksonWitness, SCIM2ServerWitness

SMALL = {"page_size": 3, "batch_size": 2}


def person(stem: str) -> Attributes:
    """Make somebody whom all three applications take."""
    return {
        "userName": f"{stem}@example.org",
        "externalId": f"hr-{stem}",
        "name.givenName": f"Zoë {stem}",
        "name.familyName": f'O\'Brien "{stem}"',
        "name.formatted": f"Zoë O'Brien {stem}",
        "title": f"Analyst {stem}",
        "emails": f"{stem}@example.org",
        f"{ENTERPRISE}:department": f"Finance {stem}",
    }


CHANGES: Attributes = {
    "name.familyName": "Ō'e",
    "title": "Head of Analysis",
    "emails": "new.address@example.org",
    f"{ENTERPRISE}:department": "Design",
}


def harness(base_url: str, token: str, witness: Witness, **settings: object) -> Harness:
    """Put the suite's harness together."""
    given = {"base_url": base_url, "token": token, **SMALL, **settings}
    return Harness(
        connector=connector,
        settings=validate_settings(SCIMSettings, given),
        wrong_credentials=validate_settings(SCIMSettings, {**given, "token": "wrong"}),
        away=validate_settings(SCIMSettings, {**given, "base_url": f"http://127.0.0.1:{free_port()}/scim/v2"}),
        witness=witness,
        person=person,
        changes=CHANGES,
        emptied="title",
        entitlements=(Entitlement("role", "auditor"), Entitlement("role", 'the "boss"')),
    )


@pytest.fixture(scope="session")
def scim2_server_app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SCIM2Server]:
    with scim2_server(tmp_path_factory.mktemp("scim2-server")) as app:
        yield app


@pytest.fixture(scope="session")
def jackson_app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Jackson]:
    with jackson(tmp_path_factory.mktemp("jackson")) as app:
        yield app


@pytest.fixture(scope="session")
def canaille_app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Canaille]:
    with canaille(tmp_path_factory.mktemp("canaille")) as app:
        yield app


@pytest.fixture
def tenant() -> str:
    """A name for a test's own part of an application."""
    return f"t{uuid.uuid4().hex[:12]}"


@pytest.fixture
def directory(jackson_app: Jackson, tenant: str) -> Directory:
    return jackson_app.make_directory(tenant)


@pytest.fixture
def scim2_server_harness(scim2_server_app: SCIM2Server, tenant: str) -> Harness:
    witness = SCIM2ServerWitness(scim2_server_app, tenant)
    return harness(scim2_server_app.base_url(tenant), scim2_server_app.token, witness)


@pytest.fixture
def jackson_harness(directory: Directory) -> Harness:
    return harness(directory.base_url, directory.token, JacksonWitness(directory), members="write-only")


@pytest.fixture
def canaille_harness(canaille_app: Canaille) -> Harness:
    return harness(canaille_app.base_url, canaille_app.token, CanailleWitness(canaille_app))
