"""How often somebody may try to sign in. A try is counted before it is judged, and forgotten when it was right."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from seatkeeper.core.errors import TooManyAttemptsError
from seatkeeper.core.networks import parse_address, source_of
from seatkeeper.store.database import Transaction
from seatkeeper.store.records.failed_sign_ins import (
    find_blocking_try,
    forget_tries,
    forget_try,
    insert_try,
    lock_keys,
)
from seatkeeper.store.texts import name_key

WINDOW: Final = timedelta(minutes=15)
PER_ACCOUNT: Final = 10
PER_ADDRESS: Final = 50


@dataclass(frozen=True, slots=True)
class Try:
    """A counted try."""

    account: str
    address: str | None
    at: datetime


async def count_try(tx: Transaction, account: str, address: str) -> Try:
    """Count a try on an account (an e-mail address, or what else is guessed) from an address.

    However many come at once, no more than the limit get through. Raises ``TooManyAttemptsError``.
    """
    found = Try(_account_key(account), _address_key(address), tx.now)
    limits: Mapping[str, int] = {
        found.account: PER_ACCOUNT,
        **({} if found.address is None else {found.address: PER_ADDRESS}),
    }
    await lock_keys(tx, limits)
    blocking = [await find_blocking_try(tx, key, limit, WINDOW) for key, limit in limits.items()]
    until = max((at + WINDOW for at in blocking if at is not None), default=None)
    if until is not None:
        minutes = max(int((until - tx.now).total_seconds() + 59) // 60, 1)
        raise TooManyAttemptsError(
            f"Too many failed tries. Try again in {minutes} {'minute' if minutes == 1 else 'minutes'},"
            f" at {until:%H:%M} UTC. Whoever is signed in stays so."
        )
    for key in limits:
        await insert_try(tx, key, WINDOW)
    return found


async def forgive(tx: Transaction, found: Try) -> None:
    """Forget a try that turned out right, and the wrong ones on the same account before it."""
    await forget_tries(tx, found.account)
    if found.address is not None:
        await forget_try(tx, found.address, found.at)


async def forgive_account(tx: Transaction, account: str) -> None:
    """Forget the tries on an account."""
    await forget_tries(tx, _account_key(account))


def _account_key(account: str) -> str:
    # A digest, since people type their password into the wrong field.
    return "account " + hashlib.sha256(name_key(account.strip()).encode("utf-8", "replace")).hexdigest()


def _address_key(address: str) -> str | None:
    """Name whom an address stands for; None for what is no address."""
    return None if parse_address(address) is None else f"address {source_of(address)}"
