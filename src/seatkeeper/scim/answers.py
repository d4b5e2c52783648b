"""Answers: JSON in the media type the client reads, with the headers SCIM wants."""

from collections.abc import Mapping
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response

SCIM_JSON = "application/scim+json"
PLAIN_JSON = "application/json"


def answer(
    request: Request, body: object, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """Answer with a JSON body."""
    return Response(orjson.dumps(body), status, headers, media_type(request.headers.get("accept", "")))


def empty(status: int, headers: Mapping[str, str] | None = None) -> Response:
    """Answer without a body."""
    return Response(None, status, headers)


def media_type(accept: str) -> str:
    """Choose the media type: SCIM's own, unless the client names only plain JSON (OneLogin's documentation)."""
    names = {part.partition(";")[0].strip().lower() for part in accept.split(",")}
    return PLAIN_JSON if names == {PLAIN_JSON} else SCIM_JSON


def listed(resources: list[dict[str, Any]], total: int, start_index: int) -> dict[str, Any]:
    """Wrap resources in a list answer (RFC 7644 §3.4.2); its numbers are always there, and always numbers."""
    return {
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
        "totalResults": total,
        "startIndex": start_index,
        "itemsPerPage": len(resources),
        "Resources": resources,
    }


def listed_from_cursor(resources: list[dict[str, Any]], total: int, following: str | None) -> dict[str, Any]:
    """Wrap resources in a list answer with the cursor of the next page, where there is one (RFC 9865 §2)."""
    numbered = listed(resources, total, 1)
    del numbered["startIndex"]
    return numbered if following is None else {**numbered, "nextCursor": following}
