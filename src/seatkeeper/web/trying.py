"""*Test connection*: begun by a press of its button, told while it goes on, and still there for who comes back."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from starlette.responses import Response

from seatkeeper.engine.trying import carry_out_trial
from seatkeeper.operations.trials import ShownTrial, begin_trial, find_shown_trial
from seatkeeper.web.visits import Visit


async def begin(visit: Visit, about: UUID, connector: str, values: Mapping[str, Any]) -> None:
    """Begin a trial, in place of one that is under way. Where nothing can be told live, wait for its end."""
    async with visit.transaction() as tx:
        trial_id = await begin_trial(tx, visit.member.id, about)
    work = carry_out_trial(visit.house.engine, trial_id, connector, values)
    if visit.is_fragment:
        visit.house.work.start(work)
    else:
        await work


async def find(visit: Visit, about: UUID) -> ShownTrial | None:
    """Find what to show of a trial begun there before."""
    async with visit.read() as reader:
        return await find_shown_trial(reader, visit.member.id, about, visit.now)


async def progress(visit: Visit, about: UUID, page: str) -> Response:
    """Show how far a trial has come; a browser that asks for more than that is sent to the page."""
    if not visit.is_fragment:
        return visit.go(page)
    return visit.page("parts/trial.html", trial=await find(visit, about), trial_path=f"{page}/test")
