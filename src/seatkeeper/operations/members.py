"""The people of the workspace: adding them, changing what they are, and giving them integrations."""

from seatkeeper.core.access import Member, WorkspaceRole
from seatkeeper.core.errors import AlreadyExistsError, InvalidValueError, NotPossibleNowError
from seatkeeper.core.events import EventKind
from seatkeeper.core.ids import MemberId
from seatkeeper.operations.audit import note
from seatkeeper.store.database import Transaction
from seatkeeper.store.identifiers import new_id
from seatkeeper.store.queries.members import ListedMember, count_other_admins, get_member
from seatkeeper.store.records.members import (
    insert_member,
    lock_admins,
    set_disabled,
    set_name,
    set_workspace_role,
)
from seatkeeper.store.records.sessions import end_sessions_of
from seatkeeper.store.texts import check_name

_LONGEST_EMAIL = 320
_LONGEST_NAME = 200


async def add_member(tx: Transaction, email: str, name: str, role: WorkspaceRole) -> Member:
    """Add a member, who cannot sign in until they have a way to.

    Raises ``InvalidValueError`` and ``AlreadyExistsError``.
    """
    email = check_name(email.strip(), "The e-mail address")
    local, at, domain = email.rpartition("@")
    if not (local and at and domain) or len(email) > _LONGEST_EMAIL or not email.isprintable() or " " in email:
        raise InvalidValueError("Give an e-mail address, such as ada@example.org.")
    member = Member(MemberId(new_id()), email, check_member_name(name), role)
    if not await insert_member(tx, member):
        raise AlreadyExistsError(f"{email} is a member already.")
    await note(tx, EventKind.MEMBER_ADDED, member.name, role=role.value)
    return member


def check_member_name(name: str) -> str:
    """Give back the name of a person without the spaces around it. Raises ``InvalidValueError``."""
    name = check_name(name.strip(), "The name")
    if not name or not name.isprintable() or len(name) > _LONGEST_NAME:
        raise InvalidValueError("Give the name people know the member by.")
    return name


async def rename_member(tx: Transaction, member_id: MemberId, name: str) -> None:
    """Change the name people know a member by. Raises ``InvalidValueError``."""
    await set_name(tx, member_id, check_member_name(name))


async def change_role(tx: Transaction, member_id: MemberId, role: WorkspaceRole) -> ListedMember:
    """Change what a member is in the workspace; it holds from their next request on.

    Gives the member as they were. Raises ``NotFoundError``, and ``NotPossibleNowError`` for the last Admin.
    """
    await lock_admins(tx)
    before = await get_member(tx, member_id)
    if role is not WorkspaceRole.ADMIN:
        await _keep_an_admin(tx, before)
    await set_workspace_role(tx, member_id, role)
    if role is not before.member.role:
        await note(tx, EventKind.MEMBER_CHANGED, before.member.name, role=role.value)
    return before


async def disable_member(tx: Transaction, member_id: MemberId) -> ListedMember:
    """Keep a member out, and end their sessions; their API tokens no longer open anything.

    Raises ``NotFoundError``, and ``NotPossibleNowError`` for the last Admin.
    """
    await lock_admins(tx)
    before = await get_member(tx, member_id)
    await _keep_an_admin(tx, before)
    await set_disabled(tx, member_id, disabled=True)
    await end_sessions_of(tx, member_id)
    if before.disabled_at is None:
        await note(tx, EventKind.MEMBER_DISABLED, before.member.name)
    return before


async def enable_member(tx: Transaction, member_id: MemberId) -> ListedMember:
    """Let a member in again, with what they had. Raises ``NotFoundError``."""
    before = await get_member(tx, member_id)
    await set_disabled(tx, member_id, disabled=False)
    if before.disabled_at is not None:
        await note(tx, EventKind.MEMBER_ENABLED, before.member.name)
    return before


async def _keep_an_admin(tx: Transaction, member: ListedMember) -> None:
    if member.member.role is not WorkspaceRole.ADMIN or member.disabled_at is not None:
        return
    if await count_other_admins(tx, member.member.id) == 0:
        raise NotPossibleNowError(
            f"{member.member.name} is the last Admin who can sign in. Make somebody else an Admin first."
        )
