"""A whole story told by each identity provider, what it does when a server asks for patience, and at a failure."""

import json
from collections.abc import Iterator

import httpx
import pytest

from lab.proxies import Proxy, running_proxy
from lab.seatkeeper import Seatkeeper
from seatkeeper.idps.authentik import Authentik
from seatkeeper.idps.companies import Company
from seatkeeper.idps.dialects import DIALECTS, Dialect
from seatkeeper.idps.directories import Directory, differences, read_directory
from seatkeeper.idps.endpoints import Patience, RefusedError, Sent
from seatkeeper.idps.entra import Entra, Match
from seatkeeper.idps.okta import Okta, OktaCustom
from seatkeeper.idps.onelogin import OneLogin
from seatkeeper.idps.people import Team, people
from seatkeeper.idps.stories import PLOTS, Act, Scene, tell

pytestmark = pytest.mark.slow


@pytest.fixture
def proxy(seatkeeper: Seatkeeper) -> Iterator[Proxy]:
    with running_proxy(seatkeeper.url) as proxy:
        yield proxy


@pytest.fixture
def behind(proxy: Proxy, seatkeeper: Seatkeeper, address: tuple[str, str]) -> tuple[str, str]:
    """The endpoint as it is reached through the proxy."""
    url, token = address
    return url.replace(seatkeeper.url, proxy.address), token


@pytest.mark.parametrize("dialect", Dialect)
def test_joiners_movers_and_leavers_all_arrive(dialect: Dialect, address: tuple[str, str]) -> None:
    company = Company(DIALECTS[dialect](*address))
    scenes = [scene for plot in PLOTS.values() for scene in plot(21, 3)]
    told = tell(company, scenes, lambda _: None)
    assert told.failed == []
    assert differences(company.expected_directory(), read_directory(company.idp.endpoint)) == []
    assert told.done == sum(len(scene.acts) for scene in scenes)
    company.idp.endpoint.close()


def test_the_command_plays_a_story_and_says_what_arrived(seatkeeper: Seatkeeper, address: tuple[str, str]) -> None:
    url, token = address
    seatkeeper.env["IDP_TOKEN"] = token
    play = ["idp", "play", "--url", url, "--token-env", "IDP_TOKEN", "--people", "3", "--groups", "1", "--json"]
    done = seatkeeper.command(*play, "--story", "movers", check=False)
    told = json.loads(done.stdout)
    assert (told["failed"], told["wrong"], done.returncode) == ([], [], 0), done.stderr
    assert told["requests"]["POST 201"] == 4
    assert token not in done.stdout + done.stderr


def test_okta_waits_as_long_as_it_is_asked_to(proxy: Proxy, behind: tuple[str, str]) -> None:
    waits: list[float] = []
    okta = Okta(*behind, waits.append)
    proxy.be_busy(3, retry_after=7)
    okta.assign(people(1)[0])
    okta.endpoint.close()
    assert waits == [7, 7, 7]


def test_what_entra_is_refused_is_told_again_in_the_next_cycle(proxy: Proxy, behind: tuple[str, str]) -> None:
    company = Company(Entra(*behind, lambda _: None))
    busy = Act("be busy", lambda _: proxy.be_busy(4, retry_after=1))
    hire = [Act(one.user_name, lambda company, one=one: company.hire([one])) for one in people(3)]  # type: ignore[misc]
    told = tell(company, [Scene("people are assigned", (busy, *hire))], lambda _: None)
    assert proxy.refused == 4
    assert told.failed == []
    assert differences(company.expected_directory(), read_directory(company.idp.endpoint)) == []
    company.idp.endpoint.close()


def test_what_onelogin_is_refused_waits_for_the_admin(proxy: Proxy, behind: tuple[str, str]) -> None:
    company = Company(OneLogin(*behind))
    busy = Act("be busy", lambda _: proxy.be_busy(1, retry_after=1))
    hire = Act("assign", lambda company: company.hire(people(1)))
    told = tell(company, [Scene("somebody is assigned", (busy, hire))], lambda _: None)
    assert [(act.title, "429" in why) for act, why in told.failed] == [("assign", True)]
    company.idp.endpoint.close()


def test_authentik_adopts_who_is_there_and_makes_anew_who_is_gone(address: tuple[str, str]) -> None:
    [ada] = people(1)
    first, second = Authentik(*address), Authentik(*address)
    first.assign(ada)
    second.assign(ada)
    assert first.endpoint.people == second.endpoint.people
    first.delete(ada)
    second.change(ada.promoted("Team Lead", None))
    assert read_directory(second.endpoint).users == {ada.user_name: True}
    for idp in (first, second):
        idp.endpoint.close()


def test_authentik_puts_groups_where_nobody_says_that_they_can_be_patched(
    proxy: Proxy, behind: tuple[str, str]
) -> None:
    proxy.without = "/ServiceProviderConfig"
    company = Company(Authentik(*behind))
    methods: list[str] = []
    company.idp.endpoint.on_sent = lambda sent: methods.append(sent.method)
    company.hire(people(3))
    company.form([Team("Engineering", frozenset({0, 1})), Team("Sales", frozenset({2}))])
    company.move(0, out_of="Engineering", into="Sales")
    company.rename_team("Sales", "Research")
    assert differences(company.expected_directory(), read_directory(company.idp.endpoint)) == []
    assert (methods.count("PUT"), methods.count("PATCH")) == (3, 0)
    company.idp.endpoint.close()


@pytest.mark.parametrize("match", Match)
def test_entra_takes_over_whom_its_matching_attribute_finds(match: Match, address: tuple[str, str]) -> None:
    [ada] = people(1)
    first, second = Entra(*address), Entra(*address, match=match)
    first.assign(ada)
    second.assign(ada)
    assert first.endpoint.people == second.endpoint.people
    for idp in (first, second):
        idp.endpoint.close()


@pytest.mark.parametrize("made", [Okta, OktaCustom])
def test_push_now_leaves_exactly_the_members_there_are(made: type[Okta], address: tuple[str, str]) -> None:
    okta = made(*address)
    company = Company(okta)
    company.hire(people(3))
    company.form([Team("Engineering", frozenset({0, 1}))])
    company.teams["Engineering"] = Team("Engineering", frozenset({1, 2}))
    okta.push_now(company.teams["Engineering"])
    assert differences(company.expected_directory(), read_directory(okta.endpoint)) == []
    okta.endpoint.close()


def test_what_is_wrong_is_named(address: tuple[str, str]) -> None:
    okta = Okta(*address)
    Company(okta).hire(people(2))
    ada, grace = (person.user_name for person in people(2))
    expected = Directory({ada: False, "nobody": True}, {"Sales": frozenset({grace})})
    assert differences(expected, read_directory(okta.endpoint)) == [
        "group Sales is missing",
        f"user {ada} is active and should be not active",
        "user nobody is missing and should be active",
    ]
    okta.endpoint.close()


def test_okta_and_authentik_import_page_by_page(address: tuple[str, str]) -> None:
    okta, authentik = Okta(*address), Authentik(*address)
    Company(okta).hire(people(101))
    sent: list[Sent] = []
    okta.endpoint.on_sent = authentik.endpoint.on_sent = sent.append
    assert len({user["id"] for user in okta.import_all("Users")}) == 101
    assert len({user["id"] for user in authentik.discover("Users")}) == 101
    assert [each.target for each in sent] == [
        "/Users?startIndex=1&count=100",
        "/Users?startIndex=101&count=100",
        "/Users",
        "/Users?startIndex=101",
    ]
    for idp in (okta, authentik):
        idp.endpoint.close()


def test_a_server_that_is_away_is_no_crash() -> None:
    okta = Okta("http://127.0.0.1:9/scim/v2/crm", "token")
    with pytest.raises(RefusedError, match="no answer"):
        okta.test_connection()
    okta.endpoint.close()


@pytest.mark.parametrize(
    ("asked", "attempt", "waits"),
    [("7", 1, 7), ("7", 10, None), ("Wed, 21 Oct 2026 07:28:00 GMT", 1, 300), ("", 3, 1200), ("-1", 2, 600)],
)
def test_only_whole_seconds_are_read_and_the_rest_is_doubled(asked: str, attempt: int, waits: int | None) -> None:
    answer = httpx.Response(429, headers={"Retry-After": asked} if asked else {})
    assert Patience(attempts=10, otherwise=300).wait_after(answer, attempt) == waits
    assert Patience(attempts=10, otherwise=300).wait_after(httpx.Response(503), 1) is None
