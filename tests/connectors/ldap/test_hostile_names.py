"""Names with a meaning in DNs and filters are names like any other, from create to delete."""

import pytest

from lab.slapd import GROUPS, PEOPLE, Slapd
from seatkeeper.connectors.ldap.groups import SwitchingAndGrouping
from seatkeeper.connectors.ldap.protocol.names import key, write_rdn
from seatkeeper.core.ids import Uid
from tests.connectors.ldap.samples import person

pytestmark = [pytest.mark.live, pytest.mark.xdist_group("slapd")]

NAMES = [
    "O'Brien",
    "Lovelace, Ada",
    "ada+uid=root",
    "#1",
    'the "Countess"',
    "back\\slash",
    "a=b;c<d>e",
    "*)(uid=*",
    "Zoë Žižek 李",
    "tab\there",
    "two  spaces",
    f"x,{PEOPLE}",
]


@pytest.mark.parametrize("name", NAMES)
async def test_an_account_of_that_name_lives_a_whole_life(
    session: SwitchingAndGrouping, directory: Slapd, name: str
) -> None:
    bystander = await session.create_account(person("bystander"))
    uid = await session.create_account(person(name))
    seen = await session.read_account(uid)
    assert seen is not None
    assert (seen.name, seen.attributes["cn"]) == (name, f"Ada {name}")
    assert [each.uid for each in await session.find_accounts("uid", name)] == [uid]
    group = await session.create_group(name)
    await session.change_members(group, add=[uid, bystander], remove=[])
    assert {key(dn) for dn in directory.members(name)} == {key(_dn(name)), key(_dn("bystander"))}
    [found] = await session.find_groups(name)
    assert found.uid == group
    assert found.members == {uid, bystander}
    await session.update_account(uid, {"uid": f"new {name}", "title": name})
    await session.rename_group(group, f"new {name}")
    renamed = await session.read_account(uid)
    assert renamed is not None
    assert (renamed.name, renamed.attributes["title"]) == (f"new {name}", name)
    assert {each.one("cn") for each in directory.search(GROUPS, "cn", query="(cn=*)")} == {f"new {name}"}
    await session.change_members(group, add=[], remove=[uid])
    await session.delete_account(uid)
    assert set(directory.people()) == {"bystander"}


async def test_spaces_at_the_ends_mean_nothing_to_a_directory(session: SwitchingAndGrouping) -> None:
    uid = await session.create_account(person(" ada "))
    assert [each.uid for each in await session.find_accounts("uid", "ada")] == [uid]
    assert await session.find_accounts("uid", "ad a") == []


async def test_an_impossible_attribute_or_uid_finds_nobody(session: SwitchingAndGrouping) -> None:
    await session.create_account(person("ada"))
    assert await session.find_accounts("uid)(objectClass", "*") == []
    assert await session.read_account(Uid("*")) is None


def _dn(name: str) -> str:
    return f"{write_rdn((('uid', name),))},{PEOPLE}"
