"""What an integration wants of one person's account: its mapping for those who stay, its rule for leavers."""

from collections.abc import Sequence
from typing import assert_never

from seatkeeper.core.accounts import Presence, WantedAccount
from seatkeeper.core.integrations import LeaverRule, Policy
from seatkeeper.core.mapping import CompiledMapping
from seatkeeper.core.users import Group, User
from seatkeeper.core.values import is_unassigned


class RequiredMissingError(Exception):
    """The person lacks values the app needs; ``names`` are the app's attributes."""

    def __init__(self, names: tuple[str, ...]) -> None:
        super().__init__(", ".join(names))
        self.names = names


def want(
    user: User | None, groups: Sequence[Group], mapping: CompiledMapping, policy: Policy, *, delete_due: bool
) -> WantedAccount:
    """Work out the wanted account; a ``user`` of None is one the IdP removed.

    ``delete_due`` says that the account has been disabled for as long as *disable-then-delete* keeps it.
    A leaver's attributes and entitlements are left alone, so that a return finds them. Raises
    ``MappingFailedError`` and ``RequiredMissingError``, for people who stay only: a bad mapping keeps nobody in.
    """
    if user is None or not user.active:
        return WantedAccount(_presence_of_leaver(policy.leavers, delete_due=delete_due))
    attributes, grants = mapping.work_out(user, groups)
    missing = tuple(name for name in mapping.required if is_unassigned(attributes[name]))
    if missing:
        raise RequiredMissingError(missing)
    return WantedAccount(Presence.ACTIVE, attributes, grants)


def _presence_of_leaver(rule: LeaverRule, *, delete_due: bool) -> Presence:
    match rule:
        case LeaverRule.KEEP:
            return Presence.UNTOUCHED
        case LeaverRule.DISABLE:
            return Presence.DISABLED
        case LeaverRule.DELETE:
            return Presence.ABSENT
        case LeaverRule.DISABLE_THEN_DELETE:
            return Presence.ABSENT if delete_due else Presence.DISABLED
        case _:
            assert_never(rule)
