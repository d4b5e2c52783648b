"""Sessions: each ability is a flow, and what a flow tells is compared again on our side."""

from collections.abc import AsyncIterator, Sequence
from typing import Any

from seatkeeper.connectors.browser.recipes import CHANGING, FlowName, Rows
from seatkeeper.connectors.browser.rows import seen_account
from seatkeeper.connectors.browser.stagehand import Stagehand
from seatkeeper.connectors.browser.stages import list_stages
from seatkeeper.core.accounts import Abilities, SeenAccount
from seatkeeper.core.entitlements import Entitlement
from seatkeeper.core.ids import Uid
from seatkeeper.core.problems import ProblemCode
from seatkeeper.core.values import Attributes, AttributeValue
from seatkeeper.spi.connector import Stage
from seatkeeper.spi.errors import AccountNotFoundError, RejectedError


class Accounts:
    """A session that reads and lists; what else it can do depends on the recipe (``sessions``)."""

    def __init__(self, stagehand: Stagehand) -> None:
        self._stagehand = stagehand
        self._recipe = recipe = stagehand.part.recipe
        self._name = recipe.account.name
        self._abilities = Abilities(
            name_attribute=self._name,
            creates=recipe.has(FlowName.CREATE),
            updates=recipe.has(FlowName.UPDATE),
            renames=recipe.has(FlowName.RENAME) or recipe.abilities.renames,
            disables=recipe.has(FlowName.DISABLE),
            deletes=recipe.has(FlowName.DELETE),
            grants=frozenset(held.type for held in recipe.account.entitlements)
            if recipe.has(FlowName.GRANT)
            else frozenset(),
            write_only=recipe.abilities.write_only,
            create_only=recipe.abilities.create_only,
            ignores_case=recipe.abilities.ignores_case,
        )

    @property
    def abilities(self) -> Abilities:
        """What the recipe knows how to do."""
        return self._abilities

    def stages(self) -> Sequence[Stage]:
        """Sign in and find, changing nothing."""
        return list_stages(self._stagehand, self.find_accounts)

    def resume(self, state: str) -> None:
        """Be signed in already, where the app still knows it."""
        self._stagehand.resume(state)

    def state(self) -> str | None:
        """Give the signed-in state, for the next session."""
        return self._stagehand.state()

    async def read_account(self, uid: Uid) -> SeenAccount | None:
        """Read one account."""
        if self._recipe.has(FlowName.READ):
            return await self._read(uid)
        found = [seen for seen in await self._looked_for(self._name, uid) if seen.uid == uid]
        if found or not self._recipe.has(FlowName.LIST):
            return found[0] if found else None
        return next((seen for seen in await self._listed() if seen.uid == uid), None)

    async def find_accounts(self, attribute: str, value: str) -> Sequence[SeenAccount]:
        """Find accounts by the value of one attribute."""
        return [seen for seen in await self._looked_for(attribute, value) if self._has(seen, attribute, value)]

    async def list_accounts(self) -> AsyncIterator[SeenAccount]:
        """List all accounts."""
        for seen in await self._listed():
            yield seen

    async def _looked_for(self, attribute: str, value: str) -> Sequence[SeenAccount]:
        recipe = self._recipe
        if not recipe.has(FlowName.FIND) or (recipe.finds is not None and attribute not in recipe.finds):
            return await self._listed() if recipe.has(FlowName.LIST) else []
        found = await self._stagehand.play(FlowName.FIND, attribute=attribute, value=value)
        return await self._completed(found["accounts"])

    async def _listed(self) -> Sequence[SeenAccount]:
        return await self._completed((await self._stagehand.play(FlowName.LIST))["accounts"])

    async def _completed(self, rows: Any) -> Sequence[SeenAccount]:
        seen = [seen_account(self._recipe, row) for row in rows or ()]
        if self._recipe.rows is Rows.WHOLE:
            return seen
        read = [await self._read(each.uid) for each in seen]
        return [each for each in read if each is not None]

    async def _read(self, uid: Uid) -> SeenAccount | None:
        try:
            row = (await self._stagehand.play(FlowName.READ, uid=uid))["account"]
        except AccountNotFoundError:
            return None
        if row is None:
            return None
        seen = seen_account(self._recipe, row)
        return seen if seen.uid == uid else None

    def _has(self, seen: SeenAccount, attribute: str, value: str) -> bool:
        shown = seen.attributes.get(attribute)
        values = shown if isinstance(shown, tuple) else (str(shown),) if shown is not None else ()
        if attribute in self._abilities.ignores_case:
            return value.casefold() in {each.casefold() for each in values}
        return value in values

    async def _change(self, flow: FlowName, uid: Uid, **given: Any) -> None:
        assert flow in CHANGING
        await self._stagehand.play(flow, uid=uid, **given)


class Creating(Accounts):
    """It makes accounts."""

    async def create_account(self, attributes: Attributes) -> Uid:
        """Make an account; where its page does not tell the Uid, it is looked for by its Name."""
        name = attributes.get(self._name)
        if not isinstance(name, str) or not name:
            raise RejectedError(f"An account needs {self._name}, which names it.", ProblemCode.REQUIRED_MISSING)
        values = await self._stagehand.play(FlowName.CREATE, account=_plain(attributes))
        if values.get("uid"):
            return Uid(str(values["uid"]))
        found = await self.find_accounts(self._name, name)
        if len(found) != 1:
            raise RejectedError(f"The app took the account and shows {len(found)} of that name.")
        return found[0].uid


class Updating(Accounts):
    """It changes accounts."""

    async def update_account(self, uid: Uid, changes: Attributes) -> None:
        """Rename first, then change the rest."""
        rest = dict(changes)
        if self._name in rest and self._recipe.has(FlowName.RENAME):
            await self._change(FlowName.RENAME, uid, name=rest.pop(self._name))
        if rest:
            await self._change(FlowName.UPDATE, uid, changes=_plain(rest))


class Switching(Accounts):
    """It disables accounts and enables them again."""

    async def set_active(self, uid: Uid, *, active: bool) -> None:
        """Let the person sign in, or not."""
        await self._change(FlowName.ENABLE if active else FlowName.DISABLE, uid)


class Deleting(Accounts):
    """It removes accounts."""

    async def delete_account(self, uid: Uid) -> None:
        """Remove one."""
        await self._change(FlowName.DELETE, uid)


class Granting(Accounts):
    """It gives entitlements and takes them away."""

    async def list_entitlements(self) -> Sequence[Entitlement]:
        """List what the app offers."""
        rows = (await self._stagehand.play(FlowName.LIST_ENTITLEMENTS))["entitlements"]
        only = next(held.type for held in self._recipe.account.entitlements)
        return [
            Entitlement(row["type"], row["value"]) if isinstance(row, dict) else Entitlement(only, str(row))
            for row in rows or ()
        ]

    async def grant(self, uid: Uid, entitlements: Sequence[Entitlement]) -> None:
        """Give all of them."""
        await self._change(FlowName.GRANT, uid, entitlements=[_row(each) for each in entitlements])

    async def revoke(self, uid: Uid, entitlements: Sequence[Entitlement]) -> None:
        """Take all of them away."""
        await self._change(FlowName.REVOKE, uid, entitlements=[_row(each) for each in entitlements])


def _row(entitlement: Entitlement) -> dict[str, str]:
    return {"type": entitlement.type, "value": entitlement.value}


def _plain(attributes: Attributes) -> dict[str, bool | int | str | list[str] | None]:
    return {name: _listed(value) for name, value in attributes.items()}


def _listed(value: AttributeValue | None) -> bool | int | str | list[str] | None:
    return list(value) if isinstance(value, tuple) else value
