"""A read that was cut short never looks complete."""

from collections.abc import AsyncIterator

import pytest

from lab.slapd import LIMITED_DN, Slapd
from seatkeeper.connectors.ldap.groups import SwitchingAndGrouping
from seatkeeper.connectors.ldap.sessions import connect
from seatkeeper.core.accounts import SeenAccount
from seatkeeper.core.problems import ProblemCode
from seatkeeper.spi.errors import RejectedError
from tests.connectors.ldap.conftest import settings_for
from tests.connectors.ldap.samples import person_ldif

pytestmark = [pytest.mark.live, pytest.mark.xdist_group("slapd")]

PEOPLE_COUNT = 601
"""More than the 500 that slapd gives to an account without a limit of its own."""


@pytest.fixture
def populated(directory: Slapd) -> Slapd:
    directory.write("".join(person_ldif(f"uid=p{number}", title="One of many") for number in range(PEOPLE_COUNT)))
    return directory


async def test_everybody_is_listed_over_many_pages(populated: Slapd) -> None:
    async with connect(settings_for(populated, page_size=50)) as session:
        assert isinstance(session, SwitchingAndGrouping)
        listed = [account.name async for account in session.list_accounts()]
        assert sorted(listed) == sorted(f"p{number}" for number in range(PEOPLE_COUNT))


async def test_a_list_beyond_the_limit_raises_and_says_what_to_do(populated: Slapd) -> None:
    async with connect(settings_for(populated, bind_dn=LIMITED_DN, page_size=50)) as session:
        assert isinstance(session, SwitchingAndGrouping)
        listing = session.list_accounts()
        first = await anext(listing)
        with pytest.raises(RejectedError, match=r"size limit exceeded.*olcLimits") as refused:
            await _exhaust(listing)
        assert refused.value.code is ProblemCode.PERMISSION_MISSING
        assert first.name == "p0"


async def test_a_search_beyond_the_limit_raises(populated: Slapd) -> None:
    async with connect(settings_for(populated, bind_dn=LIMITED_DN)) as session:
        assert isinstance(session, SwitchingAndGrouping)
        with pytest.raises(RejectedError, match="size limit exceeded"):
            await session.find_accounts("title", "One of many")


async def _exhaust(listing: AsyncIterator[SeenAccount]) -> None:
    async for _ in listing:
        pass
