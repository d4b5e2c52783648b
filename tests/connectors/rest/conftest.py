"""One process of each application for the whole run, and the harness of the suite for each."""

from collections.abc import Iterator

import pytest

from lab.apps import rows
from lab.jupyterhub import TOKEN, JupyterHub, running_jupyterhub
from lab.mediawiki import MediaWiki, running_mediawiki
from lab.redmine import KEY, Redmine, running_redmine
from lab.roundup import ADMIN, PASSWORD, Roundup, running_roundup
from lab.tryton import DATABASE, Tryton, running_tryton
from seatkeeper.core.entitlements import Entitlement
from seatkeeper.core.ids import Uid
from seatkeeper.spi.testing import Harness
from tests.connectors.rest.onlookers import Onlooker, harness


@pytest.fixture(scope="session")
def redmine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Redmine]:
    with running_redmine(tmp_path_factory.mktemp("redmine")) as app:
        yield app


@pytest.fixture(scope="session")
def roundup(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Roundup]:
    with running_roundup(tmp_path_factory.mktemp("roundup")) as app:
        yield app


@pytest.fixture(scope="session")
def tryton(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tryton]:
    with running_tryton(tmp_path_factory.mktemp("tryton")) as app:
        yield app


@pytest.fixture(scope="session")
def jupyterhub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[JupyterHub]:
    with running_jupyterhub(tmp_path_factory.mktemp("jupyterhub")) as app:
        yield app


@pytest.fixture(scope="session")
def mediawiki(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MediaWiki]:
    with running_mediawiki(tmp_path_factory.mktemp("mediawiki")) as app:
        yield app


@pytest.fixture
def redmine_harness(redmine: Redmine) -> Harness:
    def named(group: Uid) -> str | None:
        found = rows(redmine.folder / "redmine.sqlite", "SELECT lastname FROM users WHERE id = ?", int(group))
        return str(found[0]["lastname"]) if found else None

    return harness(
        "redmine",
        {"base_url": redmine.url, "api_key": KEY, "page_size": 3},
        {"api_key": "wrong"},
        Onlooker(redmine, {name: name for name in ("login", "firstname", "lastname", "mail")}, named),
        person=lambda stem: {
            "login": stem,
            "firstname": "Zoë",
            "lastname": f'O\'Brien "{stem}"',
            "mail": f"{stem}@example.org",
            "password": f"S3cret-{stem}",
        },
        changes={"firstname": "Ada", "lastname": "Ō'e"},
        emptied=None,  # Redmine lets nobody be without any of these
    )


@pytest.fixture
def roundup_harness(roundup: Roundup) -> Harness:
    return harness(
        "roundup",
        {"base_url": roundup.url, "username": ADMIN, "password": PASSWORD, "page_size": 3},
        {"password": "wrong"},
        Onlooker(
            roundup,
            {"username": "login", "realname": "name", "address": "mail", "phone": "phone"},
            is_gone=lambda person: not person.active,
        ),
        person=lambda stem: {
            "username": stem,
            "realname": f'Zoë O\'Brien "{stem}"',
            "address": f"{stem}@example.org",
            "phone": f"+44 {stem}",
            "organisation": "A, B & C",
            "password": f"S3cret-{stem}",
        },
        changes={"realname": "Ō'e", "phone": "none"},
        emptied="phone",
        entitlements=(Entitlement("role", "developer"), Entitlement("role", "reporter")),
    )


@pytest.fixture
def tryton_harness(tryton: Tryton) -> Harness:
    def named(group: Uid) -> str | None:
        found = rows(
            tryton.folder / f"db/{DATABASE}.sqlite", "SELECT name FROM res_group WHERE id = ?", int(group)
        )
        return str(found[0]["name"]) if found else None

    given = {"database": DATABASE, "username": ADMIN, "password": PASSWORD}
    return harness(
        "tryton",
        {"base_url": tryton.url, **given, "page_size": 3},
        {"password": "wrong"},
        Onlooker(tryton, {"login": "login", "name": "name", "email": "mail"}, named),
        person=lambda stem: {
            "login": stem,
            "name": f'Zoë O\'Brien "{stem}"',
            "email": f"{stem}@example.org",
        },
        changes={"name": "Ō'e", "email": "new.address@example.org"},
        emptied="email",
        entitlements=(
            Entitlement("group", "Party Administration"),
            Entitlement("group", "Employee Administration"),
        ),
    )


@pytest.fixture
def jupyterhub_harness(jupyterhub: JupyterHub) -> Harness:
    return harness(
        "jupyterhub",
        {"base_url": jupyterhub.url, "token": TOKEN, "page_size": 3},
        {"token": "wrong"},
        Onlooker(jupyterhub, {"name": "login"}),
        person=lambda stem: {"name": stem},
        changes={},
        emptied=None,
    )


@pytest.fixture
def mediawiki_harness(mediawiki: MediaWiki) -> Harness:
    return harness(
        "mediawiki",
        {"base_url": mediawiki.url, "username": "Admin", "password": PASSWORD, "page_size": 3},
        {"password": "wrong"},
        Onlooker(mediawiki, {"name": "login", "realname": "name"}),
        person=lambda stem: {"name": stem.capitalize(), "realname": f'Zoë O\'Brien "{stem}"'},
        changes={},
        emptied=None,
        entitlements=(Entitlement("group", "editor"), Entitlement("group", "translator")),
    )
