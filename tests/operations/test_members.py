"""Members and API tokens: there is always an Admin who can sign in, and a token is no more than its scopes."""

import asyncio
from datetime import timedelta

import pytest

from seatkeeper.core.access import Member, Permission, Scope, WorkspaceRole, allows
from seatkeeper.core.errors import InvalidValueError, NotFoundError, NotPossibleNowError
from seatkeeper.core.ids import APITokenId
from seatkeeper.operations.api_tokens import create_api_token, find_bearer, note_api_token, revoke_api_token
from seatkeeper.operations.members import add_member, change_role, disable_member, enable_member
from seatkeeper.store.database import Database
from seatkeeper.store.identifiers import new_id
from seatkeeper.store.queries.api_tokens import list_api_tokens
from seatkeeper.store.queries.members import list_members
from seatkeeper.store.records.credentials import set_password_hash
from tests.operations.integrations_at_hand import ADMIN

ROLE = WorkspaceRole


async def _member(database: Database, email: str, role: ROLE = ROLE.ADMIN, *, can_enter: bool = True) -> Member:
    async with database.transaction(ADMIN) as tx:
        member = await add_member(tx, email, "Somebody", role)
        if can_enter:
            await set_password_hash(tx, member.id, "hashed")
    return member


async def test_the_last_admin_who_can_sign_in_stays_one(database: Database) -> None:
    ada = await _member(database, "ada@example.org")
    await _member(database, "invited@example.org", can_enter=False)
    with pytest.raises(NotPossibleNowError, match="last Admin"):
        async with database.transaction(ADMIN) as tx:
            await change_role(tx, ada.id, ROLE.MEMBER)
    with pytest.raises(NotPossibleNowError, match="last Admin"):
        async with database.transaction(ADMIN) as tx:
            await disable_member(tx, ada.id)
    bob = await _member(database, "bob@example.org")
    async with database.transaction(ADMIN) as tx:
        await disable_member(tx, ada.id)
        with pytest.raises(NotPossibleNowError):
            await change_role(tx, bob.id, ROLE.AUDITOR)
        await enable_member(tx, ada.id)
        await change_role(tx, bob.id, ROLE.AUDITOR)


async def test_two_admins_who_demote_each_other_at_once_leave_one(database: Database) -> None:
    members = [await _member(database, f"admin{n}@example.org") for n in range(4)]

    async def demote(member: Member) -> None:
        async with database.transaction(ADMIN) as tx:
            await change_role(tx, member.id, ROLE.MEMBER)

    ended = await asyncio.gather(*(demote(each) for each in members), return_exceptions=True)
    assert [type(each) for each in ended].count(NotPossibleNowError) == 1
    async with database.read() as reader:
        roles = [each.member.role for each in await list_members(reader)]
    assert roles.count(ROLE.ADMIN) == 1


async def test_a_token_stands_for_its_member_within_its_scopes(database: Database) -> None:
    ada = await _member(database, "ada@example.org")
    async with database.transaction(ADMIN) as tx:
        expires_at = tx.now + timedelta(days=1)
        made = await create_api_token(tx, ada.id, "report", {Scope.READ}, expires_at)
        found = await find_bearer(tx, made.secret, tx.now)
        assert found is not None
        assert found.is_stale
        assert allows(found.guest, Permission.SEE_WORKSPACE)
        assert not allows(found.guest, Permission.MANAGE_WORKSPACE)
        await note_api_token(tx, found.token_id)
        again = await find_bearer(tx, made.secret, tx.now)
        assert again is not None
        assert not again.is_stale
        assert await find_bearer(tx, made.secret, expires_at) is None
        assert await find_bearer(tx, made.secret + "x", tx.now) is None
        [listed] = await list_api_tokens(tx, ada.id)
    assert made.secret.startswith(listed.prefix)
    assert made.secret.startswith("ska_")
    assert made.secret not in repr((made, listed))


async def test_a_token_is_revoked_by_its_member_only_and_ends_with_them(database: Database) -> None:
    ada, bob = await _member(database, "ada@example.org"), await _member(database, "bob@example.org")
    async with database.transaction(ADMIN) as tx:
        kept = await create_api_token(tx, ada.id, "one", {Scope.READ}, None)
        gone = await create_api_token(tx, ada.id, "two", {Scope.READ}, None)
        with pytest.raises(NotFoundError):
            await revoke_api_token(tx, bob.id, gone.id)
        await revoke_api_token(tx, ada.id, gone.id)
        with pytest.raises(NotFoundError):
            await revoke_api_token(tx, ada.id, APITokenId(new_id()))
        assert await find_bearer(tx, gone.secret, tx.now) is None
        assert await find_bearer(tx, kept.secret, tx.now) is not None
        await disable_member(tx, ada.id)
        assert await find_bearer(tx, kept.secret, tx.now) is None


@pytest.mark.parametrize(
    ("name", "scopes", "days"), [("", {Scope.READ}, 1), ("x", set(), 1), ("x", {Scope.READ}, -1)]
)
async def test_a_token_without_name_scope_or_future_is_refused(
    name: str, scopes: set[Scope], days: int, database: Database
) -> None:
    ada = await _member(database, "ada@example.org")
    with pytest.raises(InvalidValueError):
        async with database.transaction(ADMIN) as tx:
            await create_api_token(tx, ada.id, name, scopes, tx.now + timedelta(days=days))
