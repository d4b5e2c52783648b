"""What the steps of the wizard share: the draft of the path, and the frame around a step."""

from typing import Any
from uuid import UUID

from starlette.responses import Response

from seatkeeper.core.errors import NotFoundError
from seatkeeper.core.ids import DraftId
from seatkeeper.operations.wizard_drafts import WizardDraft, get_draft
from seatkeeper.web.visits import Visit

STEPS = (("connection", "Connection"), ("attributes", "Users and attributes"), ("policy", "Policy"))
"""Between choosing the app and connecting the identity provider."""


async def find_draft(visit: Visit) -> WizardDraft:
    """Find the guest's own draft the path names. Raises ``NotFoundError``."""
    try:
        draft_id = DraftId(UUID(visit.param("draft")))
    except ValueError:
        raise NotFoundError("There is no such draft.") from None
    async with visit.read() as reader:
        return await get_draft(reader, draft_id, visit.member.id, visit.house.keyring)


def draft_path(draft_id: DraftId, step: str) -> str:
    """Say where a step of a draft is."""
    return f"/integrations/drafts/{draft_id}/{step}"


def draft_page(visit: Visit, draft: WizardDraft, step: str, status: int = 200, **context: Any) -> Response:
    """Show a step within the wizard."""
    names = [name for name, _ in STEPS]
    following = names[names.index(step) + 1] if step != names[-1] else None
    return visit.page(
        f"wizard_{step}.html", status, draft=draft, step=step, steps=STEPS, following=following, **context
    )
