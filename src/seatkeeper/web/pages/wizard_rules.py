"""The wizard's step *Users and attributes*: what the app gets of each person."""

from dataclasses import replace

from starlette.responses import Response

from seatkeeper.core.errors import InvalidValueError
from seatkeeper.core.integrations import MappingRules, SchemaAttribute
from seatkeeper.operations.mapping_previews import SAMPLE_GROUPS, SAMPLE_USER, preview_mapping
from seatkeeper.operations.wizard_drafts import WizardDraft, keep_draft
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
from seatkeeper.web.pages.wizard_steps import draft_page, draft_path, find_draft
from seatkeeper.web.visits import Visit


async def show_rules_step(visit: Visit, draft: WizardDraft) -> Response:
    """Show the mapping with what it gives for the sample person."""
    mapping, schema = _begin(visit, draft)
    return _page(visit, draft, show_rules(mapping, schema))


async def save_rules(visit: Visit, draft: WizardDraft) -> Response:
    """Change rows, or keep the mapping when every part of it is right."""
    form = read_rules(visit)
    changed = change_rows(form, visit.given("do"))
    if changed is not None:
        return _page(visit, draft, changed)
    before = _begin(visit, draft)[1]
    checked = check_rules(form, before)
    if checked.any_fault:
        return _page(visit, draft, checked, 422)
    content = replace(draft.content, mapping=form.mapping(), schema=form.user_schema(before))
    async with visit.transaction() as tx:
        await keep_draft(tx, visit.member.id, replace(draft, content=content), "attributes", visit.house.keyring)
    if visit.given("do") == "leave":
        return visit.go("/integrations/new", "The draft is kept.")
    return visit.go(draft_path(draft.id, "policy"))


async def preview_rules(visit: Visit) -> Response:
    """Tell what the mapping that is being written gives for the sample person."""
    draft = await find_draft(visit)
    form = check_rules(read_rules(visit), _begin(visit, draft)[1])
    return visit.page("parts/rules_told.html", form=_previewed(visit, draft, form), person=SAMPLE_USER)


def _begin(visit: Visit, draft: WizardDraft) -> tuple[MappingRules, tuple[SchemaAttribute, ...]]:
    content = draft.content
    connector = visit.house.connectors.get(content.connector)
    if connector is None:
        raise InvalidValueError(f"The connector {content.connector} is not installed here any more.")
    mapping = connector.mapping if content.mapping is None else content.mapping
    return mapping, connector.schema if content.schema is None else content.schema


def _previewed(visit: Visit, draft: WizardDraft, form: RulesForm) -> RulesForm:
    schema = form.user_schema(_begin(visit, draft)[1])
    return with_preview(form, preview_mapping(form.mapping(), schema, SAMPLE_USER, SAMPLE_GROUPS))


def _page(visit: Visit, draft: WizardDraft, form: RulesForm, status: int = 200) -> Response:
    shown = _previewed(visit, draft, form)
    return draft_page(visit, draft, "attributes", status, form=shown, person=SAMPLE_USER, types=TYPES, flags=FLAGS)
