"""The wizard's step *Connection*: where the app is, who we are there, and whether that works."""

import re
from dataclasses import replace
from typing import Any
from unicodedata import normalize

from starlette.responses import Response

from seatkeeper.core.errors import InvalidValueError
from seatkeeper.core.ids import IntegrationId
from seatkeeper.core.integrations import IntegrationState
from seatkeeper.operations.checks import DraftInvalidError, check_draft
from seatkeeper.operations.wizard_drafts import WizardDraft, keep_draft
from seatkeeper.spi.connector import Connector
from seatkeeper.store.identifiers import new_id
from seatkeeper.store.queries.integrations import find_integration
from seatkeeper.web import trying
from seatkeeper.web.forms.connections import (
    EnteredConnection,
    read_connection,
    setting_names,
    show_connection,
)
from seatkeeper.web.forms.faults import NONE, Faults, faults_of
from seatkeeper.web.pages.wizard_steps import draft_page, draft_path, find_draft
from seatkeeper.web.visits import Visit


async def show_connection_step(visit: Visit, draft: WizardDraft) -> Response:
    """Show the form with what was entered before."""
    return await _page(visit, draft)


async def save_connection(visit: Visit, draft: WizardDraft) -> Response:
    """Keep what was entered, right or wrong, and go on when it is right."""
    draft, faults = await _take(visit, draft)
    if faults.any:
        return await _page(visit, draft, faults, 422)
    if visit.given("do") == "leave":
        return visit.go("/integrations/new", "The draft is kept.")
    return visit.go(draft_path(draft.id, "attributes"))


async def test_connection(visit: Visit) -> Response:
    """Try what was entered. What was entered is kept, secrets too."""
    draft, faults = await _take(visit, await find_draft(visit))
    await trying.begin(visit, draft.id, draft.content.connector, {**draft.content.settings, **draft.secrets})
    return await (_progress(visit, draft) if visit.is_fragment else _page(visit, draft, faults))


async def show_test(visit: Visit) -> Response:
    """Show how far trying has come."""
    return await _progress(visit, await find_draft(visit))


async def _progress(visit: Visit, draft: WizardDraft) -> Response:
    return await trying.progress(visit, draft.id, draft_path(draft.id, "connection"))


async def _take(visit: Visit, draft: WizardDraft) -> tuple[WizardDraft, Faults]:
    connector = _connector(visit, draft)
    entered = read_connection(visit, connector, draft.secrets)
    slug = entered.slug or suggest_slug(entered.name)
    content = replace(draft.content, name=entered.name, slug=slug, settings=entered.settings)
    draft = replace(draft, content=content, secrets=entered.secrets)
    faults = await _check(visit, draft, connector)
    async with visit.transaction() as tx:
        step = "app" if faults.any else "connection"
        await keep_draft(tx, visit.member.id, draft, step, visit.house.keyring)
    return draft, faults


async def _check(visit: Visit, draft: WizardDraft, connector: Connector[Any]) -> Faults:
    wanted = replace(draft.as_integration(), mapping=None, schema=None)
    try:
        check_draft(wanted, visit.house.connectors, IntegrationId(new_id()), IntegrationState.DRAFT)
    except DraftInvalidError as error:
        return faults_of(error, setting_names(connector))
    async with visit.read() as reader:
        taken = await find_integration(reader, wanted.slug)
    return NONE if taken is None else Faults({"slug": "Another integration has this short name: choose another."})


def suggest_slug(name: str) -> str:
    """Make a short name of a name: lower-case letters, digits and hyphens."""
    plain = normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:63].strip("-")


def _connector(visit: Visit, draft: WizardDraft) -> Connector[Any]:
    connector = visit.house.connectors.get(draft.content.connector)
    if connector is None:
        raise InvalidValueError(f"The connector {draft.content.connector} is not installed here any more.")
    return connector


async def _page(visit: Visit, draft: WizardDraft, faults: Faults = NONE, status: int = 200) -> Response:
    content = draft.content
    entered = EnteredConnection(content.name, content.slug, content.settings, {})
    connector = _connector(visit, draft)
    form = show_connection(connector, entered, draft.secrets, faults)
    trial = await trying.find(visit, draft.id)
    return draft_page(visit, draft, "connection", status, form=form, trial=trial, facts=connector.facts)
