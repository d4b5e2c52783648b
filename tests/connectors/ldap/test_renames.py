"""An account is the same account after every rename, whoever made it and whatever names it."""

import pytest

from lab.slapd import PEOPLE, Slapd
from seatkeeper.connectors.ldap.groups import SwitchingAndGrouping
from seatkeeper.connectors.ldap.protocol.names import key
from seatkeeper.connectors.ldap.sessions import connect
from seatkeeper.core.accounts import SeenAccount
from seatkeeper.spi.errors import RejectedError
from tests.connectors.ldap.conftest import settings_for
from tests.connectors.ldap.samples import person, person_ldif

pytestmark = [pytest.mark.live, pytest.mark.xdist_group("slapd")]


async def found(session: SwitchingAndGrouping, attribute: str, value: str) -> SeenAccount:
    [account] = await session.find_accounts(attribute, value)
    return account


async def test_a_name_that_moved_on_does_not_lead_to_its_next_holder(
    session: SwitchingAndGrouping, directory: Slapd
) -> None:
    first = await session.create_account(person("ada"))
    directory.write(f"dn: uid=ada,{PEOPLE}\nchangetype: modrdn\nnewrdn: uid=ada.old\ndeleteoldrdn: 1\n")
    directory.write(person_ldif("uid=ada", sn="Newcomer"))
    seen = await session.read_account(first)
    assert seen is not None
    assert (seen.uid, seen.name, seen.attributes["sn"]) == (first, "ada.old", "Lovelace")
    await session.update_account(first, {"title": "Analyst"})
    people = directory.people()
    assert people["ada.old"].one("title") == "Analyst"
    assert "title" not in people["ada"].attributes
    await session.delete_account(first)
    assert set(directory.people()) == {"ada"}


async def test_a_member_stays_a_member_through_a_rename(session: SwitchingAndGrouping, directory: Slapd) -> None:
    uid, group = await session.create_account(person("ada")), await session.create_group("devs")
    await session.change_members(group, add=[uid], remove=[])
    await session.update_account(uid, {"uid": "ada.byron", "sn": "Byron"})
    assert directory.members("devs") == {f"uid=ada.byron,{PEOPLE}"}
    seen = await session.read_group(group)
    assert seen is not None
    assert seen.members == {uid}


async def test_only_the_case_of_a_name_can_change(session: SwitchingAndGrouping, directory: Slapd) -> None:
    uid = await session.create_account(person("ada"))
    await session.update_account(uid, {"uid": "Ada"})
    assert set(directory.people()) == {"Ada"}


async def test_an_entry_named_by_another_attribute_keeps_its_dn(
    session: SwitchingAndGrouping, directory: Slapd
) -> None:
    directory.write(person_ldif("cn=Ada Lovelace", uid="ada"))
    ada = await found(session, "uid", "ada")
    assert ada.name == "ada"
    await session.update_account(ada.uid, {"uid": "ada.l"})
    entry = directory.people()["ada.l"]
    assert (entry.dn, entry.one("entryUUID")) == (f"cn=Ada Lovelace,{PEOPLE}", ada.uid)


async def test_other_parts_of_a_name_and_aliases_stay(session: SwitchingAndGrouping, directory: Slapd) -> None:
    directory.write(
        "dn: uid=ada+employeeNumber=7,ou=people,dc=example,dc=org\nobjectClass: inetOrgPerson\nuid: ada\n"
        "uid: countess\nemployeeNumber: 7\ncn: Ada\nsn: Lovelace\n"
    )
    ada = await found(session, "uid", "countess")
    assert ada.name == ada.attributes["uid"] == "ada"
    await session.update_account(ada.uid, {"uid": "ada.l"})
    [entry] = directory.search(PEOPLE, query="(employeeNumber=7)")
    assert set(entry.attributes["uid"]) == {"ada.l", "countess"}
    assert key(entry.dn) == key(f"uid=ada.l+employeeNumber=7,{PEOPLE}")


async def test_another_attribute_may_name_accounts(directory: Slapd) -> None:
    template = "cn={cn},ou=staff,{people_base}"
    directory.write(f"dn: ou=staff,{PEOPLE}\nobjectClass: organizationalUnit\nou: staff\n")
    async with connect(settings_for(directory, dn_template=template)) as session:
        assert isinstance(session, SwitchingAndGrouping)
        uid = await session.create_account({"cn": "Lovelace, Ada", "sn": "Lovelace"})
        await session.update_account(uid, {"cn": "Byron, Ada", "sn": "Byron"})
        [entry] = directory.search(PEOPLE, "cn", "entryUUID", query="(sn=Byron)")
        assert (entry.one("cn"), entry.one("entryUUID")) == ("Byron, Ada", uid)
        assert entry.dn.endswith(f",ou=staff,{PEOPLE}")


async def test_an_account_moves_to_another_branch_when_its_unit_changes(
    session: SwitchingAndGrouping, directory: Slapd
) -> None:
    directory.write(f"dn: ou=Staff,{PEOPLE}\nobjectClass: organizationalUnit\nou: Staff\n")
    uid, group = await session.create_account(person("ada")), await session.create_group("devs")
    await session.change_members(group, add=[uid], remove=[])
    for unit, place in (("staff", f"ou=Staff,{PEOPLE}"), ("", PEOPLE)):
        await session.update_account(uid, {"organizationalUnit": unit, "uid": f"ada.{unit}"})
        entry = directory.people()[f"ada.{unit}"]
        assert (entry.one("entryUUID"), key(entry.dn)) == (uid, key(f"uid=ada.{unit},{place}"))
        assert {key(dn) for dn in directory.members("devs")} == {key(entry.dn)}
        if unit:
            assert (await found(session, "organizationalUnit", unit)).uid == uid
    with pytest.raises(RejectedError, match="has no entry OU=elsewhere"):
        await session.update_account(uid, {"organizationalUnit": "elsewhere"})
