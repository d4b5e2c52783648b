"""The main job: people come, change and go in the IdP, and the app follows, proven."""

import pytest

from seatkeeper.idps.people import people, teams
from tests.journeys.worlds import World

pytestmark = [pytest.mark.live, pytest.mark.slow]


def test_a_joiner_gets_an_account_and_a_place_in_the_groups(world: World) -> None:
    company = world.connect()
    company.idp.test_connection()
    company.hire(people(5))
    company.form(teams(people(5), ["Engineering", "Sales"]))
    world.settle()
    kinds = [event["kind"] for event in world.activity()]
    assert kinds.count("user.assigned") == 5
    assert kinds.count("job.succeeded") >= 7


def test_a_mover_is_renamed_changed_and_moved(world: World) -> None:
    company = world.connect()
    company.hire(people(4))
    company.form(teams(people(4), ["Engineering", "Sales"]))
    world.settle()
    company.change(company.people[2].married("Noether"))
    company.move(2, out_of="Engineering", into="Sales")
    world.settle()


@pytest.mark.parametrize("leavers", ["disable", "delete"])
def test_a_leaver_loses_access_and_comes_back(world: World, leavers: str) -> None:
    company = world.connect(leavers=leavers)
    company.hire(people(3))
    company.form(teams(people(3), ["Engineering"]))
    world.settle()
    company.deactivate(1)
    world.settle()
    company.rehire(1)
    world.settle()


def test_who_is_deleted_in_the_idp_is_dealt_with_like_any_leaver(world: World) -> None:
    company = world.connect(leavers="disable")
    company.hire(people(3))
    world.settle()
    company.delete(0)
    company.purge()
    world.settle()


def test_an_account_that_is_deleted_stays_in_no_group(world: World) -> None:
    company = world.connect(leavers="delete")
    company.hire(people(3))
    company.form(teams(people(3), ["Engineering"]))
    world.settle()
    company.delete(0)
    company.purge()
    world.settle()


def test_a_renamed_group_keeps_its_members_and_a_deleted_one_goes(world: World) -> None:
    company = world.connect()
    company.hire(people(4))
    company.form(teams(people(4), ["Engineering", "Sales"]))
    world.settle()
    company.rename_team("Engineering", "Research")
    world.settle()
    company.dissolve("Sales")
    world.settle()
