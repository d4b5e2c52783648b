"""The people of the workspace: adding them, changing what they are, and giving them integrations."""

from seatkeeper.core.access import IntegrationRole, Member, WorkspaceRole
from seatkeeper.core.errors import AlreadyExistsError, InvalidValueError, NotFoundError
from seatkeeper.core.ids import IntegrationId, MemberId
from seatkeeper.store.database import Transaction
from seatkeeper.store.identifiers import new_id
from seatkeeper.store.queries.members import get_member
from seatkeeper.store.records.members import insert_member, put_role, take_role
from seatkeeper.store.texts import check_name

_LONGEST_EMAIL = 320


async def add_member(tx: Transaction, email: str, name: str, role: WorkspaceRole) -> Member:
    """Add a member, who cannot sign in until they have a way to.

    Raises ``InvalidValueError`` and ``AlreadyExistsError``.
    """
    email, name = check_name(email.strip(), "The e-mail address"), check_name(name.strip(), "The name")
    local, at, domain = email.rpartition("@")
    if not (local and at and domain) or len(email) > _LONGEST_EMAIL or not email.isprintable():
        raise InvalidValueError("Give an e-mail address, such as ada@example.org.")
    if not name or not name.isprintable():
        raise InvalidValueError("Give the name people know the member by.")
    member = Member(MemberId(new_id()), email, name, role)
    if not await insert_member(tx, member):
        raise AlreadyExistsError(f"{email} is a member already.")
    return member


async def give_role(
    tx: Transaction, integration_id: IntegrationId, member_id: MemberId, role: IntegrationRole
) -> None:
    """Make somebody Owner, Manager or Viewer of an integration. Raises ``NotFoundError``."""
    await get_member(tx, member_id)
    await put_role(tx, integration_id, member_id, role)


async def withdraw_role(tx: Transaction, integration_id: IntegrationId, member_id: MemberId) -> None:
    """Take somebody's role on an integration away. Raises ``NotFoundError`` when they have none."""
    if not await take_role(tx, integration_id, member_id):
        raise NotFoundError("This member has no role on the integration.")
