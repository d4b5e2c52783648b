"""Rules 1 to 6 of what identity providers need: look-ups and lists."""

from urllib.parse import quote, quote_plus

import pytest

from tests.scim.idp import ENTERPRISE, IdP

SPRING = '"2020-04-01T00:00:00Z"'
FAR_AWAY = '"2999-01-01T00:00:00+02:00"'

FILTERS = (
    'userName eq "ADA@example.com"',
    'USERNAME eq "ada@example.com"',
    'externalId eq "00u1"',
    'displayName eq "Ada Lovelace"',
    'emails[type eq "work"].value eq "ada@work.example"',
    'emails eq "ada@work.example"',
    'emails.value eq "ada@work.example"',
    'name.familyName eq "lovelace"',
    f'{ENTERPRISE}:department eq "Engines"',
    'userName eq "ada@example.com" and externalId eq "00u1"',
    f"ActiVe eq true and meta.lastmodified ge {SPRING}",
    f"active eq true and (meta.lastModified ge {SPRING} and meta.lastModified le {FAR_AWAY})",
    'userName eq "\\u0061da@example.com"',
)


@pytest.mark.proves(
    "IdP rule 1", "a filter that matches nobody is 200 with an empty list: Entra quarantines a job over 404"
)
@pytest.mark.proves("RFC 7644 §3.4.2", "a list of nothing is 200 with totalResults 0")
async def test_rule_01_a_filter_that_matches_nobody_is_an_empty_list_and_never_404(idp: IdP) -> None:
    for collection, attribute in (("Users", "userName"), ("Users", "externalId"), ("Groups", "displayName")):
        nobody = quote_plus(attribute + ' eq "nobody"')
        answer = await idp.get(f"/{collection}?filter={nobody}")
        assert answer.status_code == 200
        assert answer.json()["totalResults"] == 0
        assert answer.json()["Resources"] == []


@pytest.mark.proves(
    "IdP rule 2", "totalResults, startIndex and itemsPerPage are always there, and integers (Okta)"
)
async def test_rule_02_the_numbers_of_a_list_are_always_integers(idp: IdP) -> None:
    await idp.user()
    await idp.group()
    for collection in ("Users", "Groups"):
        for query in ("", "?count=0", "?startIndex=1&count=1", "?startIndex=99"):
            page = await idp.read(f"/{collection}{query}")
            assert page["totalResults"] == 1
            assert {type(page[name]) for name in ("totalResults", "startIndex", "itemsPerPage")} == {int}
            assert page["itemsPerPage"] == len(page["Resources"])


@pytest.mark.proves("IdP rule 3", "+ and %20 are spaces, %2B stays a plus (OneLogin, Entra)")
async def test_rule_03_a_plus_and_percent_20_are_spaces_and_percent_2b_stays_a_plus(idp: IdP) -> None:
    await idp.user("ada+news@example.com")
    await idp.user("ada news@example.com")
    for query in (
        "filter=userName+eq+%22ada%2Bnews@example.com%22&",
        "filter=userName%20eq%20%22ada%2Bnews%40example.com%22",
        "filter=userName+eq+%22ada%2Bnews%40example.com%22&startIndex=1&count=100",
        "aadOptscim062020&filter=userName+eq+%22ada%2Bnews%40example.com%22",
    ):
        page = await idp.read(f"/Users?{query}")
        assert [each["userName"] for each in page["Resources"]] == ["ada+news@example.com"]


@pytest.mark.proves("IdP rule 3", "a bare ? and an & at the end mean nothing (OneLogin)")
async def test_rule_03_a_bare_question_mark_means_nothing(idp: IdP) -> None:
    user = await idp.user()
    answer = await idp.send("PUT", f"/Users/{user['id']}?", {"userName": "ada@example.com", "title": "Dr"})
    assert answer.status_code == 200
    assert answer.json()["title"] == "Dr"


@pytest.mark.proves("IdP rule 4", "the filters that identity providers send find the one person")
async def test_rule_04_the_filters_identity_providers_send_find_the_one_person(
    idp: IdP, subtests: pytest.Subtests
) -> None:
    await idp.user("grace@example.com", active=False, externalId="00U1", displayName="Grace")
    ada = await idp.user(
        externalId="00u1",
        displayName="Ada Lovelace",
        name={"familyName": "Lovelace"},
        emails=[
            {"type": "work", "value": "ada@work.example"},
            {"type": "home", "value": "ada@home.example"},
        ],
        **{ENTERPRISE: {"department": "Engines"}},
    )
    for query in (*FILTERS, f'id eq "{ada["id"]}"'):
        with subtests.test(query):
            assert [each["id"] for each in await idp.find("Users", query)] == [ada["id"]]


@pytest.mark.proves("IdP rule 4", 'emails[type eq "work"].value finds no address of another type (Entra)')
async def test_rule_04_the_work_address_is_not_found_under_home(idp: IdP) -> None:
    await idp.user(emails=[{"type": "work", "value": "w"}, {"type": "home", "value": "h"}])
    assert await idp.find("Users", 'emails[type eq "work"].value eq "h"') == []
    assert len(await idp.find("Users", 'emails[type eq "home" and value eq "h"]')) == 1


@pytest.mark.proves("IdP rule 4", "groups are found by displayName and externalId")
async def test_rule_04_groups_are_found_by_name_and_external_id(idp: IdP) -> None:
    await idp.group("Sales")
    group = await idp.create("Groups", {"displayName": "Engineering", "externalId": "e-1"})
    for query in ('displayName eq "engineering"', 'externalId eq "e-1"', f'id eq "{group["id"]}"'):
        assert [each["id"] for each in await idp.find("Groups", query)] == [group["id"]]


@pytest.mark.proves("IdP rule 5", "userName compares without case and keeps its spelling, externalId with case")
@pytest.mark.proves("RFC 7644 §7.8", "userName is unique and found without case")
async def test_rule_05_user_names_compare_without_case_and_keep_their_spelling(idp: IdP) -> None:
    await idp.user("Ada@Example.com", externalId="A1")
    [found] = await idp.find("Users", 'userName eq "aDA@eXAMPLE.COM"')
    assert found["userName"] == "Ada@Example.com"
    assert len(await idp.find("Users", 'externalId eq "A1"')) == 1
    assert await idp.find("Users", 'externalId eq "a1"') == []


@pytest.mark.proves("IdP rule 5", "excludedAttributes=members works on lists and on one group (Entra)")
async def test_rule_05_members_can_be_left_out_of_a_list_and_of_one_group(idp: IdP) -> None:
    group = await idp.group("Engineering", await idp.user())
    name = quote('displayName eq "Engineering"')
    page = await idp.read(f"/Groups?excludedAttributes=members&filter={name}")
    assert "members" not in page["Resources"][0]
    assert "members" not in await idp.read(f"/Groups/{group['id']}?excludedAttributes=members")
    assert len((await idp.read(f"/Groups/{group['id']}"))["members"]) == 1


@pytest.mark.proves("IdP rule 6", "pages of one query never overlap and miss nobody (Okta's import)")
@pytest.mark.proves("RFC 7644 §3.4.2.4", "startIndex and count page through everybody once")
async def test_rule_06_pages_of_one_query_never_overlap_and_miss_nobody(idp: IdP) -> None:
    names = [(await idp.user(f"person{number}@example.com"))["userName"] for number in range(12)]
    seen: list[str] = []
    for start in range(1, 13, 5):
        page = await idp.read(f"/Users?startIndex={start}&count=5")
        assert page["startIndex"] == start
        assert page["totalResults"] == 12
        seen += [each["userName"] for each in page["Resources"]]
    assert seen == names


@pytest.mark.proves("IdP rule 6", "a sorted list keeps its order across pages")
@pytest.mark.proves("RFC 7644 §3.4.2.3", "sortBy and sortOrder hold across pages")
async def test_rule_06_a_sorted_list_keeps_its_order_across_pages(idp: IdP) -> None:
    for number in range(6):
        await idp.user(f"person{number}@example.com", title="same", displayName=f"Name {9 - number}")
    by_name = await idp.read("/Users?sortBy=displayName")
    assert [each["displayName"] for each in by_name["Resources"]] == [f"Name {n}" for n in range(4, 10)]
    down = await idp.read("/Users?sortBy=displayName&sortOrder=descending&count=2")
    assert [each["displayName"] for each in down["Resources"]] == ["Name 9", "Name 8"]
    pages = [await idp.read(f"/Users?sortBy=title&startIndex={start}&count=2") for start in (1, 3, 5)]
    assert len({each["id"] for page in pages for each in page["Resources"]}) == 6
