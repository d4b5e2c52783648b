"""The service account that the connector's page tells administrators to make can do all that is asked of it."""

import pytest

from lab.processes import ROOT
from lab.slapd import Slapd
from seatkeeper.connectors.ldap.groups import SwitchingAndGrouping
from seatkeeper.connectors.ldap.sessions import connect
from seatkeeper.spi.connector import check
from tests.connectors.ldap.conftest import settings_for
from tests.connectors.ldap.samples import person

pytestmark = [pytest.mark.live, pytest.mark.xdist_group("slapd")]


async def test_the_least_privileges_on_the_page_are_enough(directory: Slapd) -> None:
    page = (ROOT / "docs/connectors/ldap.md").read_text()
    account, access, _ = page.split("```")[1].replace("seatkeeper", "least").strip().split("\n\n")
    directory.write(account.partition("{SSHA}")[0] + "its-password\n")
    directory.configure(access + "\n")
    least = {"bind_dn": "cn=least,dc=example,dc=org", "bind_password": "its-password"}
    async with connect(settings_for(directory, **least)) as session:
        assert isinstance(session, SwitchingAndGrouping)
        await check(session)
        uid = await session.create_account(person("ada", userPassword="something"))
        await session.update_account(uid, {"uid": "ada.l", "title": "Analyst"})
        await session.set_active(uid, active=False)
        group = await session.create_group("devs")
        await session.change_members(group, add=[uid], remove=[])
        await session.rename_group(group, "developers")
        seen = await session.read_group(group)
        assert seen is not None
        assert seen.members == {uid}
        await session.delete_group(group)
        await session.delete_account(uid)
        assert [account async for account in session.list_accounts()] == []
