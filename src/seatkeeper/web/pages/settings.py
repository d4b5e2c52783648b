"""The settings of an integration: its connection and its policy."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from starlette.responses import Response

from seatkeeper.core.access import Permission
from seatkeeper.core.dialects import NAMES
from seatkeeper.core.errors import InvalidValueError, VersionMismatchError
from seatkeeper.operations.checks import DraftInvalidError
from seatkeeper.operations.edits import save_edit
from seatkeeper.operations.integrations import Saved
from seatkeeper.spi.connector import Connector
from seatkeeper.store.queries.callers import list_callers
from seatkeeper.web import trying
from seatkeeper.web.doors import Door
from seatkeeper.web.forms.connections import (
    EnteredConnection,
    read_connection,
    setting_names,
    show_connection,
)
from seatkeeper.web.forms.faults import NONE, Faults, faults_of
from seatkeeper.web.forms.policies import LEAVERS, PolicyForm, PolicyInvalidError, read_policy, show_policy
from seatkeeper.web.pages.settings_frames import Present, read_present, settings_page, version_given
from seatkeeper.web.visits import Visit


async def show_connection_settings(visit: Visit) -> Response:
    """Show where the app is, without secrets."""
    integration, present = visit.integration, await read_present(visit)
    entered = EnteredConnection(integration.name, integration.slug, integration.settings, {})
    return await _connection_page(visit, present, entered)


async def save_connection_settings(visit: Visit) -> Response:
    """Save name, settings and secrets."""
    present = await read_present(visit)
    entered = read_connection(visit, _connector(visit), present.secrets)
    draft = replace(present.draft, name=entered.name, settings={**entered.settings, **entered.secrets})
    try:
        async with visit.transaction() as tx:
            house = visit.house
            saved = await save_edit(tx, draft, version_given(visit), house.connectors, house.keyring)
    except VersionMismatchError as error:
        return await _connection_page(visit, present, entered, told=str(error), status=409)
    except DraftInvalidError as error:
        faults = faults_of(error, setting_names(_connector(visit)))
        return await _connection_page(visit, present, entered, faults, status=422)
    return visit.go(f"/integrations/{visit.integration.slug}/settings", tell_saved(saved))


async def test_connection_settings(visit: Visit) -> Response:
    """Try what was entered, with the secrets that are kept; nothing is saved."""
    present = await read_present(visit)
    entered = read_connection(visit, _connector(visit), present.secrets)
    integration, values = visit.integration, {**entered.settings, **entered.secrets}
    await trying.begin(visit, integration.id, integration.connector, values)
    return await (show_test(visit) if visit.is_fragment else _connection_page(visit, present, entered))


async def show_test(visit: Visit) -> Response:
    """Show how far trying has come."""
    return await trying.progress(visit, visit.integration.id, f"/integrations/{visit.integration.slug}/settings")


async def show_policy_settings(visit: Visit) -> Response:
    """Show the policy."""
    return await _policy_page(visit, show_policy(visit.integration.policy))


async def save_policy_settings(visit: Visit) -> Response:
    """Save the policy."""
    present = await read_present(visit)
    try:
        policy = read_policy(visit, visit.integration.policy)
    except PolicyInvalidError as error:
        return await _policy_page(visit, error.form, status=422)
    try:
        async with visit.transaction() as tx:
            draft = replace(present.draft, policy=policy)
            saved = await save_edit(tx, draft, version_given(visit), visit.house.connectors, visit.house.keyring)
    except VersionMismatchError as error:
        return await _policy_page(visit, show_policy(policy), told=str(error), status=409)
    except DraftInvalidError as error:
        return await _policy_page(visit, show_policy(policy), told=str(error), status=422)
    return visit.go(f"/integrations/{visit.integration.slug}/settings/policy", tell_saved(saved))


def tell_saved(saved: Saved) -> str:
    """Say what saving came to."""
    if not saved.differences:
        return "Nothing was changed."
    if not saved.jobs:
        return "Saved."
    return f"Saved. {saved.jobs:,} {'job looks' if saved.jobs == 1 else 'jobs look'} at what it may concern."


def _connector(visit: Visit) -> Connector[Any]:
    connector = visit.house.connectors.get(visit.integration.connector)
    if connector is None:
        raise InvalidValueError(f"The connector {visit.integration.connector} is not installed here any more.")
    return connector


async def _connection_page(
    visit: Visit,
    present: Present,
    entered: EnteredConnection,
    faults: Faults = NONE,
    *,
    told: str = "",
    status: int = 200,
) -> Response:
    form = show_connection(_connector(visit), entered, present.secrets, faults)
    trial = await trying.find(visit, visit.integration.id)
    return await settings_page(visit, "connection", status, form=form, trial=trial, told=told)


async def _policy_page(visit: Visit, form: PolicyForm, *, told: str = "", status: int = 200) -> Response:
    async with visit.read() as reader:
        callers = await list_callers(reader, visit.integration.id)
    integration = visit.integration
    recognised = None
    if integration.policy.dialect is None and integration.recognised is not None:
        recognised = NAMES[integration.recognised]
    shown = {"form": form, "leavers": LEAVERS, "callers": callers, "recognised": recognised}
    return await settings_page(visit, "policy", status, told=told, **shown)


_BASE = "/integrations/{integration}/settings"
DOORS: Sequence[Door] = (
    Door("GET", _BASE, show_connection_settings, Permission.SEE),
    Door("POST", _BASE, save_connection_settings, Permission.CONFIGURE),
    Door("GET", f"{_BASE}/test", show_test, Permission.CONFIGURE),
    Door("POST", f"{_BASE}/test", test_connection_settings, Permission.CONFIGURE),
    Door("GET", f"{_BASE}/policy", show_policy_settings, Permission.SEE),
    Door("POST", f"{_BASE}/policy", save_policy_settings, Permission.CONFIGURE),
)
