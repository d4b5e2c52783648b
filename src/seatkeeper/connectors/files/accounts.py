"""A session: accounts that are rows of a file (``spi.connector``)."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from uuid import uuid4

from seatkeeper.connectors.files.clerks import Clerk
from seatkeeper.connectors.files.columns import Special
from seatkeeper.connectors.files.looks import Look
from seatkeeper.connectors.files.pages import Change, Page
from seatkeeper.connectors.files.records import Record
from seatkeeper.connectors.files.settings import FilesSettings
from seatkeeper.core.accounts import Abilities, Proof, SeenAccount
from seatkeeper.core.entitlements import Entitlement
from seatkeeper.core.ids import Uid
from seatkeeper.core.problems import ProblemCode
from seatkeeper.core.values import Attributes, is_unassigned
from seatkeeper.spi.connector import Stage
from seatkeeper.spi.errors import RejectedError

_TOGETHER = 100
"""Changes that are written at once: a file with everybody is then rewritten for a hundred people, not for each."""


def abilities_of(settings: FilesSettings) -> Abilities:
    """Say what a file with these columns can tell an app."""
    layout, tells_actions = settings.layout, settings.layout.holds(Special.ACTION)
    returned = settings.return_layout.attributes if settings.return_file is not None else layout.attributes
    return Abilities(
        name_attribute=settings.name_attribute,
        renames=settings.renames,
        disables=tells_actions or layout.holds(Special.ACTIVE) or settings.leaves_out_disabled,
        deletes=tells_actions or settings.content == "everybody",
        grants=frozenset({settings.entitlement_type}) if layout.holds(Special.ENTITLEMENTS) else frozenset(),
        gathers=_TOGETHER,
        proof=Proof.NEVER if settings.return_file is None else Proof.LATER,
        unproven=layout.attributes - returned,
    )


class Accounts:
    """Accounts that are read, listed, made and changed."""

    def __init__(self, clerk: Clerk, settings: FilesSettings, stages: Sequence[Stage]) -> None:
        self._clerk = clerk
        self._settings = settings
        self._stages = stages
        self._attributes = settings.layout.attributes
        self._abilities = abilities_of(settings)

    @property
    def abilities(self) -> Abilities:
        """What a file can tell an app, with these settings."""
        return self._abilities

    def stages(self) -> Sequence[Stage]:
        """List what has to hold for files to be handed over."""
        return self._stages

    async def read_account(self, uid: Uid) -> SeenAccount | None:
        """Read what was handed over, or what the return file shows of it."""
        found = await self._clerk.look(Look(uid=uid))
        return found[0] if found else None

    async def find_accounts(self, attribute: str, value: str) -> Sequence[SeenAccount]:
        """Find accounts that were handed over. Those the app has by itself are not looked for: a row with
        the same key tells the app which of its accounts is meant."""
        return await self._clerk.look(Look(attribute=attribute, value=value))

    async def list_accounts(self) -> AsyncIterator[SeenAccount]:
        """List all accounts that were handed over."""
        for seen in await self._clerk.every():
            yield seen

    async def create_account(self, attributes: Attributes) -> Uid:
        """Add a row."""
        name = attributes.get(self._settings.name_attribute)
        if not isinstance(name, str) or not name:
            told = f"A row needs {self._settings.name_attribute}, by which the app knows the account."
            raise RejectedError(told, ProblemCode.REQUIRED_MISSING)
        self._check(attributes)
        given = {key: value for key, value in attributes.items() if not is_unassigned(value)}
        record = Record(Uid(str(uuid4())), name, active=True, attributes=given)

        def create(page: Page) -> Uid:
            page.put(record)
            for uid in page.gone_of(name):
                page.drop(uid)
            return record.uid

        return await self._clerk.change(Change(create, name=name))

    async def update_account(self, uid: Uid, changes: Attributes) -> None:
        """Change values of the row."""
        self._check(changes)
        name = changes.get(self._settings.name_attribute)

        def update(page: Page) -> Uid:
            page.put(page.get(uid).with_attributes(changes, self._settings.name_attribute))
            return uid

        await self._clerk.change(Change(update, uid, name if isinstance(name, str) else None))

    def _check(self, attributes: Attributes) -> None:
        missing = sorted(name for name in attributes if name not in self._attributes)
        if missing:
            told = f"The file has no column for {', '.join(missing)}."
            remedy = "Add it to the columns, or take it out of the mapping."
            raise RejectedError(f"{told} {remedy}", ProblemCode.SETTINGS_INVALID)


class Switching(Accounts):
    """A file that tells who may sign in."""

    async def set_active(self, uid: Uid, *, active: bool) -> None:
        """Tell that the account is active, or not."""

        def switch(page: Page) -> Uid:
            page.put(replace(page.get(uid), active=active))
            return uid

        await self._clerk.change(Change(switch, uid))


class Deleting(Accounts):
    """A file from which an account can go."""

    async def delete_account(self, uid: Uid) -> None:
        """Take the row out; where the app shows its accounts, it is remembered until the app shows none."""
        is_awaited = self._abilities.proof is Proof.LATER

        def delete(page: Page) -> Uid:
            record = page.get(uid)
            if is_awaited:
                page.put(replace(record, active=False, is_gone=True))
            else:
                page.drop(uid)
            return uid

        await self._clerk.change(Change(delete, uid))


class Granting(Accounts):
    """A file that tells what accounts hold."""

    async def list_entitlements(self) -> Sequence[Entitlement]:
        """List what at least one account holds: a file has no catalogue of it."""
        return sorted({held async for account in self.list_accounts() for held in account.entitlements})

    async def grant(self, uid: Uid, entitlements: Sequence[Entitlement]) -> None:
        """Add values to the cell."""
        await self._hold(uid, add=frozenset(entitlements), remove=frozenset())

    async def revoke(self, uid: Uid, entitlements: Sequence[Entitlement]) -> None:
        """Take values out of the cell."""
        await self._hold(uid, add=frozenset(), remove=frozenset(entitlements))

    async def _hold(self, uid: Uid, *, add: frozenset[Entitlement], remove: frozenset[Entitlement]) -> None:
        def hold(page: Page) -> Uid:
            record = page.get(uid)
            page.put(replace(record, entitlements=(record.entitlements | add) - remove))
            return uid

        await self._clerk.change(Change(hold, uid))
