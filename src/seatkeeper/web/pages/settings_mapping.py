"""The settings' mapping and schema: edited with a preview, and saved once somebody has seen what it changes."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from starlette.responses import Response

from seatkeeper.core.access import Permission
from seatkeeper.core.errors import InvalidValueError, VersionMismatchError
from seatkeeper.core.users import Group, User
from seatkeeper.operations.checks import DraftInvalidError, IntegrationDraft
from seatkeeper.operations.edits import plan_edit, save_edit
from seatkeeper.operations.mapping_previews import SAMPLE_GROUPS, SAMPLE_USER, preview_mapping
from seatkeeper.store.queries.accounts import find_account_id, load_people
from seatkeeper.store.queries.people import find_people
from seatkeeper.web.doors import Door
from seatkeeper.web.forms.rules import (
    FLAGS,
    TYPES,
    RulesForm,
    change_rows,
    check_rules,
    read_rules,
    show_rules,
    with_preview,
)
from seatkeeper.web.pages.settings import tell_saved
from seatkeeper.web.pages.settings_confirming import confirm_page
from seatkeeper.web.pages.settings_frames import read_present, settings_page, version_given
from seatkeeper.web.visits import Visit


async def show_mapping_settings(visit: Visit) -> Response:
    """Show mapping and schema, with what they give for somebody."""
    form = show_rules(visit.integration.mapping, visit.integration.schema)
    return await _page(visit, replace(form, person=visit.query("person")))


async def save_mapping_settings(visit: Visit) -> Response:
    """Change rows; or check the whole, show what it would change, and save it once that was seen."""
    form, action = read_rules(visit), visit.given("do")
    changed = change_rows(form, action)
    if changed is not None or action == "edit":
        return await _page(visit, changed or form)
    checked = check_rules(form, visit.integration.schema)
    if checked.any_fault:
        return await _page(visit, checked, status=422)
    present = await read_present(visit)
    draft = replace(present.draft, mapping=form.mapping(), schema=form.user_schema(visit.integration.schema))
    try:
        return await (_save(visit, draft) if action == "apply" else _confirm(visit, draft))
    except VersionMismatchError as error:
        return await _page(visit, form, told=str(error), status=409)
    except DraftInvalidError as error:
        return await _page(
            visit, replace(form, faults=tuple(fault.sentence for fault in error.faults)), status=422
        )


async def preview_mapping_settings(visit: Visit) -> Response:
    """Tell what the mapping that is being written gives for the sample person, or for a real one."""
    form = check_rules(read_rules(visit), visit.integration.schema)
    shown = await _previewed(visit, form)
    return visit.page("parts/rules_told.html", **shown)


async def _confirm(visit: Visit, draft: IntegrationDraft) -> Response:
    async with visit.transaction() as tx:
        planned = await plan_edit(tx, draft, version_given(visit), visit.house.connectors, visit.house.keyring)
    if planned.changes_nothing:
        return visit.go(f"/integrations/{visit.integration.slug}/settings/mapping", "Nothing was changed.")
    return await confirm_page(visit, planned, f"/integrations/{visit.integration.slug}/settings/mapping")


async def _save(visit: Visit, draft: IntegrationDraft) -> Response:
    async with visit.transaction() as tx:
        saved = await save_edit(tx, draft, version_given(visit), visit.house.connectors, visit.house.keyring)
    return visit.go(f"/integrations/{visit.integration.slug}/settings/mapping", tell_saved(saved))


async def _page(visit: Visit, form: RulesForm, *, told: str = "", status: int = 200) -> Response:
    shown = await _previewed(visit, form)
    return await settings_page(visit, "mapping", status, types=TYPES, flags=FLAGS, told=told, **shown)


async def _previewed(visit: Visit, form: RulesForm) -> dict[str, Any]:
    fault = ""
    user: User = SAMPLE_USER
    groups: Sequence[Group] = SAMPLE_GROUPS
    if form.person:
        try:
            user, groups = await _find_person(visit, form.person)
        except InvalidValueError as error:
            fault = str(error)
    preview = preview_mapping(form.mapping(), form.user_schema(visit.integration.schema), user, groups)
    return {"form": with_preview(form, preview), "person": user, "person_fault": fault}


async def _find_person(visit: Visit, called: str) -> tuple[User, Sequence[Group]]:
    async with visit.read() as reader:
        found = await find_people(reader, visit.integration.id, called)
        if len(found) != 1:
            raise InvalidValueError(
                f"{'Nobody' if not found else 'More than one person'} assigned is called {called}."
            )
        account_id = await find_account_id(reader, visit.integration.id, found[0].id)
        if account_id is None:
            return found[0], ()
        people = await load_people(reader, [account_id], with_groups=True)
    return found[0], people[account_id].groups


_BASE = "/integrations/{integration}/settings/mapping"
DOORS: Sequence[Door] = (
    Door("GET", _BASE, show_mapping_settings, Permission.SEE),
    Door("POST", _BASE, save_mapping_settings, Permission.CONFIGURE),
    Door("POST", f"{_BASE}/preview", preview_mapping_settings, Permission.CONFIGURE),
)
