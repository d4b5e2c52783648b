"""A real identity provider, Canaille, pushes people and groups with a SCIM client of its own."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import httpx
import pytest

from lab.canaille import Canaille, canaille
from lab.company import AppPerson, AppState
from lab.scim2_server import SCIM2Server
from lab.targets import SCIMTarget, Target
from tests.journeys.worlds import World

pytestmark = [pytest.mark.live, pytest.mark.slow]

GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
USER = "urn:ietf:params:scim:schemas:core:2.0:User"


class Admin:
    """Somebody who administers Canaille through its API; it has pushed by the time it answers."""

    def __init__(self, idp: Canaille) -> None:
        self.idp = idp
        headers = {"Authorization": f"Bearer {idp.token}"}
        self.client = httpx.Client(base_url=idp.base_url, headers=headers, timeout=30, verify=False)

    def send(self, method: str, path: str, body: dict[str, Any] | None = None) -> str:
        """Ask for a change, and give the id of what was changed."""
        answer = self.client.request(method, path, json=body).raise_for_status()
        return str(answer.json()["id"]) if answer.content else ""

    def put_person(self, person: AppPerson, id_: str | None = None) -> str:
        document = {
            "schemas": [USER],
            "userName": person.user_name,
            "name": {
                "formatted": f"{person.given_name} {person.family_name}",
                "givenName": person.given_name,
                "familyName": person.family_name,
            },
            "title": person.title,
            "emails": [{"value": f"{person.user_name}@example.org"}],
            "active": person.active,
        }
        return self._put("/Users", document, id_)

    def form_team(self, name: str, *members: str) -> str:
        return self.send(
            "POST", "/Groups", {"schemas": [GROUP], "displayName": name, "members": self._named(members)}
        )

    def change_team(self, id_: str, name: str, *members: str) -> None:
        changes = [
            {"op": "replace", "path": "displayName", "value": name},
            {"op": "replace", "path": "members", "value": self._named(members)},
        ]
        self.send("PATCH", f"/Groups/{id_}", {"schemas": [PATCH], "Operations": changes})

    def _named(self, members: Sequence[str]) -> list[dict[str, str]]:
        return [{"value": each, "$ref": f"{self.idp.base_url}/Users/{each}"} for each in members]

    def _put(self, collection: str, document: dict[str, Any], id_: str | None) -> str:
        return self.send("POST" if id_ is None else "PUT", collection + (f"/{id_}" if id_ else ""), document)


@pytest.fixture
def target(scim_app: SCIM2Server) -> Target:
    return SCIMTarget(scim_app, tenant="pushed-by-canaille")


@pytest.fixture
def admin(tmp_path: Path, world: World) -> Iterator[Admin]:
    with canaille(tmp_path, pushes=True) as idp:
        idp.provision_into(*world.open_endpoint(policy={"dialect": "canaille"}))
        admin = Admin(idp)
        yield admin
        admin.client.close()


def in_the_app(world: World) -> AppState:
    """Wait until every job is done, and read the app with its own means."""
    world.watch.wait_until_done(world.target.slug)
    assert world.watch.problems(world.target.slug) == []
    return world.target.read()


def state(people: list[AppPerson], **groups: set[str]) -> AppState:
    return AppState(
        {each.user_name: each for each in people}, {name: frozenset(who) for name, who in groups.items()}
    )


def test_whom_canaille_creates_renames_moves_deactivates_and_deletes_the_app_follows(
    world: World, admin: Admin
) -> None:
    ada, grace = (
        AppPerson("ada", "Ada", "Byron", "Analyst", True),
        AppPerson("grace", "Grace", "H", "Admiral", True),
    )
    ids = {each.user_name: admin.put_person(each) for each in (ada, grace)}
    team = admin.form_team("Engineering", *ids.values())
    assert in_the_app(world) == state([ada, grace], Engineering={"ada", "grace"})

    ada = AppPerson("ada", "Ada", "Lovelace", "Countess", True)
    admin.put_person(ada, ids["ada"])
    admin.change_team(team, "Research", ids["ada"])
    assert in_the_app(world) == state([ada, grace], Research={"ada"})

    grace = AppPerson("grace", "Grace", "H", "Admiral", False)
    admin.put_person(grace, ids["grace"])
    assert in_the_app(world) == state([ada, grace], Research={"ada"})

    admin.send("DELETE", f"/Groups/{team}")
    admin.send("DELETE", f"/Users/{ids['ada']}")
    ada = AppPerson("ada", "Ada", "Lovelace", "Countess", False)
    assert in_the_app(world) == state([ada, grace])
