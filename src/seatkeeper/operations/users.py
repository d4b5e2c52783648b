"""What an IdP may ask for about users; each leaves the user, its account, one job and one event behind.

Its sister is ``operations.groups``.
"""

from collections.abc import Callable
from dataclasses import dataclass

from seatkeeper.core.ids import UserId
from seatkeeper.core.integrations import Integration
from seatkeeper.core.users import User
from seatkeeper.core.values import Document
from seatkeeper.store.database import Transaction


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


async def create_user(tx: Transaction, integration: Integration, draft: UserDraft) -> User:
    """Take in a new user. An active one gets a job to provision its account.

    A person who comes back under the same userName gets the account that was left behind.
    Raises ``AlreadyExistsError`` when the userName is taken, compared without case, and ``InvalidValueError``.
    """
    raise NotImplementedError


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
    raise NotImplementedError


async def delete_user(
    tx: Transaction, integration: Integration, user_id: UserId, *, if_version: int | None = None
) -> None:
    """Remove a user and its memberships, and ask for the account to be taken away; the account is still known.

    Raises ``NotFoundError`` and ``VersionMismatchError``.
    """
    raise NotImplementedError
