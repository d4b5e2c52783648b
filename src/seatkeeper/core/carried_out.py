"""How an account looks after steps that nobody can look after."""

from collections.abc import Iterable
from dataclasses import replace
from typing import assert_never

from seatkeeper.core.accounts import SeenAccount
from seatkeeper.core.ids import Uid
from seatkeeper.core.steps import (
    CreateAccount,
    DeleteAccount,
    DisableAccount,
    EnableAccount,
    GrantEntitlements,
    RevokeEntitlements,
    Step,
    UpdateAccount,
    WithdrawInvitation,
)


def carried_out(  # noqa: C901 - one case for each of a closed set
    steps: Iterable[Step], seen: SeenAccount | None, name_attribute: str
) -> SeenAccount | None:
    """Say how the account looks once every step was taken, where nobody can look.

    An account made by hand has no Uid anybody knows: its Name stands for it.
    """
    for step in steps:
        match step:
            case CreateAccount(attributes):
                name = str(attributes.get(name_attribute) or "")
                seen = SeenAccount(Uid(name), name, active=True, attributes=attributes)
            case DeleteAccount() | WithdrawInvitation():
                seen = None
            case _ if seen is None:
                pass
            case UpdateAccount(changes, _):
                name = str(changes.get(name_attribute) or seen.name)
                seen = replace(seen, name=name, attributes={**seen.attributes, **changes})
            case EnableAccount() | DisableAccount():
                seen = replace(seen, active=isinstance(step, EnableAccount))
            case GrantEntitlements(entitlements):
                seen = replace(seen, entitlements=seen.entitlements.union(entitlements))
            case RevokeEntitlements(entitlements):
                seen = replace(seen, entitlements=seen.entitlements.difference(entitlements))
            case _:
                assert_never(step)
    return seen
