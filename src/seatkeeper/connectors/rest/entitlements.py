"""Entitlements of a REST app: roles, licences and whatever else its accounts may hold."""

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any

from seatkeeper.connectors.rest.accounts import Accounts
from seatkeeper.connectors.rest.programs import Action, EntitlementType
from seatkeeper.core.entitlements import Entitlement
from seatkeeper.core.ids import Uid
from seatkeeper.spi.errors import AccountNotFoundError, UnsupportedError


class Granting(Accounts):
    """The app's accounts hold entitlements."""

    async def list_entitlements(self) -> Sequence[Entitlement]:
        """List what the app offers of every type."""
        offered: set[Entitlement] = set()
        for name, kind in self._app.program.entitlements.items():
            known = self._app.caller.known()
            async for found in self._app.lists.every(kind.listings, known, kind.value):
                offered.add(Entitlement(name, await self._app.value_of(kind.value, found)))
        return sorted(offered)

    async def grant(self, uid: Uid, entitlements: Sequence[Entitlement]) -> None:
        """Give what is not held yet."""
        for name, values in _by_type(entitlements):
            kind = self._kind(name)
            assert kind.grant is not None
            await self._hold(uid, kind.grant, name, add=values)

    async def revoke(self, uid: Uid, entitlements: Sequence[Entitlement]) -> None:
        """Take away what is held."""
        for name, values in _by_type(entitlements):
            kind = self._kind(name)
            assert kind.revoke is not None
            await self._hold(uid, kind.revoke, name, remove=values)

    async def _hold(
        self, uid: Uid, action: Action, name: str, *, add: Sequence[str] = (), remove: Sequence[str] = ()
    ) -> None:
        kind, asked = self._kind(name), [*add, *remove]
        more: dict[str, Any] = {}
        if action.reads_first or not kind.repeatable:
            seen = await self.read_account(uid)
            if seen is None:
                raise AccountNotFoundError(f"The account {uid} is not there.")
            held = sorted(each.value for each in seen.entitlements if each.type == name)
            asked = _left(kind, held, add=add, remove=remove)
            folded = {_folded(kind, value) for value in asked}
            kept = [value for value in held if add or _folded(kind, value) not in folded]
            more = {"held": held, "after": [*kept, *asked] if add else kept}
        if not asked:
            return
        if "entitlement" not in action.variables:
            await self._change(uid, action, entitlements=asked, **more)
            return
        for value in asked:
            await self._change(uid, action, entitlement={"type": name, "value": value}, **more)

    def _kind(self, name: str) -> EntitlementType:
        if name not in self.abilities.grants:
            raise UnsupportedError(f"The app has no entitlements of type {name} that can be granted.")
        return self._app.program.entitlements[name]


def _left(kind: EntitlementType, held: Iterable[str], *, add: Sequence[str], remove: Sequence[str]) -> list[str]:
    """Say what is left to be done, each as the app itself writes it where it is held."""
    known = {_folded(kind, value): value for value in held}
    lacking = [value for value in add if _folded(kind, value) not in known]
    return [*lacking, *(known[_folded(kind, value)] for value in remove if _folded(kind, value) in known)]


def _folded(kind: EntitlementType, value: str) -> str:
    return value.casefold() if kind.ignores_case else value


def _by_type(entitlements: Iterable[Entitlement]) -> list[tuple[str, list[str]]]:
    ordered = sorted(set(entitlements))
    return [(name, [each.value for each in group]) for name, group in groupby(ordered, lambda each: each.type)]
