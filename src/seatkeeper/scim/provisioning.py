"""The extension that tells how a user's provisioning stands, read-only and returned on request (RFC 7643 §7)."""

from typing import Any

import orjson
from scim2_models import Attribute, CaseExact, Mutability, Returned, Schema
from starlette.responses import Response

from seatkeeper.core.ids import UserId
from seatkeeper.core.jobs import JobState
from seatkeeper.core.wording import explain
from seatkeeper.scim.answers import answer
from seatkeeper.scim.attributes import Selection
from seatkeeper.scim.calls import Call, Handler
from seatkeeper.scim.extensions import PROVISIONING
from seatkeeper.scim.members import parsed_id
from seatkeeper.scim.resources import instant
from seatkeeper.store.database import Reader
from seatkeeper.store.queries.newest_jobs import NewestJob, newest_jobs_of_users


def _attribute(name: str, description: str, **more: Any) -> Attribute:
    return Attribute(
        name=name,
        description=description,
        type=more.pop("type", Attribute.Type.string),
        multi_valued=False,
        mutability=Mutability.read_only,
        returned=Returned.request,
        case_exact=CaseExact.true,
        **more,
    )


SCHEMA = Schema(
    id=PROVISIONING,
    name="Provisioning",
    description="How the newest job for a person's account in the app stands. Returned only when asked for.",
    attributes=[
        _attribute("state", "Where the job stands.", canonical_values=[state.value for state in JobState]),
        _attribute("job", "The id of the job."),
        _attribute("since", "Since when it stands so.", type=Attribute.Type.date_time),
        _attribute(
            "problem",
            "What went wrong, if anything did.",
            type=Attribute.Type.complex,
            sub_attributes=[
                _attribute("code", "A stable code."),
                _attribute("detail", "What happened, in a sentence."),
                _attribute("remedy", "What to do about it."),
            ],
        ),
    ],
)


def is_asked_for(selected: Selection) -> bool:
    """Say whether a client names the extension or something of it."""
    return selected.wanted is not None and PROVISIONING.lower() in selected.wanted


async def add_provisioning(
    reader: Reader, resources: list[dict[str, Any]], selected: Selection
) -> list[dict[str, Any]]:
    """Add the extension to users as they are shown, where it is asked for: one statement for all of them."""
    if not is_asked_for(selected):
        return resources
    ids = {UserId(parsed) for resource in resources if (parsed := parsed_id(resource["id"])) is not None}
    jobs = await newest_jobs_of_users(reader, list(ids))
    by_id = {str(user_id): job for user_id, job in jobs.items()}
    return [_with_job(resource, by_id.get(resource["id"]), selected) for resource in resources]


def telling(handler: Handler) -> Handler:
    """Let the answer of an endpoint of one user have the extension, as it is when the answer is ready."""

    async def tell(call: Call) -> Response:
        response = await handler(call)
        selected = call.selection(call.shape)
        if response.status_code not in {200, 201} or not is_asked_for(selected):
            return response
        async with call.read() as reader:
            [told] = await add_provisioning(reader, [orjson.loads(response.body)], selected)
        headers = {name: response.headers[name] for name in ("Location", "ETag") if name in response.headers}
        return answer(call.request, told, response.status_code, headers)

    return tell


def _with_job(resource: dict[str, Any], job: NewestJob | None, selected: Selection) -> dict[str, Any]:
    shown = {} if job is None else selected.of({PROVISIONING: _shown(job)})
    return {**resource, **shown, "schemas": [*resource["schemas"], *shown]}


def _shown(job: NewestJob) -> dict[str, Any]:
    shown: dict[str, Any] = {"state": job.state.value, "job": str(job.id), "since": instant(job.since)}
    if job.problem is not None:
        told = explain(job.problem)
        problem = {"code": job.problem.code.value, "detail": told.sentence, "remedy": told.remedy}
        shown["problem"] = problem
    return shown
