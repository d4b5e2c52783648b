"""What an IdP may ask for about users; each leaves the user, its account, one job and one event behind.

Its sister is ``operations.groups``. Both take locks in one order, so that two changes may wait for one another
but never each for the other:

1. groups as they are found, in order of id, but a group before the groups in it; 2. users, in order of id; 3.
turns: names that are given up and taken, and unique values (``take_turns``); 4. the new names and values
themselves, where a writer that is not yet done is waited for; 5. members of groups and memberships; 6. jobs of
accounts; 7. jobs of app groups; 8. accounts and app groups. The engine, which writes outcomes to 6, 7 and 8, keeps
to it, too.

Whoever changes a group only keeps its members (5) from being deleted. So a deletion locks the groups of its user
first, and all of them: one that took the user in meanwhile has it begin anew.

Who arrives, or takes another name, joins the groups that wait for it last, against this order, and groups may be
members of each other in a circle. What then waits for itself is ended by PostgreSQL and made anew
(``store.deadlocks``).
"""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace

from seatkeeper.core.errors import AlreadyExistsError, NotFoundError
from seatkeeper.core.events import EventKind, Origin
from seatkeeper.core.ids import GroupId, UserId
from seatkeeper.core.integrations import Integration
from seatkeeper.core.jobs import JobKind
from seatkeeper.core.users import User
from seatkeeper.core.values import Document
from seatkeeper.operations.drafts import as_stored, changed_attributes, check_version
from seatkeeper.operations.groups import Newcomer, join_waiting_groups
from seatkeeper.operations.uniqueness import claim_values, name_turn, take_turns_for, unique_attributes
from seatkeeper.store.database import Reader, Transaction
from seatkeeper.store.queries.users import find_unanswered_user
from seatkeeper.store.records.accounts_of_users import rename_account
from seatkeeper.store.records.app_groups import list_app_groups_of
from seatkeeper.store.records.arrivals import Arrival, Landing, add_users
from seatkeeper.store.records.consequences import follow_user
from seatkeeper.store.records.events import Happening
from seatkeeper.store.records.jobs import ask_for_groups
from seatkeeper.store.records.memberships import leave_all_groups, renew_groups_of
from seatkeeper.store.records.users import delete_user_row, lock_user, mark_user_unanswered, rewrite_user
from seatkeeper.store.texts import check_name, encode_document, name_key


@dataclass(frozen=True, slots=True)
class UserDraft:
    """A user as it should be.

    ``document`` is the whole canonical resource, ``userName``, ``externalId`` and ``active`` included, without
    ``schemas``, ``id``, ``meta``, ``groups`` and ``password``, and without attributes that have no value.
    """

    user_name: str
    external_id: str | None
    active: bool
    document: Document


@dataclass(frozen=True, slots=True)
class Arrived:
    """A user who was created, or was before by the same request. Without ``may_have_groups`` it has none."""

    user: User
    may_have_groups: bool


async def create_user(
    tx: Transaction, integration: Integration, draft: UserDraft, *, user_id: UserId | None = None
) -> User:
    """Take in a new user as ``take_in`` does, and give it alone."""
    return (await take_in(tx, integration, draft, user_id=user_id)).user


async def take_in(
    tx: Transaction, integration: Integration, draft: UserDraft, *, user_id: UserId | None = None
) -> Arrived:
    """Take in a new user, and into the groups that wait for it. An active one gets a job to provision its account.

    A person who comes back under the same userName gets the account that was left behind.
    Raises ``AlreadyExistsError`` when the userName is taken, compared without case, or another value that must be
    unique, and ``InvalidValueError``. ``operations.arrivals`` takes in those that come at once.
    """
    arrival = read_arrival(tx.origin, integration, draft, user_id)
    has_claims = bool(unique_attributes(integration))
    if has_claims:
        await take_turns_for(tx, integration, [draft.user_name], [draft.document])
    [landing] = await add_users(tx, [arrival], takes_awaited=True)
    if landing.user_id is None and user_id is None:
        return Arrived(await get_first(tx, integration, draft), may_have_groups=True)
    user = newcomer(tx, draft, landing)
    if has_claims:
        await claim_values(tx, integration, user.id, draft.document)
    if landing.is_awaited:
        await join_waiting_groups(tx, integration, [named(user)])
    return Arrived(user, landing.is_awaited)


def read_arrival(
    origin: Origin, integration: Integration, draft: UserDraft, user_id: UserId | None = None
) -> Arrival:
    """Make a draft ready for the store. Raises ``InvalidValueError``."""
    _check_names(draft)
    return Arrival(
        integration_id=integration.id,
        origin=origin,
        user_name=draft.user_name,
        user_name_key=name_key(draft.user_name),
        external_id=draft.external_id,
        active=draft.active,
        document=encode_document(draft.document),
        turn=name_turn(integration.id, draft.user_name),
        user_id=user_id,
    )


def newcomer(tx: Transaction, draft: UserDraft, landing: Landing) -> User:
    """Give the user that was made of a draft. Raises ``AlreadyExistsError`` when there is none."""
    if landing.user_id is None:
        raise _taken(draft.user_name)
    return User(
        id=landing.user_id,
        user_name=draft.user_name,
        external_id=draft.external_id,
        active=draft.active,
        document=draft.document,
        version=1,
        created_at=tx.now,
        updated_at=tx.now,
    )


async def get_first(reader: Reader, integration: Integration, draft: UserDraft) -> User:
    """Give the user that the same request created before, if whoever sent it was gone before the answer.

    The same are externalId and content. Raises ``AlreadyExistsError``.
    """
    if draft.external_id is not None:
        user = await find_unanswered_user(reader, integration.id, name_key(draft.user_name))
        if user is not None and user.document == as_stored(draft.document):
            return user
    raise _taken(draft.user_name)


async def mark_unanswered(tx: Transaction, user_id: UserId) -> None:
    """Remember that whoever asked for a new user was gone before the answer, and may ask again."""
    await mark_user_unanswered(tx, user_id)


async def change_user(
    tx: Transaction,
    integration: Integration,
    user_id: UserId,
    change: Callable[[User], UserDraft],
    *,
    if_version: int | None = None,
) -> User:
    """Change a user; ``change`` is pure and is given the user as it stands, locked until the transaction ends.

    A change that changes nothing leaves no trace: no new version, no job, no event. Raises ``NotFoundError``,
    ``VersionMismatchError``, ``AlreadyExistsError``, ``InvalidValueError``, and whatever ``change`` raises.
    """
    user = _found(await lock_user(tx, integration.id, user_id), user_id)
    check_version(user.version, if_version)
    wanted = _applied(user, change(user))
    if wanted == user:
        return user
    wanted = replace(wanted, version=user.version + 1, updated_at=tx.now)
    renamed = name_key(wanted.user_name) != name_key(user.user_name)
    has_claims = bool(unique_attributes(integration))
    if renamed or has_claims:
        await take_turns_for(tx, integration, [user.user_name, wanted.user_name], [user.document, wanted.document])
    if not await rewrite_user(tx, wanted, renamed=renamed):
        raise _taken(wanted.user_name)
    if has_claims:
        await claim_values(tx, integration, user_id, wanted.document)
    event, job = _meaning(user, wanted)
    details = {"changed": changed_attributes(_in_full(user), _in_full(wanted))}
    happening = Happening(integration.id, event, wanted.user_name, user_id, details=details)
    await follow_user(tx, wanted, job, happening)
    if renamed:
        await rename_account(tx, user_id, name_key(wanted.user_name))
    if renamed or wanted.external_id != user.external_id:
        await join_waiting_groups(tx, integration, [named(wanted)])
    return wanted


async def delete_user(
    tx: Transaction, integration: Integration, user_id: UserId, *, if_version: int | None = None
) -> None:
    """Remove a user and its memberships, and ask for the account to be taken away; the account is still known.

    Raises ``NotFoundError`` and ``VersionMismatchError``.
    """
    user, groups = await _lock_with_groups(tx, integration, user_id)
    check_version(user.version, if_version)
    happening = Happening(integration.id, EventKind.USER_REMOVED, user.user_name, user_id)
    await follow_user(tx, user, JobKind.DEPROVISION, happening)
    if groups and integration.policy.push_groups:
        await ask_for_groups(tx, await list_app_groups_of(tx, groups), takes_access=True)
    await delete_user_row(tx, user_id)


def named(user: User) -> Newcomer:
    """Say by which names groups may wait for a user."""
    return Newcomer(user.id, user.external_id, name_key(user.user_name))


async def _lock_with_groups(
    tx: Transaction, integration: Integration, user_id: UserId
) -> tuple[User, Sequence[GroupId]]:
    """Lock the groups of a user and then the user, who leaves them; say which they were."""
    while True:
        async with _undoing_when_joined(tx):
            locked = await renew_groups_of(tx, integration.id, user_id)
            user = _found(await lock_user(tx, integration.id, user_id, to_delete=True), user_id)
            groups = await leave_all_groups(tx, user_id)
            if not set(groups) <= set(locked):
                raise _JoinedMeanwhileError
            return user, groups


class _JoinedMeanwhileError(Exception):
    """A group took the user in after the groups were locked and before the user was."""


@asynccontextmanager
async def _undoing_when_joined(tx: Transaction) -> AsyncIterator[None]:
    with suppress(_JoinedMeanwhileError):
        async with tx.savepoint():
            yield


def _check_names(draft: UserDraft) -> None:
    check_name(draft.user_name, "userName")
    if draft.external_id is not None:
        check_name(draft.external_id, "externalId")


def _found(user: User | None, user_id: UserId) -> User:
    if user is None:
        raise NotFoundError(f"There is no user with the id {user_id}.")
    return user


def _taken(user_name: str) -> AlreadyExistsError:
    return AlreadyExistsError(f'There already is a user with the userName "{user_name}".')


def _applied(user: User, draft: UserDraft) -> User:
    _check_names(draft)
    return replace(
        user,
        user_name=draft.user_name,
        external_id=draft.external_id,
        active=draft.active,
        document=as_stored(draft.document),
    )


def _in_full(user: User) -> Document:
    return {**user.document, "userName": user.user_name, "externalId": user.external_id, "active": user.active}


def _meaning(before: User, after: User) -> tuple[EventKind, JobKind | None]:
    """Say what happened, and what is to be done about the account of a person who is or was active."""
    if before.active and after.active:
        return EventKind.USER_CHANGED, JobKind.UPDATE
    if before.active:
        return EventKind.USER_DEACTIVATED, JobKind.DEPROVISION
    if after.active:
        return EventKind.USER_REACTIVATED, JobKind.PROVISION
    return EventKind.USER_CHANGED, None
