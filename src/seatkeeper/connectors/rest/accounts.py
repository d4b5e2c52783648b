"""Accounts of a REST app: read, find, list, and whatever else its behaviour says."""

import secrets
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

from seatkeeper.connectors.rest.app import App
from seatkeeper.connectors.rest.exchanging import needed
from seatkeeper.connectors.rest.listing import Found
from seatkeeper.connectors.rest.programs import Action, Attribute, Listing
from seatkeeper.connectors.rest.refusals import StaleError
from seatkeeper.connectors.rest.stages import list_stages
from seatkeeper.connectors.rest.values import as_texts, as_values, emptied, is_same, read, read_attributes
from seatkeeper.core.accounts import Abilities, SeenAccount
from seatkeeper.core.entitlements import Entitlement
from seatkeeper.core.ids import Uid
from seatkeeper.core.problems import ProblemCode
from seatkeeper.core.values import Attributes
from seatkeeper.spi.connector import Stage
from seatkeeper.spi.errors import (
    AccountExistsError,
    AccountNotFoundError,
    RejectedError,
    TransientError,
    UnsupportedError,
)
from seatkeeper.spi.templates import as_text

_LOOKS = 3
"""How often a change is begun anew because somebody else was faster."""


class Accounts:
    """What every app can do. Safe to be used by several tasks at the same time."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._accounts = app.program.accounts

    @property
    def abilities(self) -> Abilities:
        """What the behaviour says this app can do."""
        return self._app.abilities

    def stages(self) -> Sequence[Stage]:
        """List what has to hold of a REST app."""
        return list_stages(self._app)

    async def read_account(self, uid: Uid) -> SeenAccount | None:
        """Read one account. An answer about somebody else counts as nobody."""
        found = await self._find(uid)
        return None if found is None else await self._seen(found)

    async def find_accounts(self, attribute: str, value: str) -> Sequence[SeenAccount]:
        """Find accounts by an attribute, each compared on our side."""
        described = self._accounts.attributes.get(attribute)
        if described is None:
            raise RejectedError(f"The app has no attribute {attribute}.", ProblemCode.NOT_SUPPORTED)
        if described.source is None:
            return ()
        listings = self._accounts.find.get(attribute) or self._accounts.listings
        if not listings:
            raise UnsupportedError(f"The app cannot be asked for accounts by {attribute}.")
        try:
            return [each async for each in self._hits(listings, attribute, value)]
        except AccountNotFoundError:
            return ()

    async def _hits(self, listings: Sequence[Listing], attribute: str, value: str) -> AsyncIterator[SeenAccount]:
        async for found, is_whole in self._listed(listings, value=value):
            hit: Found | None = found
            if not is_whole and await self._is_hit(found, attribute, value) is not False:
                hit = await self._find(self._uid(found))
            if hit is not None and await self._is_hit(hit, attribute, value):
                yield await self._seen(hit)

    async def _is_hit(self, found: Found, attribute: str, value: str) -> bool | None:
        """Compare on our side; None where the attribute is not shown."""
        described = self._accounts.attributes[attribute]
        values = await self._prepared(described, {**found.values, "item": found.item})
        shown = read_attributes({attribute: described}, values).get(attribute)
        return None if shown is None else is_same(shown, value, ignores_case=described.ignores_case)

    async def _prepared(self, described: Attribute, values: Mapping[str, Any]) -> Mapping[str, Any]:
        lookups = [each for each in self._app.account_lookups if each is described.source]
        return await self._app.caller.prepare(lookups, values)

    async def _listed(self, listings: Sequence[Listing], **values: str) -> AsyncIterator[tuple[Found, bool]]:
        """Yield everything listed that is there, and whether it was shown whole."""
        known = self._app.caller.known(**values)
        async for listing, found in self._app.lists.all_of(listings, known, self._accounts.id):
            if not self._is_absent(found):
                yield found, not listing.read_each

    async def _every(self, listings: Sequence[Listing]) -> AsyncIterator[Found]:
        async for found, is_whole in self._listed(listings):
            whole = found if is_whole else await self._find(self._uid(found))
            if whole is not None:
                yield whole

    async def _find(self, uid: Uid) -> Found | None:
        """Read an account as the app shows it."""
        if self._accounts.read is None:
            async for found in self._every(self._accounts.listings):
                if self._uid(found) == uid:
                    return found
            return None
        try:
            done = await self._app.caller.run(
                self._accounts.read.requests, self._app.caller.known(uid=uid), reads=True
            )
        except AccountNotFoundError:
            return None
        given = any(request.gives is not None for request in self._accounts.read.requests)
        item = done.given if given else done.values["body"]
        if isinstance(item, list):
            item = item[0] if len(item) == 1 else None
        found = Found(item, done.values)
        return None if item is None or self._is_absent(found) or self._uid(found) != uid else found

    async def _get(self, uid: Uid) -> Found:
        found = await self._find(uid)
        if found is None:
            raise AccountNotFoundError(f"The account {uid} is not there.")
        return found

    def _uid(self, found: Found) -> Uid:
        return Uid(as_text(needed(self._accounts.id, {**found.values, "item": found.item}, "id")))

    def _is_absent(self, found: Found) -> bool:
        absent = self._accounts.absent
        return absent is not None and absent.holds({**found.values, "item": found.item})

    async def _seen(self, found: Found) -> SeenAccount:
        accounts = self._accounts
        values = await self._app.caller.prepare(self._app.account_lookups, {**found.values, "item": found.item})
        attributes = read_attributes(accounts.attributes, values)
        active = None if accounts.active is None else read(accounts.active, values, "active")
        uid = self._uid(found)
        return SeenAccount(
            uid=uid,
            name=as_text(attributes.get(accounts.name, "")),
            active=active if isinstance(active, bool) else None,
            attributes=attributes,
            entitlements=await self._held(uid, values),
        )

    async def _held(self, uid: Uid, values: Mapping[str, Any]) -> frozenset[Entitlement]:
        held: set[Entitlement] = set()
        for name, kind in self._app.program.entitlements.items():
            if kind.held is not None:
                texts = as_texts(read(kind.held, values, name), name)
            else:
                asked = self._app.caller.known(uid=uid, item=values["item"])
                found = self._app.lists.every(kind.held_listings, asked, kind.held_value)
                texts = frozenset([await self._app.value_of(kind.held_value, each) async for each in found])
            held |= {Entitlement(name, text) for text in texts if text}
        return frozenset(held)

    async def _change(self, uid: Uid, action: Action, **more: Any) -> None:
        """Carry an action out on an account that was read before, where it needs that."""
        for look in range(1, _LOOKS + 1):
            values = self._app.caller.known(uid=uid, **more)
            if action.reads_first:
                values |= await self._before(uid, more.get("changes"))
            try:
                await self._app.caller.run(action.requests, values)
            except StaleError:
                if look == _LOOKS or not action.begins_anew:
                    raise
            else:
                return

    async def _before(self, uid: Uid, changes: Mapping[str, Any] | None) -> dict[str, Any]:
        found = await self._get(uid)
        before = as_values((await self._seen(found)).attributes)
        after = {name: value for name, value in {**before, **(changes or {})}.items() if value is not None}
        etag = read(self._accounts.etag, {**found.values, "item": found.item}, "etag")
        shown = {"seen": found.item, "before": before, **({} if changes is None else {"after": after})}
        return shown if etag is None else {**shown, "etag": etag}


class ListingAll(Accounts):
    """The app lists its accounts."""

    async def list_accounts(self) -> AsyncIterator[SeenAccount]:
        """Yield every account."""
        async for found in self._every(self._accounts.listings):
            yield await self._seen(found)


class Creating(Accounts):
    """The app makes accounts."""

    async def create_account(self, attributes: Attributes) -> Uid:
        """Make an account, and find out which one it is where the app does not say so."""
        accounts = self._accounts
        assert accounts.create is not None
        self._app.refuse_unknown(attributes)
        name = as_text(attributes.get(accounts.name) or "")
        if not accounts.unique and await self.find_accounts(accounts.name, name):
            raise AccountExistsError(f"There is an account named {name} already.")
        account = {key: value for key, value in as_values(attributes).items() if value not in (None, "", [])}
        try:
            known = self._app.caller.known(account=account, random=secrets.token_urlsafe(24))
            done = await self._app.caller.run(accounts.create.requests, known)
        except AccountNotFoundError as error:
            raise RejectedError(str(error), ProblemCode.SETTINGS_INVALID) from None
        if accounts.new_id is not None:
            return Uid(as_text(needed(accounts.new_id, done.values, "id of the new account")))
        if done.given is not None:
            return self._uid(Found(done.given, done.values))
        found = await self.find_accounts(accounts.name, name)
        if len(found) != 1:
            raise TransientError(f"The app made an account named {name} and does not say which one it is.")
        return found[0].uid


class Updating(Accounts):
    """The app changes accounts."""

    async def update_account(self, uid: Uid, changes: Attributes) -> None:
        """Send what changed; a new name by the call that is for it, where there is one."""
        accounts = self._accounts
        assert accounts.update is not None
        self._app.refuse_unknown(changes)
        sent = emptied(changes, accounts.attributes)
        if accounts.rename is not None and accounts.name in sent:
            await self._change(uid, accounts.rename, changes={accounts.name: sent.pop(accounts.name)})
        if sent:
            await self._change(uid, accounts.update, changes=sent)


class Switching(Accounts):
    """The app disables accounts and enables them again."""

    async def set_active(self, uid: Uid, *, active: bool) -> None:
        """Switch the account on or off."""
        action = self._accounts.enable if active else self._accounts.disable
        assert action is not None
        await self._change(uid, action)


class Deleting(Accounts):
    """The app removes accounts."""

    async def delete_account(self, uid: Uid) -> None:
        """Remove the account."""
        assert self._accounts.delete is not None
        await self._change(uid, self._accounts.delete)
