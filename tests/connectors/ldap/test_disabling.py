"""A disabled account cannot be signed in with, whatever the directory does for that."""

import pytest

from lab.slapd import PEOPLE, Slapd
from seatkeeper.connectors.ldap.accounts import Switching
from seatkeeper.connectors.ldap.groups import SwitchingAndGrouping
from seatkeeper.connectors.ldap.sessions import connect
from seatkeeper.core.ids import Uid
from seatkeeper.spi.connector import DisablesAccounts
from tests.connectors.ldap.conftest import settings_for
from tests.connectors.ldap.samples import person

pytestmark = [pytest.mark.live, pytest.mark.xdist_group("slapd")]

PASSWORD = "correct horse battery"
ADA = f"uid=ada,{PEOPLE}"


async def active(session: Switching, uid: Uid) -> bool | None:
    seen = await session.read_account(uid)
    assert seen is not None
    return seen.active


async def test_a_locked_account_is_refused_at_sign_in(session: SwitchingAndGrouping, directory: Slapd) -> None:
    uid = await session.create_account(person("ada", userPassword=PASSWORD))
    assert directory.lets_in(ADA, PASSWORD)
    await session.set_active(uid, active=False)
    assert not directory.lets_in(ADA, PASSWORD)
    await session.set_active(uid, active=True)
    assert directory.lets_in(ADA, PASSWORD)


async def test_a_lock_that_ends_by_itself_is_not_being_disabled(
    session: SwitchingAndGrouping, directory: Slapd
) -> None:
    uid = await session.create_account(person("ada"))
    locked = f"dn: {ADA}\nchangetype: modify\nadd: pwdAccountLockedTime\npwdAccountLockedTime: 20990101000000Z\n"
    directory.write(locked)
    assert await active(session, uid) is True
    await session.set_active(uid, active=False)
    assert await active(session, uid) is False


async def test_an_attribute_may_have_a_value_for_each_state(directory: Slapd) -> None:
    states = {"disable_attribute": "employeeType", "disabled_value": "left", "enabled_value": "works here"}
    async with connect(settings_for(directory, **states)) as session:
        assert isinstance(session, Switching)
        uid = await session.create_account(person("ada"))
        assert directory.people()["ada"].one("employeeType") == "works here"
        await session.set_active(uid, active=False)
        assert directory.people()["ada"].one("employeeType") == "left"
        assert await active(session, uid) is False
        await session.set_active(uid, active=True)
        assert directory.people()["ada"].one("employeeType") == "works here"


async def test_without_an_attribute_nothing_is_promised(directory: Slapd) -> None:
    async with connect(settings_for(directory, disable_attribute=None)) as session:
        assert not isinstance(session, DisablesAccounts)
        assert not session.abilities.disables


async def test_a_password_is_written_and_never_shown(session: SwitchingAndGrouping, directory: Slapd) -> None:
    uid = await session.create_account(person("ada", userPassword=PASSWORD))
    seen = await session.read_account(uid)
    assert seen is not None
    assert "userPassword" not in seen.attributes
    assert PASSWORD not in repr(seen)
    await session.update_account(uid, {"userPassword": "another one"})
    assert directory.lets_in(ADA, "another one")
