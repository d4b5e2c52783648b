"""What Active Directory does in its own way, each against a real domain controller."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from lab.samba import BASE, GROUPS, READER, SALES, STAFF, Samba
from seatkeeper.connectors.ldap.groups import SwitchingAndGrouping
from seatkeeper.connectors.ldap.sessions import connect
from seatkeeper.core.accounts import SeenAccount
from seatkeeper.core.ids import Uid
from seatkeeper.core.problems import ProblemCode
from seatkeeper.core.values import Attributes
from seatkeeper.spi.errors import AccountExistsError, RejectedError
from tests.connectors.ldap.domains import flags, made, person, settings_for

pytestmark = [pytest.mark.live, pytest.mark.xdist_group("samba")]

SECRET = "correct-Horse-7-battery"
NEVER_EXPIRES, NO_PRE_AUTHENTICATION = 0x10000, 0x400000
NEXT_CENTURY = "157469184000000000"


@asynccontextmanager
async def opened(domain: Samba, **other: Any) -> AsyncIterator[SwitchingAndGrouping]:
    async with connect(settings_for(domain, **other)) as session:
        assert isinstance(session, SwitchingAndGrouping)
        yield session


async def seen_by(session: SwitchingAndGrouping, uid: Uid) -> SeenAccount:
    seen = await session.read_account(uid)
    assert seen is not None
    return seen


def change(dn: str, attribute: str, value: str) -> str:
    return f"dn: {dn}\nchangetype: modify\nreplace: {attribute}\n{attribute}: {value}\n\n"


async def test_a_new_account_is_active_has_a_password_nobody_knows_and_asks_for_another(
    shared_domain: Samba,
) -> None:
    async with opened(shared_domain) as session:
        uid = await session.create_account(person("fresh", userPrincipalName="fresh@ad.example.org"))
        entry = shared_domain.people()["fresh"]
        assert (flags(entry), entry.one("pwdLastSet"), entry.guid) == (0x200, "0", uid)
        assert not shared_domain.lets_in("fresh@ad.example.org", "")
        seen = await seen_by(session, uid)
        assert (seen.name, seen.active, seen.attributes["displayName"]) == ("fresh", True, "Ada fresh")
        assert not seen.attributes.keys() & {"unicodePwd", "objectGUID", "objectSid", "cn", "pwdLastSet"}


async def test_whoever_is_disabled_cannot_sign_in_and_every_other_flag_stays(shared_domain: Samba) -> None:
    async with opened(shared_domain, must_change_password=False) as session:
        who = "flags@ad.example.org"
        uid = await session.create_account(person("flags", userPrincipalName=who, unicodePwd=SECRET))
        assert shared_domain.lets_in(who, SECRET)
        dn, others = shared_domain.people()["flags"].dn, 0x200 | NEVER_EXPIRES | NO_PRE_AUTHENTICATION
        shared_domain.write(change(dn, "userAccountControl", str(others)))
        shared_domain.write(change(dn, "accountExpires", NEXT_CENTURY))
        await session.set_active(uid, active=False)
        assert flags(shared_domain.people()["flags"]) == others | 0x2
        assert not shared_domain.lets_in(who, SECRET)
        assert (await seen_by(session, uid)).active is False
        await session.set_active(uid, active=True)
        assert flags(shared_domain.people()["flags"]) == others
        assert shared_domain.lets_in(who, SECRET)
        await session.update_account(uid, {"unicodePwd": f"{SECRET}!", "title": "Analyst"})
        assert shared_domain.lets_in(who, f"{SECRET}!")
        assert shared_domain.people()["flags"].one("accountExpires") == NEXT_CENTURY


async def test_a_password_against_the_rules_of_the_domain_is_refused_in_words(shared_domain: Samba) -> None:
    async with opened(shared_domain) as session:
        with pytest.raises(RejectedError, match="breaks the domain's rules for passwords") as refused:
            await session.create_account(person("weak", unicodePwd="abc"))
        assert refused.value.code is ProblemCode.REJECTED_VALUE
        assert "weak" not in shared_domain.people()


@pytest.mark.parametrize(
    ("attributes", "words"),
    [
        (
            {"sAMAccountName": "a-name-that-is-too-long"},
            "has 23 characters, and Active Directory takes 20 at most",
        ),
        ({"sAMAccountName": "ada@example.org"}, "contains @, which"),
        ({"sAMAccountName": "ada/[b]"}, r"contains / \[ \], which"),
        ({"sAMAccountName": "ada."}, "ends with a full stop"),
        ({"userPrincipalName": "ada"}, "is not of the form name@domain"),
        ({"userAccountControl": "512"}, "cannot be mapped"),
        ({"cn": "Ada"}, "cn is made of displayName"),
    ],
)
async def test_what_it_would_not_take_is_refused_before_it_is_asked(attributes: Attributes, words: str) -> None:
    async with connect(made({"url": "ldaps://127.0.0.1:1"})) as session:
        assert isinstance(session, SwitchingAndGrouping)
        with pytest.raises(RejectedError, match=words):
            await session.create_account({**person("ada"), **attributes})
        with pytest.raises(RejectedError, match=words):
            await session.update_account(Uid("x"), attributes)


async def test_two_of_one_name_in_one_unit_are_told_apart_by_their_sign_in_names(shared_domain: Samba) -> None:
    async with opened(shared_domain) as session:
        same = {"displayName": "Sam Twin, " + "x" * 70}
        first = await session.create_account({**person("twin1"), **same})
        second = await session.create_account({**person("twin2"), **same})
        people = shared_domain.people()
        assert people["twin1"].one("cn") == ("Sam Twin, " + "x" * 70)[:64]
        assert people["twin2"].one("cn") == "Sam Twin, " + "x" * 46 + " (twin2)"
        assert people["twin2"].one("displayName") == same["displayName"]
        await session.update_account(second, {"displayName": "Sam Single", "title": "Analyst"})
        await session.update_account(first, {"displayName": "Sam Single"})
        people = shared_domain.people()
        assert (people["twin1"].guid, people["twin1"].one("cn")) == (first, "Sam Single (twin1)")
        assert (people["twin2"].guid, people["twin2"].one("cn")) == (second, "Sam Single")


async def test_an_account_moves_between_organizational_units_with_everything_it_has(shared_domain: Samba) -> None:
    shared_domain.write(f"dn: OU=R&D\\, Berlin/Mitte,{SALES}\nobjectClass: organizationalUnit\n")
    async with opened(shared_domain) as session:
        uid, group = await session.create_account(person("mover")), await session.create_group("movers")
        await session.change_members(group, add=[uid], remove=[])
        below = "Sales/R&D, Berlin\\/Mitte"
        for unit, parent in (("Sales", SALES), (below, f"OU=R&D\\, Berlin/Mitte,{SALES}"), (None, STAFF)):
            await session.update_account(uid, {"organizationalUnit": unit, "displayName": f"In {unit}"})
            entry = shared_domain.people()["mover"]
            assert (entry.guid, entry.dn.partition(",OU=")[2]) == (uid, parent.partition("OU=")[2])
            assert (await seen_by(session, uid)).attributes.get("organizationalUnit") == unit
            assert shared_domain.members("movers") == {entry.dn}
        with pytest.raises(RejectedError, match="has no entry OU=Nowhere,OU=Staff") as refused:
            await session.update_account(uid, {"organizationalUnit": "Nowhere"})
        with pytest.raises(RejectedError, match="has no entry OU=Nowhere,OU=Staff"):
            await session.create_account({**person("lost"), "organizationalUnit": "Nowhere"})
        assert refused.value.code is ProblemCode.REJECTED_VALUE


async def test_a_name_taken_anywhere_in_the_domain_is_taken(shared_domain: Samba) -> None:
    async with opened(shared_domain) as session:
        with pytest.raises(AccountExistsError, match="'reader' already in use"):
            await session.create_account(person("reader"))  # outside the unit that is managed
        uid = await session.create_account(person("taker", userPrincipalName="taker@ad.example.org"))
        with pytest.raises(AccountExistsError):
            await session.create_account(person("other", userPrincipalName="TAKER@ad.example.org"))
        for taken in ({"sAMAccountName": "Reader"}, {"userPrincipalName": READER}):
            with pytest.raises(AccountExistsError):
                await session.update_account(uid, taken)


async def test_what_was_deleted_is_gone_though_its_tombstone_stays(shared_domain: Samba) -> None:
    async with opened(shared_domain) as session:
        uid = await session.create_account(person("leaver"))
        await session.delete_account(uid)
        assert uid in {entry.guid for entry in shared_domain.deleted()}
        assert await session.read_account(uid) is None
        assert await session.find_accounts("sAMAccountName", "leaver") == []
        assert await session.create_account(person("leaver")) != uid


async def test_groups_are_global_security_groups_and_keep_both_names_in_step(shared_domain: Samba) -> None:
    async with opened(shared_domain) as session:
        uid = await session.create_group("Sales: EMEA / APAC")
        await session.rename_group(uid, "Sales, everywhere.")
        [entry] = shared_domain.search(
            GROUPS, "cn", "sAMAccountName", "groupType", query="(cn=Sales, everywhere.)"
        )
        assert (entry.one("sAMAccountName"), entry.one("groupType")) == ("Sales_ everywhere_", "-2147483646")
        with pytest.raises(RejectedError, match="takes 64 at most"):
            await session.create_group("x" * 65)


async def test_large_groups_are_read_in_ranges_and_members_of_others_stay(shared_domain: Samba) -> None:
    async with opened(shared_domain, page_size=2, batch_size=5) as session:
        people = [await session.create_account(person(f"crowd{number}")) for number in range(7)]
        group, nested = [await session.create_group(name) for name in ("crowd", "nested")]
        nested_dn, computer = f"CN=nested,{GROUPS}", f"CN=DC1,OU=Domain Controllers,{BASE}"
        crowd = f"dn: CN=crowd,{GROUPS}\nchangetype: modify\nadd: member\n"
        shared_domain.write(f"{crowd}member: {nested_dn}\nmember: {computer}\n")
        await session.change_members(group, add=people[1:3], remove=[])
        await session.change_members(group, add=people, remove=[])  # two of them are members: error 68
        seen = await session.read_group(group)
        assert seen is not None
        assert seen.members == set(people)
        assert len(shared_domain.members("crowd")) == 9
        await session.change_members(group, add=[], remove=people[:3])
        await session.change_members(group, add=[], remove=people)  # three of them are none: errors 53 and 16
        assert shared_domain.members("crowd") == {nested_dn, computer}
        await session.delete_group(nested)


async def test_computers_built_in_accounts_and_referrals_are_never_taken_for_people(shared_domain: Samba) -> None:
    async with opened(shared_domain, people_base=BASE, page_size=2, groups_base=BASE) as session:
        listed = {account.name async for account in session.list_accounts()}
        assert {"reader", "seatkeeper"} <= listed
        assert not listed & {"Administrator", "Guest", "krbtgt", "DC1$"}
        assert await session.find_accounts("sAMAccountName", "Administrator") == []
        assert await session.find_groups("Domain Admins") == []


async def test_people_may_be_known_by_their_principal_names(shared_domain: Samba) -> None:
    names = {"name_attribute": "userPrincipalName", "dn_template": "CN={cn},OU=Sales,{people_base}"}
    async with opened(shared_domain, **names) as session:
        named = {"userPrincipalName": "upn@ad.example.org", "cn": "Upn, Ada"}
        uid = await session.create_account({**person("upn"), **named})
        seen = await seen_by(session, uid)
        assert (seen.name, seen.attributes["cn"]) == ("upn@ad.example.org", "Upn, Ada")
        await session.update_account(uid, {"cn": "Upn-Byron, Ada", "sn": "Byron"})
        assert shared_domain.people()["upn"].dn == f"CN=Upn-Byron\\, Ada,{SALES}"


async def test_a_service_account_that_may_only_read_says_so(shared_domain: Samba) -> None:
    async with opened(shared_domain, service_account=READER) as session:
        with pytest.raises(RejectedError, match="insufficient access") as refused:
            await session.create_account(person("unwritten"))
        assert refused.value.code is ProblemCode.PERMISSION_MISSING
