"""Promises of the session as a whole."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from seatkeeper.spi.connector import (
    CreatesAccounts,
    DeletesAccounts,
    DisablesAccounts,
    GrantsEntitlements,
    ListsAccounts,
    ManagesGroups,
    ReadsAccounts,
    Session,
    UpdatesAccounts,
    WithdrawsInvitations,
    check,
)
from seatkeeper.spi.errors import CredentialsRefusedError, TransientError
from seatkeeper.spi.settings import ConnectorSettings, secret_names
from seatkeeper.spi.testing.harness import Trial, expect, expecting


async def abilities_and_protocols_agree(trial: Trial) -> None:
    """What the session can do in code and what it declares in data are the same."""
    session, abilities = trial.session, trial.abilities
    expect(isinstance(session, Session), "the session is no Session")
    for protocol, able in {
        ReadsAccounts: abilities.reads_back,
        ListsAccounts: abilities.lists,
        CreatesAccounts: abilities.creates,
        UpdatesAccounts: abilities.updates,
        DisablesAccounts: abilities.disables,
        DeletesAccounts: abilities.deletes,
        WithdrawsInvitations: abilities.withdraws_invitations,
        GrantsEntitlements: bool(abilities.grants),
        ManagesGroups: abilities.groups,
    }.items():
        fulfils = isinstance(session, protocol)
        expect(fulfils == able, f"fulfils {protocol.__name__}: {fulfils}, abilities say: {able}")
    special = abilities.single | abilities.exclusive
    expect(special <= abilities.grants, "single or exclusive names types that cannot be granted")
    expect(abilities.revokes_first <= abilities.single, "revokes_first names types that are not single")
    expect(bool(abilities.name_attribute), "abilities name no attribute that holds the Name")


async def its_stages_are_told_by_name_and_hold(trial: Trial) -> None:
    """Every stage has a name of its own and holds; neither the names nor what was found give a secret away."""
    stages = trial.session.stages()
    names = [stage.name for stage in stages]
    expect(bool(names), "stages() lists none, so nothing can be tested before anything depends on it")
    expect(all(name.strip() == name and name for name in names), f"stages() lists one without a name: {names}")
    expect(len(set(names)) == len(names), f"stages() lists two of one name: {names}")
    said = "\n".join([*names, *[await stage.prove() for stage in stages]])
    settings = trial.harness.settings
    for name in secret_names(type(settings)):
        secret = getattr(settings, name)
        expect(secret is None or secret.get_secret_value() not in said, f"a stage gives {name} away")


async def wrong_credentials_are_refused(trial: Trial) -> None:
    """A service account that the app refuses is told from every other failure."""
    with expecting(CredentialsRefusedError, "stages with wrong credentials"):
        async with _open(trial, trial.harness.wrong_credentials) as session:
            await check(session)
    with expecting(CredentialsRefusedError, "find_accounts() with wrong credentials"):
        async with _open(trial, trial.harness.wrong_credentials) as session:
            if isinstance(session, ReadsAccounts):
                await session.find_accounts(trial.name, "nobody")
            else:
                await check(session)


async def an_app_that_is_away_is_transient(trial: Trial) -> None:
    """An app that cannot be reached is a failure that passes."""
    with expecting(TransientError, "stages of an app that is away"):
        async with _open(trial, trial.harness.away) as session:
            await check(session)


@asynccontextmanager
async def _open(trial: Trial, settings: ConnectorSettings) -> AsyncIterator[Session]:
    async with trial.harness.connector.connect(settings) as session:
        yield session


BODIES = (
    abilities_and_protocols_agree,
    its_stages_are_told_by_name_and_hold,
    wrong_credentials_are_refused,
    an_app_that_is_away_is_transient,
)
