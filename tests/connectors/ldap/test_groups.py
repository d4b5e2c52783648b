"""Members come and go without anybody else's membership being touched."""

import pytest

from lab.slapd import GROUPS, PEOPLE, Slapd
from seatkeeper.connectors.ldap.groups import SwitchingAndGrouping
from seatkeeper.connectors.ldap.sessions import connect
from seatkeeper.core.ids import Uid
from seatkeeper.spi.connector import ManagesGroups
from seatkeeper.spi.errors import AccountNotFoundError
from tests.connectors.ldap.conftest import settings_for
from tests.connectors.ldap.samples import group_ldif, person, person_ldif

pytestmark = [pytest.mark.live, pytest.mark.xdist_group("slapd")]

CROWD = 2_000


async def members(session: SwitchingAndGrouping, group: Uid) -> frozenset[Uid]:
    seen = await session.read_group(group)
    assert seen is not None
    return seen.members


async def test_two_thousand_come_and_go(session: SwitchingAndGrouping, directory: Slapd) -> None:
    directory.write("".join(person_ldif(f"uid=p{number}") for number in range(CROWD)))
    crowd = [account.uid async for account in session.list_accounts()]
    assert len(crowd) == CROWD
    group = await session.create_group("everybody")
    await session.change_members(group, add=crowd, remove=[])
    assert len(directory.members("everybody")) == CROWD
    assert await members(session, group) == set(crowd)
    await session.change_members(group, add=crowd[:10], remove=crowd[5:])
    assert await members(session, group) == set(crowd[:10])
    await session.change_members(group, add=[], remove=crowd)
    assert directory.members("everybody") == frozenset()


async def test_those_whom_others_put_in_stay(session: SwitchingAndGrouping, directory: Slapd) -> None:
    strangers = {"cn=robot,ou=services,dc=example,dc=org", f"cn=admins,{GROUPS}"}
    directory.write(group_ldif("admins", "cn=somebody"))
    directory.write(group_ldif("devs", *strangers))
    [group] = await session.find_groups("devs")
    assert group.members == frozenset()
    uid = await session.create_account(person("ada"))
    await session.change_members(group.uid, add=[uid], remove=[])
    await session.change_members(group.uid, add=[uid], remove=[])
    assert directory.members("devs") == {*strangers, f"uid=ada,{PEOPLE}"}
    assert await members(session, group.uid) == {uid}
    await session.change_members(group.uid, add=[], remove=[uid])
    assert directory.members("devs") == strangers


async def test_the_last_member_of_a_group_others_made_can_go(
    session: SwitchingAndGrouping, directory: Slapd
) -> None:
    uid = await session.create_account(person("ada"))
    directory.write(group_ldif("devs", f"uid=ada,{PEOPLE}"))
    [group] = await session.find_groups("devs")
    assert group.members == {uid}
    await session.change_members(group.uid, add=[], remove=[uid])
    assert directory.members("devs") == frozenset()
    assert await members(session, group.uid) == frozenset()


async def test_a_member_who_is_deleted_leaves_an_empty_group(
    session: SwitchingAndGrouping, directory: Slapd
) -> None:
    uid, group = await session.create_account(person("ada")), await session.create_group("devs")
    await session.change_members(group, add=[uid], remove=[])
    await session.delete_account(uid)
    assert await members(session, group) == frozenset()
    await session.change_members(group, add=[], remove=[uid])


async def test_one_who_is_gone_keeps_nobody_else_out(session: SwitchingAndGrouping, directory: Slapd) -> None:
    group = await session.create_group("devs")
    ada, bob = [await session.create_account(person(uid)) for uid in ("ada", "bob")]
    await session.delete_account(bob)
    with pytest.raises(AccountNotFoundError, match=bob):
        await session.change_members(group, add=[bob, ada], remove=[])
    assert directory.members("devs") == {f"uid=ada,{PEOPLE}"}


async def test_a_group_is_found_without_case_as_the_directory_keeps_names_apart(
    session: SwitchingAndGrouping, directory: Slapd
) -> None:
    uid = await session.create_group("Devs")
    assert [group.uid for group in await session.find_groups("devs")] == [uid]
    await session.rename_group(uid, "devs")
    assert [group.name for group in await session.find_groups("devs")] == ["devs"]


async def test_unique_members_work_too(directory: Slapd) -> None:
    kind = {"group_class": "groupOfUniqueNames", "member_attribute": "uniqueMember"}
    async with connect(settings_for(directory, **kind)) as session:
        assert isinstance(session, SwitchingAndGrouping)
        uid, group = await session.create_account(person("ada")), await session.create_group("devs")
        await session.change_members(group, add=[uid], remove=[])
        assert await members(session, group) == {uid}
        [entry] = directory.search(GROUPS, "uniqueMember", query="(cn=devs)")
        assert f"uid=ada,{PEOPLE}" in entry.attributes["uniqueMember"]


async def test_without_a_place_for_groups_nothing_is_promised(directory: Slapd) -> None:
    async with connect(settings_for(directory, groups_base=None)) as session:
        assert not isinstance(session, ManagesGroups)
        assert not session.abilities.groups
