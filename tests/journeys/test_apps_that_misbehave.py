"""Apps go away, ask for patience, refuse the service account; nothing that was wished for is lost."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from lab.proxies import Proxy, running_proxy
from lab.scim2_server import SCIM2Server
from lab.slapd import GROUPS, Slapd
from lab.targets import LDAPTarget, SCIMTarget
from seatkeeper.idps.okta import Okta
from seatkeeper.idps.people import people, teams
from tests.connectors.ldap.samples import group_ldif
from tests.journeys.worlds import World, running_world
from tests.waiting import eventually

pytestmark = [pytest.mark.live, pytest.mark.slow]


@pytest.fixture
def proxy(scim_app: SCIM2Server) -> Iterator[Proxy]:
    with running_proxy(scim_app.address) as proxy:
        yield proxy


@pytest.fixture
def directory_world(tmp_path: Path, database_url: str, directory: Slapd) -> Iterator[World]:
    with running_world(tmp_path, database_url, LDAPTarget(directory)) as world:
        yield world


@pytest.fixture
def proxied_world(tmp_path: Path, database_url: str, scim_app: SCIM2Server) -> Iterator[World]:
    with running_world(tmp_path, database_url, SCIMTarget(scim_app, tenant="behind-a-proxy")) as world:
        yield world


def test_jobs_wait_while_the_app_is_down_and_finish_when_it_is_back(
    directory_world: World, directory: Slapd
) -> None:
    world = directory_world
    company = world.connect(policy={"retries": {"first": "1s", "ceiling": "2s"}})
    company.hire(people(3))
    world.settle()
    directory.stop()
    company.change(company.people[1].married("Curie"))
    company.hire(people(2, start=3))
    eventually(lambda: world.watch.jobs(world.target.slug).get("retrying", 0) == 3)
    directory.start()
    world.settle()


def test_a_busy_app_is_given_the_time_it_asks_for(proxied_world: World, proxy: Proxy) -> None:
    world = proxied_world
    company = world.connect(settings={"base_url": f"{proxy.address}/behind-a-proxy/v2"})
    proxy.be_busy(3, retry_after=1)
    company.hire(people(6))
    world.settle()
    assert proxy.refused == 3


def test_refused_credentials_stop_the_integration_and_lose_nothing(
    directory_world: World, directory: Slapd
) -> None:
    world = directory_world
    assert isinstance(world.target, LDAPTarget)
    wrong = {"bind_dn": "cn=nobody-we-know,dc=example,dc=org"}
    company = world.connect(settings=wrong)
    company.hire(people(4))
    eventually(lambda: any(event["kind"] == "integration.quarantined" for event in world.activity()))
    assert directory.people() == {}
    assert world.watch.jobs(world.target.slug).get("failed", 0) == 0
    world.apply()
    world.settle()
    assert [event["kind"] for event in world.activity()].count("integration.released") == 1


def test_an_account_that_is_already_there_is_adopted_and_brought_in_line(
    directory_world: World, directory: Slapd
) -> None:
    world = directory_world
    company = world.connect()
    [person] = people(1)
    directory.write(_inet_org_person(person.user_name, person.user_name, "Old"))
    company.hire([person])
    world.settle()
    assert "account.adopted" in [event["kind"] for event in world.activity()]


def test_a_group_the_directory_takes_for_the_same_is_adopted_and_renamed(
    directory_world: World, directory: Slapd
) -> None:
    world = directory_world
    company = world.connect()
    directory.write(group_ldif("SALES", "cn=somebody"))
    company.hire(people(2))
    company.form(teams(people(2), ["Sales"]))
    world.watch.wait_until_done(world.target.slug, 60)
    assert world.watch.problems(world.target.slug) == []
    members = {f"uid={person.user_name},ou=people,dc=example,dc=org" for person in people(2)}
    [group] = directory.search(GROUPS, "cn", query="(cn=sales)")
    assert group.one("cn") == "Sales"
    assert directory.members("Sales") == {*members, "cn=somebody"}


def test_two_accounts_that_fit_wait_for_a_person_to_choose(directory_world: World, directory: Slapd) -> None:
    world = directory_world
    company = world.connect(mapping={"join": ["mail"]})
    [person] = people(1)
    for uid in (person.user_name, "somebody-else"):
        directory.write(_inet_org_person(uid, person.user_name, "Old"))
    company.hire([person])
    eventually(lambda: world.watch.jobs(world.target.slug).get("waiting", 0) == 1)
    assert all(entry.one("sn") == "Old" for entry in directory.people().values())
    task = world.task()
    right = directory.people()[person.user_name].one("entryUUID")
    assert right in task["choices"]
    world.seatkeeper.command("task", "choose", task["id"], right)
    eventually(lambda: directory.people()[person.user_name].one("sn") == person.family_name)
    assert directory.people()["somebody-else"].one("sn") == "Old"
    assert len(directory.people()) == 2


def test_what_arrives_before_the_integration_is_live_is_carried_out_when_it_is(
    proxied_world: World, scim_app: SCIM2Server
) -> None:
    world = proxied_world
    company = world.connect(settings={"base_url": scim_app.base_url("paused-for-a-while")})
    world.target = SCIMTarget(scim_app, tenant="paused-for-a-while")
    world.seatkeeper.command("integration", "pause", world.target.slug)
    assert isinstance(company.idp, Okta)
    company.hire(people(3))
    assert world.target.read().people == {}
    world.seatkeeper.command("integration", "resume", world.target.slug)
    world.settle()


def _inet_org_person(uid: str, mail: str, family_name: str) -> str:
    return (
        f"dn: uid={uid},ou=people,dc=example,dc=org\nobjectClass: inetOrgPerson\nuid: {uid}\ncn: {family_name}\n"
        f"sn: {family_name}\nmail: {mail}\n\n"
    )
