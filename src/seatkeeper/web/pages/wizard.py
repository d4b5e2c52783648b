"""The wizard: from choosing an app to an integration, in steps that can be left and come back to."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace

from starlette.responses import Response

from seatkeeper.core.access import Permission
from seatkeeper.core.errors import AlreadyExistsError, NotFoundError
from seatkeeper.operations.checks import DraftInvalidError
from seatkeeper.operations.starting_points import get_starting_point, list_starting_points
from seatkeeper.operations.wizard_drafts import (
    WizardDraft,
    begin_draft,
    discard_draft,
    finish_draft,
    keep_draft,
    list_drafts,
)
from seatkeeper.web.doors import Door
from seatkeeper.web.forms.policies import LEAVERS, PolicyForm, PolicyInvalidError, read_policy, show_policy
from seatkeeper.web.pages.wizard_connection import (
    save_connection,
    show_connection_step,
    show_test,
    test_connection,
)
from seatkeeper.web.pages.wizard_rules import preview_rules, save_rules, show_rules_step
from seatkeeper.web.pages.wizard_steps import draft_page, draft_path, find_draft
from seatkeeper.web.visits import Visit


async def choose_app(visit: Visit) -> Response:
    """Show what an integration may start from, and the drafts to continue."""
    search = visit.query("q")
    async with visit.read() as reader:
        drafts = await list_drafts(reader, visit.member.id)
    points = list_starting_points(visit.house.connectors, search)
    template = "parts/starting_points.html" if visit.is_fragment else "wizard_app.html"
    return visit.page(template, points=points, drafts=drafts, search=search)


async def begin(visit: Visit) -> Response:
    """Begin a draft from what was chosen."""
    point = get_starting_point(visit.house.connectors, visit.given("start"))
    async with visit.transaction() as tx:
        draft_id = await begin_draft(tx, visit.member.id, point)
    return visit.go(draft_path(draft_id, "connection"))


async def discard(visit: Visit) -> Response:
    """Throw a draft away."""
    draft = await find_draft(visit)
    async with visit.transaction() as tx:
        await discard_draft(tx, draft.id, visit.member.id)
    return visit.go("/integrations/new", "The draft is discarded.")


async def show_step(visit: Visit) -> Response:
    """Show a step with what was entered before."""
    draft = await find_draft(visit)
    show = _SHOWN.get(visit.param("step"))
    if show is None:
        raise NotFoundError("The wizard has no such step.")
    return await show(visit, draft)


async def save_step(visit: Visit) -> Response:
    """Keep what a step has, and go to the next."""
    draft = await find_draft(visit)
    save = _SAVED.get(visit.param("step"))
    if save is None:
        raise NotFoundError("The wizard has no such step.")
    return await save(visit, draft)


async def _show_policy(visit: Visit, draft: WizardDraft) -> Response:
    return _policy_page(visit, draft, show_policy(draft.content.policy))


async def _save_policy(visit: Visit, draft: WizardDraft) -> Response:
    """Keep the policy; and make the integration, where that was asked for."""
    try:
        policy = read_policy(visit, draft.content.policy)
    except PolicyInvalidError as error:
        return _policy_page(visit, draft, error.form, 422)
    draft = replace(draft, content=replace(draft.content, policy=policy))
    async with visit.transaction() as tx:
        await keep_draft(tx, visit.member.id, draft, "policy", visit.house.keyring)
    if visit.given("do") != "create":
        return visit.go("/integrations/new", "The draft is kept.")
    try:
        async with visit.transaction() as tx:
            made = await finish_draft(tx, draft, visit.member.id, visit.house.connectors, visit.house.keyring)
    except DraftInvalidError as error:
        faults = [(_step_of(fault.where[0]), str(fault)) for fault in error.faults]
        return _policy_page(visit, draft, show_policy(policy), 422, faults)
    except AlreadyExistsError as error:
        return _policy_page(visit, draft, show_policy(policy), 422, [("connection", str(error))])
    return visit.go(f"/integrations/{made.slug}/connect", f"{made.name} is created, as a draft.")


def _step_of(part: str | int) -> str:
    return "attributes" if part in {"mapping", "schema"} else "connection"


def _policy_page(
    visit: Visit, draft: WizardDraft, form: PolicyForm, status: int = 200, faults: Sequence[tuple[str, str]] = ()
) -> Response:
    return draft_page(visit, draft, "policy", status, form=form, leavers=LEAVERS, draft_faults=faults)


_Step = Callable[[Visit, WizardDraft], Awaitable[Response]]
_SHOWN: Mapping[str, _Step] = {
    "connection": show_connection_step,
    "attributes": show_rules_step,
    "policy": _show_policy,
}
_SAVED: Mapping[str, _Step] = {"connection": save_connection, "attributes": save_rules, "policy": _save_policy}

_DRAFT = "/integrations/drafts/{draft}"
DOORS: Sequence[Door] = (
    Door("GET", "/integrations/new", choose_app, Permission.CREATE_INTEGRATIONS),
    Door("POST", "/integrations/new", begin, Permission.CREATE_INTEGRATIONS),
    Door("POST", f"{_DRAFT}/discard", discard, Permission.CREATE_INTEGRATIONS),
    Door("GET", f"{_DRAFT}/connection/test", show_test, Permission.CREATE_INTEGRATIONS),
    Door("POST", f"{_DRAFT}/connection/test", test_connection, Permission.CREATE_INTEGRATIONS),
    Door("POST", f"{_DRAFT}/attributes/preview", preview_rules, Permission.CREATE_INTEGRATIONS),
    Door("GET", f"{_DRAFT}/{{step}}", show_step, Permission.CREATE_INTEGRATIONS),
    Door("POST", f"{_DRAFT}/{{step}}", save_step, Permission.CREATE_INTEGRATIONS),
)
