"""Users who are created at the same moment share a transaction and nothing else."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from seatkeeper.core.errors import AlreadyExistsError, NotFoundError, StoreUnavailableError
from seatkeeper.core.events import ActorKind, Origin
from seatkeeper.core.ids import IntegrationId
from seatkeeper.core.users import User
from seatkeeper.operations.arrivals import Arrivals
from seatkeeper.operations.users import Arrived, create_user
from seatkeeper.store.database import Database
from seatkeeper.store.identifiers import new_id
from tests.operations.directory_at_hand import Directory, directory_in, user_draft
from tests.waiting import until

MANY = 120
_WAITING = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


@pytest.fixture
async def here(database: Database) -> Directory:
    return await directory_in(database)


@pytest.fixture
async def elsewhere(database_url: str) -> AsyncIterator[Database]:
    """The pool of another web process."""
    pool = Database(database_url, size=4, clock=lambda: datetime.now(UTC), patience=60)
    await pool.open()
    yield pool
    await pool.close()


def _asked(number: int) -> Origin:
    return Origin(ActorKind.IDP, f"IdP {number}", f"request-{number}")


async def _create(arrivals: Arrivals, here: Directory, names: Sequence[str]) -> list[User | BaseException]:
    wishes = [
        arrivals.take_in(_asked(number), here.integration, user_draft(name, active=number % 3 > 0))
        for number, name in enumerate(names)
    ]
    answers = await asyncio.gather(*wishes, return_exceptions=True)
    return [each.user if isinstance(each, Arrived) else each for each in answers]


async def test_everybody_has_an_account_a_job_and_an_event_of_their_own(here: Directory) -> None:
    names = [f"Person-{number}" for number in range(MANY)]
    made = await _create(Arrivals(here.database), here, names)
    assert [user.user_name for user in made if isinstance(user, User)] == names
    accounts = {row["user_id"]: row for row in await here.rows("accounts")}
    jobs = {row["account_id"]: row for row in await here.rows("jobs")}
    told = {row["user_id"]: row for row in await here.rows("events")}
    assert (len(accounts), len(told), len(jobs)) == (MANY, MANY, MANY * 2 // 3)
    for number, user in enumerate(made):
        assert isinstance(user, User)
        job = jobs.get(accounts[user.id]["id"])
        event = told[user.id]
        assert (job is not None) == user.active == (event["details"] == {})
        assert (event["actor_name"], event["request_id"]) == (f"IdP {number}", f"request-{number}")
        assert (event["target"], event["job_id"]) == (user.user_name, job and job["id"])
        assert job is None or (job["actor"], job["request_id"], job["target"], job["kind"]) == (
            *(f"IdP {number}", f"request-{number}"),
            *(user.user_name.lower(), "provision"),
        )


async def test_they_share_transactions(here: Directory) -> None:
    await _create(Arrivals(here.database), here, [f"person-{number}" for number in range(MANY)])
    async with here.database.read() as reader:
        cursor = await reader.connection.execute("SELECT count(DISTINCT xmin::text) AS n FROM users")
        row = await cursor.fetchone()
    assert row is not None
    assert row["n"] < MANY / 10


async def test_of_one_name_asked_for_in_company_one_is_let_in_and_so_are_all_others(here: Directory) -> None:
    names = ["ada", *(f"person-{number}" for number in range(30)), "ADA", "Ada"]
    answers = await _create(Arrivals(here.database), here, names)
    assert sorted(str(answer) for answer in answers if isinstance(answer, AlreadyExistsError)) == [
        'There already is a user with the userName "ADA".',
        'There already is a user with the userName "Ada".',
    ]
    assert (
        len(await here.rows("users")) == len(await here.rows("accounts")) == len(await here.rows("events")) == 31
    )


async def test_those_who_come_back_in_company_get_their_accounts_back(here: Directory) -> None:
    names = [f"person-{number}" for number in range(20)]
    for user in await _create(Arrivals(here.database), here, names):
        assert isinstance(user, User)
        await here.delete(user)
    before = {row["user_name_key"]: row["id"] for row in await here.rows("accounts")}
    await here.settle()
    made = await _create(Arrivals(here.database), here, [*names, "newcomer"])
    after = {row["user_name_key"]: row for row in await here.rows("accounts")}
    assert {name: after[name]["id"] for name in names} == before
    assert [after[user.user_name]["user_id"] == user.id for user in made if isinstance(user, User)] == [True] * 21


async def test_one_that_the_database_refuses_keeps_nobody_else_out(here: Directory) -> None:
    arrivals = Arrivals(here.database)
    unknown = replace(here.integration, id=IntegrationId(new_id()))
    stranger = arrivals.take_in(_asked(0), unknown, user_draft("stranger"))
    answers = await asyncio.gather(
        _create(arrivals, here, [f"person-{number}" for number in range(20)]), stranger, return_exceptions=True
    )
    assert isinstance(answers[1], NotFoundError)
    assert len(await here.rows("users")) == 20


async def test_one_that_gave_up_waiting_keeps_nobody_else_waiting(here: Directory) -> None:
    arrivals = Arrivals(here.database)

    async def impatient() -> None:
        async with asyncio.timeout(0):
            await arrivals.take_in(_asked(0), here.integration, user_draft("impatient"))

    names = [f"person-{number}" for number in range(20)]
    answers = await asyncio.gather(impatient(), _create(arrivals, here, names), return_exceptions=True)
    assert isinstance(answers[0], TimeoutError)
    assert isinstance(answers[1], list)
    assert {type(answer) for answer in answers[1]} == {User}


async def test_who_comes_while_a_transaction_ends_is_not_forgotten(here: Directory) -> None:
    arrivals = Arrivals(here.database)

    async def one_after_the_other(line: int) -> None:
        for number in range(60):
            await arrivals.take_in(_asked(number), here.integration, user_draft(f"person-{line}-{number}"))

    async with asyncio.timeout(60):
        await asyncio.gather(*(one_after_the_other(line) for line in range(5)))
    assert len(await here.rows("users")) == 300


async def test_an_integration_that_is_locked_holds_up_no_other(here: Directory, elsewhere: Database) -> None:
    arrivals = Arrivals(here.database)
    other = await directory_in(here.database, "erp")
    async with elsewhere.transaction(_asked(0)) as tx:
        await tx.connection.execute("SELECT FROM integrations WHERE slug = 'crm' FOR UPDATE")
        held_up = asyncio.create_task(_create(arrivals, here, [f"person-{number}" for number in range(10)]))
        made = await _create(arrivals, other, [f"person-{number}" for number in range(10)])
        assert {type(answer) for answer in made} == {User}
        assert not held_up.done()
    assert {type(answer) for answer in await held_up} == {User}


async def test_whoever_waits_for_a_name_holds_up_no_other(here: Directory, elsewhere: Database) -> None:
    arrivals = Arrivals(here.database)

    async def here_somebody_waits() -> bool:
        async with here.database.read() as reader:
            cursor = await reader.connection.execute(_WAITING)
            return await cursor.fetchone() is not None

    async with elsewhere.transaction(_asked(0)) as tx:
        await create_user(tx, here.integration, user_draft("ada"))
        held_up = asyncio.create_task(_create(arrivals, here, ["ada"]))
        await until(here_somebody_waits)
        async with asyncio.timeout(60):
            [bob] = await _create(arrivals, here, ["bob"])
        assert isinstance(bob, User)
        assert not held_up.done()
    assert [type(answer) for answer in await held_up] == [AlreadyExistsError]


async def test_without_a_database_everybody_is_told(here: Directory) -> None:
    await here.database.close()
    answers = await _create(Arrivals(here.database), here, ["ada", "bob", "eve"])
    assert {type(answer) for answer in answers} == {StoreUnavailableError}


async def test_companies_that_want_each_others_names_wait_in_line(here: Directory, elsewhere: Database) -> None:
    names = [f"person-{number}" for number in range(60)]
    settled = [await here.create(f"settled-{number}") for number in range(12)]
    renames = [here.change(user, userName=name) for user, name in zip(settled, names[::5], strict=True)]
    answers = await asyncio.gather(
        _create(Arrivals(here.database), here, names),
        _create(Arrivals(elsewhere), here, names[::-1]),
        asyncio.gather(*renames, return_exceptions=True),
    )
    assert {type(answer) for company in answers for answer in company} == {User, AlreadyExistsError}
    assert len({row["user_name_key"] for row in await here.rows("users")} & set(names)) == 60
