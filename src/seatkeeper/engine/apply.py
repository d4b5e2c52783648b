"""Carrying steps out: one step, one call to the app, one line of what was done."""

import time
from collections.abc import Awaitable, Collection
from contextlib import suppress
from typing import Any, TypeVar, assert_never

from seatkeeper.core.accounts import Arrival
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
from seatkeeper.core.values import Attributes, Document
from seatkeeper.core.wording import describe_step
from seatkeeper.engine.app import App
from seatkeeper.engine.observe import Progress
from seatkeeper.engine.workplace import Workplace
from seatkeeper.spi.errors import AccountNotFoundError

CHANGED = "changed"
"""Stands for a sensitive value that is not kept."""

T = TypeVar("T")


async def apply(place: Workplace, step: Step, progress: Progress) -> None:
    """Carry one step out and keep its line in ``progress``, also when it fails. Raises what ``App`` raises."""
    await take_step(progress.steps, _line(step, place.sensitive), _call(place.app, step, progress))


async def take_step(taken: list[Document], line: dict[str, Any], call: Awaitable[T]) -> T:
    """Make one call to the app and keep its line, with how long it took and what went wrong."""
    taken.append(line)
    started = time.perf_counter()
    try:
        return await call
    except Exception as error:
        line["error"] = type(error).__name__
        raise
    finally:
        line["ms"] = round((time.perf_counter() - started) * 1000, 1)


async def _call(app: App, step: Step, progress: Progress) -> None:  # noqa: C901 - a closed set
    match step:
        case CreateAccount(attributes):
            progress.uid, progress.is_known = await app.create_account(attributes), True
            progress.was_invited = app.abilities.arrival is not Arrival.AT_ONCE
        case UpdateAccount(changes, _):
            await app.update_account(_uid(progress), changes)
        case EnableAccount():
            await app.set_active(_uid(progress), active=True)
        case DisableAccount():
            await app.set_active(_uid(progress), active=False)
        case DeleteAccount():
            await _gone(app.delete_account(_uid(progress)))
        case WithdrawInvitation():
            await _gone(app.withdraw_invitation(_uid(progress)))
        case GrantEntitlements(entitlements):
            await app.grant(_uid(progress), entitlements)
        case RevokeEntitlements(entitlements):
            await app.revoke(_uid(progress), entitlements)
        case _:
            assert_never(step)


async def _gone(call: Awaitable[None]) -> None:
    with suppress(AccountNotFoundError):  # somebody was faster; the read-back proves it
        await call


def _uid(progress: Progress) -> Uid:
    assert progress.uid is not None
    return progress.uid


def _line(step: Step, sensitive: Collection[str]) -> dict[str, Any]:  # noqa: C901 - a closed set
    line: dict[str, Any] = {"what": describe_step(step)}
    match step:
        case CreateAccount(attributes):
            line |= {"kind": "create", "after": _kept(attributes, sensitive)}
        case UpdateAccount(changes, before):
            line |= {"kind": "update", "before": _kept(before, sensitive), "after": _kept(changes, sensitive)}
        case EnableAccount():
            line |= {"kind": "enable"}
        case DisableAccount():
            line |= {"kind": "disable"}
        case DeleteAccount():
            line |= {"kind": "delete"}
        case WithdrawInvitation():
            line |= {"kind": "withdraw"}
        case GrantEntitlements(entitlements):
            line |= {"kind": "grant", "after": [f"{each.type} {each.value}" for each in entitlements]}
        case RevokeEntitlements(entitlements):
            line |= {"kind": "revoke", "before": [f"{each.type} {each.value}" for each in entitlements]}
        case _:
            assert_never(step)
    return line


def _kept(attributes: Attributes, sensitive: Collection[str]) -> dict[str, Any]:
    return {name: CHANGED if name in sensitive else value for name, value in attributes.items()}
