"""SCIM tokens: shown once, kept as a digest, several at once, revoked for good."""

from datetime import datetime, timedelta

import pytest

from seatkeeper.core.errors import InvalidValueError, NotFoundError
from seatkeeper.core.tokens import digest_token
from seatkeeper.operations.tokens import create_token, note_use, revoke_token
from seatkeeper.store.database import Database
from seatkeeper.store.queries.tokens import find_token, list_tokens
from tests.operations.integrations_at_hand import ADMIN, an_integration, stored


@pytest.mark.proves("RFC 7644 §7.7", "of a token only a digest is kept")
async def test_a_token_is_found_by_its_digest_and_only_in_its_own_integration(database: Database) -> None:
    async with database.transaction(ADMIN) as tx:
        crm = await stored(tx)
        await stored(tx, an_integration("wiki"))
        token = await create_token(tx, crm.id, "okta")
        found = await find_token(tx, "crm", digest_token(token.secret))
        assert found is not None
        assert (found.integration, found.token_id, found.name) == (crm, token.id, "okta")
        assert await find_token(tx, "wiki", digest_token(token.secret)) is None


async def test_the_secret_is_in_no_row_and_no_repr(database: Database) -> None:
    async with database.transaction(ADMIN) as tx:
        crm = await stored(tx)
        token = await create_token(tx, crm.id, "okta")
        rows = await (await tx.connection.execute("SELECT scim_tokens::text FROM scim_tokens")).fetchall()
        events = await (await tx.connection.execute("SELECT events::text FROM events")).fetchall()
    assert token.secret not in str([rows, events, token])
    assert len(token.secret) == 47


async def test_several_tokens_are_good_at_once_and_one_can_be_revoked(database: Database) -> None:
    async with database.transaction(ADMIN) as tx:
        crm = await stored(tx)
        old, new = await create_token(tx, crm.id, "okta"), await create_token(tx, crm.id, "okta")
        await revoke_token(tx, old.id)
        listed = {token.id: token.revoked_at for token in await list_tokens(tx, crm.id)}
    assert listed == {old.id: tx.now, new.id: None}


async def test_a_token_cannot_be_revoked_twice(database: Database) -> None:
    async with database.transaction(ADMIN) as tx:
        token = await create_token(tx, (await stored(tx)).id, "okta")
        await revoke_token(tx, token.id)
        with pytest.raises(NotFoundError):
            await revoke_token(tx, token.id)


@pytest.mark.parametrize(("name", "expires_after"), [(" ", None), ("okta", timedelta(0))])
async def test_a_token_without_name_or_future_is_refused(
    database: Database, name: str, expires_after: timedelta | None
) -> None:
    async with database.transaction(ADMIN) as tx:
        crm = await stored(tx)
        with pytest.raises(InvalidValueError):
            await create_token(tx, crm.id, name, None if expires_after is None else tx.now + expires_after)


async def test_use_is_noted_once_a_minute(database: Database) -> None:
    async def used_at(moment: datetime) -> datetime | None:
        tx.now = moment
        await note_use(tx, token.id, "GET /Users")
        [listed] = await list_tokens(tx, crm.id)
        return listed.last_used_at

    async with database.transaction(ADMIN) as tx:
        crm = await stored(tx)
        token = await create_token(tx, crm.id, "okta")
        start = tx.now
        assert await used_at(start) == start
        assert await used_at(start + timedelta(seconds=59)) == start
        assert await used_at(start + timedelta(seconds=61)) == start + timedelta(seconds=61)
