"""Roles as entitlements: the ``roles`` attribute of a User (RFC 7643 §4.1.2)."""

from collections.abc import Sequence

from seatkeeper.connectors.scim.accounts import ROLE, Accounts
from seatkeeper.connectors.scim.resources import attributes_of
from seatkeeper.core.entitlements import Entitlement
from seatkeeper.core.ids import Uid
from seatkeeper.spi.errors import UnsupportedError


class Granting(Accounts):
    """The app's accounts hold roles."""

    async def list_entitlements(self) -> Sequence[Entitlement]:
        """List the roles held by at least one account: SCIM has no catalogue of them."""
        held = {role async for account in self.list_accounts() for role in account.entitlements}
        return sorted(held)

    async def grant(self, uid: Uid, entitlements: Sequence[Entitlement]) -> None:
        """Give what is not held yet."""
        held = await self._roles(uid)
        await self._hold(uid, held, held | _values(entitlements))

    async def revoke(self, uid: Uid, entitlements: Sequence[Entitlement]) -> None:
        """Take away what is held."""
        held = await self._roles(uid)
        await self._hold(uid, held, held - _values(entitlements))

    async def _roles(self, uid: Uid) -> frozenset[str]:
        roles = attributes_of((await self._changing.get("/Users", uid)).resource).get("roles", ())
        return frozenset(roles) if isinstance(roles, tuple) else frozenset()

    async def _hold(self, uid: Uid, before: frozenset[str], after: frozenset[str]) -> None:
        if before != after:
            await self._changing.change("/Users", uid, {"roles": tuple(sorted(after))})


def _values(entitlements: Sequence[Entitlement]) -> frozenset[str]:
    unknown = sorted({each.type for each in entitlements if each.type != ROLE})
    if unknown:
        raise UnsupportedError(f"The app has no entitlements of type {', '.join(unknown)}.")
    return frozenset(each.value for each in entitlements)
