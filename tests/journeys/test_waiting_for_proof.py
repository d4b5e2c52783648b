"""An identity provider that waits for proof is told in its own console what became of a change in the app."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from lab.proxies import Proxy, running_proxy
from lab.scim2_server import SCIM2Server
from lab.targets import SCIMTarget
from seatkeeper.idps.endpoints import RefusedError
from seatkeeper.idps.okta import Okta
from seatkeeper.idps.people import people, teams
from tests.journeys.worlds import World, running_world

pytestmark = [pytest.mark.live, pytest.mark.slow]


@pytest.fixture
def proxy(scim_app: SCIM2Server) -> Iterator[Proxy]:
    with running_proxy(scim_app.address) as proxy:
        yield proxy


@pytest.fixture
def world(tmp_path: Path, database_url: str, scim_app: SCIM2Server) -> Iterator[World]:
    with running_world(tmp_path, database_url, SCIMTarget(scim_app, tenant="proof")) as world:
        yield world


def okta_of(world: World) -> Okta:
    """Connect with a new token, so that what was declared just now counts at once."""
    printed = world.seatkeeper.command("token", "create", world.target.slug, "--name", "new", "--json").stdout
    return Okta(f"{world.seatkeeper.url}/scim/v2/{world.target.slug}", json.loads(printed)["token"])


def test_the_answer_tells_what_became_of_the_change_in_the_app(world: World, proxy: Proxy) -> None:
    settings = {"base_url": f"{proxy.address}/proof/v2"}
    company = world.connect(settings=settings, policy={"wait_for_proof": "1s"})
    first, second, third, fourth = people(4)

    proxy.hold()
    company.hire([first])  # accepted, although nothing could be proven within the second
    assert world.target.read().people == {}
    proxy.let_pass()
    world.settle()

    world.apply(settings=settings, policy={"wait_for_proof": "50s"})
    company.idp.endpoint.close()
    okta = okta_of(world)
    okta.assign(second)
    assert second.user_name in world.target.read().people

    proxy.read_only = True
    with pytest.raises(RefusedError) as refused:
        okta.assign(third)
    assert refused.value.status == 400
    assert "The service account may not do this in the app" in refused.value.document["detail"]
    assert third.user_name not in world.target.read().people

    proxy.read_only = False
    [team] = teams([second], ["Sales"])
    okta.push_group(team)
    assert world.target.read().groups["Sales"] == {second.user_name}
    okta.deactivate(second)
    assert not world.target.read().people[second.user_name].active
    okta.assign(fourth)
    assert fourth.user_name in world.target.read().people
    okta.endpoint.close()
