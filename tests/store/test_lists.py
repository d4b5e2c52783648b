"""Pages of users and groups: totals, order, and nothing twice."""

from collections.abc import Sequence
from typing import Any

import pytest
from scim2_models.path import ScimFilter

from seatkeeper.core.errors import InvalidValueError
from seatkeeper.core.users import User
from seatkeeper.scim.models import Group
from seatkeeper.store.database import Database
from seatkeeper.store.queries.filters import compile_user_filter
from seatkeeper.store.queries.groups import list_groups
from seatkeeper.store.queries.listing import ListQuery, Page
from seatkeeper.store.queries.sorting import compile_group_sort, compile_user_sort
from seatkeeper.store.queries.users import list_users
from tests.operations.directory_at_hand import Directory, directory_in
from tests.store.filtered import BADGE, MODEL


async def _people(database: Database) -> Directory:
    here = await directory_in(database)
    elsewhere = await directory_in(database, "erp")
    await elsewhere.create("stranger", title="a")
    people: dict[str, dict[str, Any]] = {
        "Éva": {"title": "b", BADGE: {"floor": 10}, "emails": [{"value": "z"}, {"value": "a", "primary": True}]},
        "ada": {"title": "B", BADGE: {"floor": 9, "code": "b"}, "emails": [{"value": "m"}, {"value": "a"}]},
        "Grace": {"title": "a", "active": False, BADGE: {"code": "B", "since": "2026-09-01T00:00:00Z"}},
        "alan": {"emails": [{"value": "B"}], BADGE: {"since": "2026-08-31T23:00:00-05:00"}},
    }
    for name, attributes in people.items():
        await here.create(name, **attributes)
    return here


async def _page(here: Directory, query: ListQuery) -> Page[User]:
    async with here.database.read() as reader:
        return await list_users(reader, here.integration.id, query)


def _names(users: Sequence[User]) -> list[str]:
    return [user.user_name for user in users]


@pytest.mark.proves("RFC 7644 §3.4.2", "every page knows the total")
async def test_every_page_knows_the_total(database: Database) -> None:
    here = await _people(database)
    for start, count, names in [
        (1, 100, ["Éva", "ada", "Grace", "alan"]),
        (1, 2, ["Éva", "ada"]),
        (3, 2, ["Grace", "alan"]),
        (4, 2, ["alan"]),
        (5, 2, []),
        (99, 2, []),
        (1, 0, []),
        (0, 1, ["Éva"]),
        (-7, -7, []),
    ]:
        page = await _page(here, ListQuery(start_index=start, count=count))
        assert (page.total, _names(page.items)) == (4, names), (start, count)


async def test_the_total_is_that_of_the_filter(database: Database) -> None:
    here = await _people(database)
    condition = compile_user_filter(ScimFilter("title pr").ast, MODEL)
    for start, count in [(1, 100), (1, 1), (9, 1), (1, 0)]:
        page = await _page(here, ListQuery(filter=condition, start_index=start, count=count))
        assert page.total == 3, (start, count)


@pytest.mark.proves("RFC 7644 §3.4.2.3", "equal ones stay in the order of their creation")
async def test_lists_are_sorted_and_equal_ones_stay_in_order_of_creation(database: Database) -> None:
    here = await _people(database)
    for sort_by, names in {
        "userName": ["ada", "alan", "Grace", "Éva"],
        "title": ["Grace", "Éva", "ada", "alan"],
        "emails": ["Éva", "alan", "ada", "Grace"],
        "Emails.Value": ["Éva", "alan", "ada", "Grace"],
        f"{BADGE}:floor": ["ada", "Éva", "Grace", "alan"],
        f"{BADGE}:code": ["Grace", "ada", "Éva", "alan"],
        f"{BADGE}:since": ["Grace", "alan", "Éva", "ada"],
        "active": ["Grace", "Éva", "ada", "alan"],
        "meta.created": ["Éva", "ada", "Grace", "alan"],
        "id": ["Éva", "ada", "Grace", "alan"],
    }.items():
        page = await _page(here, ListQuery(sort=compile_user_sort(sort_by, MODEL)))
        assert _names(page.items) == names, sort_by


async def test_what_has_no_value_comes_first_in_descending_order(database: Database) -> None:
    here = await _people(database)
    page = await _page(here, ListQuery(sort=compile_user_sort("title", MODEL, descending=True)))
    assert _names(page.items) == ["alan", "Éva", "ada", "Grace"]


@pytest.mark.parametrize(
    "sort_by", ["shoeSize", "name", "groups", "schemas", "userName pr or title", "", "'", "userName desc"]
)
def test_what_gives_no_order_is_refused(sort_by: str) -> None:
    with pytest.raises(InvalidValueError):
        compile_user_sort(sort_by, MODEL)


async def test_groups_are_listed_and_sorted_too(database: Database) -> None:
    here = await directory_in(database)
    for name in ("b", "A", "c"):
        await here.create_group(name)
    async with database.read() as reader:
        page = await list_groups(reader, here.integration.id, ListQuery(count=2))
        query = ListQuery(sort=compile_group_sort("displayName", Group))
        by_name = await list_groups(reader, here.integration.id, query)
    assert (page.total, [group.display_name for group in page.items]) == (3, ["b", "A"])
    assert [group.display_name for group in by_name.items] == ["A", "b", "c"]
