"""One disposable account through everything a connector can do, with what was seen on the way.

Quicker than the conformance suite, and for eyes: whoever wrote a recipe looks at the pictures.
"""

import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

from seatkeeper.core.accounts import SeenAccount
from seatkeeper.core.ids import Uid
from seatkeeper.spi.connector import (
    CreatesAccounts,
    DeletesAccounts,
    DisablesAccounts,
    GrantsEntitlements,
    ListsAccounts,
    ReadsAccounts,
    Session,
    UpdatesAccounts,
    check,
)
from seatkeeper.spi.errors import ConnectorError
from seatkeeper.spi.evidence import Exhibit, collecting
from seatkeeper.spi.testing.harness import Harness, PromiseBrokenError, Trial, expect

Act = Callable[[], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Scene:
    """One thing that was tried: what went wrong, if anything did, and what was seen."""

    title: str
    problem: str | None
    exhibits: Sequence[Exhibit] = field(repr=False)


async def rehearse(harness: Harness) -> AsyncIterator[Scene]:
    """Play every scene the session allows, and take the account away at the end, as far as it can be deleted.

    Ends early where nothing can follow: when the stages do not hold, or no account can be made.
    """
    async with harness.connector.connect(harness.settings) as session:
        for title, act in _Rehearsal(harness, session).scenes():
            scene = await _play(title, act)
            yield scene
            if scene.problem is not None and title in _NEEDED:
                return


_NEEDED = {"Sign in and find", "Create"}


async def _play(title: str, act: Act) -> Scene:
    problem = None
    with collecting() as exhibits:
        try:
            await act()
        except (ConnectorError, PromiseBrokenError) as error:
            problem = f"{type(error).__name__}: {error}"
    return Scene(title, problem, tuple(exhibits))


class _Rehearsal:
    def __init__(self, harness: Harness, session: Session) -> None:
        self._harness = harness
        self._session = session
        self._wanted = dict(harness.person(f"sk{secrets.token_hex(4)}"))
        self._uid = Uid("")

    def scenes(self) -> list[tuple[str, Act]]:
        session, able = self._session, self._session.abilities
        scenes: list[tuple[str, Act]] = [("Sign in and find", lambda: check(session))]
        if isinstance(session, CreatesAccounts) and able.creates:
            scenes.append(("Create", lambda: self._create(session)))
        if isinstance(session, ListsAccounts):
            scenes.append(("List", lambda: self._list(session)))
        if isinstance(session, UpdatesAccounts) and able.updates:
            scenes.append(("Update", lambda: self._update(session)))
        if isinstance(session, GrantsEntitlements) and able.grants and self._harness.entitlements:
            scenes += [("Grant", lambda: self._grant(session)), ("Revoke", lambda: self._revoke(session))]
        if isinstance(session, DisablesAccounts) and able.disables:
            scenes.append(("Disable", lambda: self._switch(session, active=False)))
            scenes.append(("Enable", lambda: self._switch(session, active=True)))
        if isinstance(session, DeletesAccounts) and able.deletes:
            scenes.append(("Delete", lambda: self._delete(session)))
        return scenes

    async def _create(self, session: CreatesAccounts) -> None:
        self._uid = await session.create_account(self._wanted)
        await self._expect()

    async def _list(self, session: ListsAccounts) -> None:
        expect(self._uid in {each.uid async for each in session.list_accounts()}, "the account is not listed")

    async def _update(self, session: UpdatesAccounts) -> None:
        await session.update_account(self._uid, self._harness.changes)
        self._wanted |= self._harness.changes
        await self._expect()

    async def _grant(self, session: GrantsEntitlements) -> None:
        await session.grant(self._uid, self._harness.entitlements)
        seen = await self._read()
        expect(set(self._harness.entitlements) <= seen.entitlements, "not all that was granted is held")

    async def _revoke(self, session: GrantsEntitlements) -> None:
        await session.revoke(self._uid, self._harness.entitlements)
        seen = await self._read()
        expect(not set(self._harness.entitlements) & seen.entitlements, "what was revoked is still held")

    async def _switch(self, session: DisablesAccounts, *, active: bool) -> None:
        await session.set_active(self._uid, active=active)
        expect((await self._read()).active in {active, None}, f"it reads active={not active}")

    async def _delete(self, session: DeletesAccounts) -> None:
        await session.delete_account(self._uid)
        assert isinstance(self._session, ReadsAccounts)
        expect(await self._session.read_account(self._uid) is None, "the account is still read")

    async def _read(self) -> SeenAccount:
        assert isinstance(self._session, ReadsAccounts)
        seen = await self._session.read_account(self._uid)
        if seen is None:
            raise PromiseBrokenError("the account cannot be read")
        return seen

    async def _expect(self) -> None:
        trial = Trial(self._harness, self._session, AsyncExitStack())
        trial.expect_same((await self._read()).attributes, self._wanted)
