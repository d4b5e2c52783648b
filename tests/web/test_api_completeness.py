"""Everything the pages do, the API does, but for what is said to be for browsers only."""

import re
from collections.abc import Mapping

import pytest

from seatkeeper.web.api.browser_only import BROWSER_ONLY
from seatkeeper.web.doors import Door
from seatkeeper.web.pages import DOORS
from tests.web.test_api_doors import operations

_HERE = "/integrations/{integration}"

OPERATIONS: Mapping[str, str] = {
    "POST /account/sessions/end-others": "DELETE /me/sessions",
    "POST /account/sessions/{session}/end": "DELETE /me/sessions/{session}",
    "POST /account/tokens/{token}/revoke": "DELETE /me/tokens/{token}",
    f"POST {_HERE}/connect": f"POST {_HERE}/tokens",
    f"POST {_HERE}/go-live/dry-run": f"POST {_HERE}/dry-run",
    f"POST {_HERE}/go-live/start": f"POST {_HERE}/activate",
    f"POST {_HERE}/settings": f"PUT {_HERE}",
    f"POST {_HERE}/settings/test": f"POST {_HERE}/test-connection",
    f"POST {_HERE}/settings/policy": f"PUT {_HERE}",
    f"POST {_HERE}/settings/scim": f"POST {_HERE}/tokens",
    f"POST {_HERE}/settings/scim/tokens/{{token}}/replace": f"POST {_HERE}/tokens/{{token}}/replace",
    f"POST {_HERE}/settings/scim/tokens/{{token}}/revoke": f"DELETE {_HERE}/tokens/{{token}}",
    f"POST {_HERE}/settings/scim/networks": f"PUT {_HERE}/networks",
    f"POST {_HERE}/settings/scim/recordings": f"POST {_HERE}/recordings",
    f"POST {_HERE}/settings/scim/recordings/{{recording}}/stop": f"POST {_HERE}/recordings/{{recording}}/stop",
    f"POST {_HERE}/settings/scim/recordings/{{recording}}/delete": f"DELETE {_HERE}/recordings/{{recording}}",
    f"POST {_HERE}/settings/scim/recordings/{{recording}}/replay": f"POST {_HERE}/recordings/{{recording}}/replay",
    f"POST {_HERE}/settings/mapping": f"POST {_HERE}/plan",
    f"POST {_HERE}/settings/mapping/preview": f"POST {_HERE}/preview-mapping",
    f"POST {_HERE}/settings/history/{{number}}/restore": f"POST {_HERE}/versions/{{number}}/restore",
    f"POST {_HERE}/settings/owners": f"POST {_HERE}/roles",
    f"POST {_HERE}/settings/owners/{{member}}": f"PUT {_HERE}/roles/{{member}}",
    f"POST {_HERE}/settings/delete": f"DELETE {_HERE}",
    f"POST {_HERE}/users/{{user}}/preview": f"POST {_HERE}/people/{{person}}/preview",
    f"POST {_HERE}/users/{{user}}/provision": f"POST {_HERE}/people/{{person}}/provision",
    f"POST {_HERE}/users/{{user}}/retry": f"POST {_HERE}/people/{{person}}/retry",
    f"POST {_HERE}/groups/read": f"POST {_HERE}/entitlements/read",
    f"POST {_HERE}/tasks/{{task}}/done": f"POST {_HERE}/tasks/{{task}}/complete",
    f"POST {_HERE}/settings/notifications": f"POST {_HERE}/notifications",
    f"POST {_HERE}/settings/notifications/{{rule}}": f"PUT {_HERE}/notifications/{{rule}}",
    f"POST {_HERE}/settings/notifications/{{rule}}/do": f"DELETE {_HERE}/notifications/{{rule}}",
    f"POST {_HERE}/settings/notifications/{{rule}}/secret": f"POST {_HERE}/notifications/{{rule}}/secret",
    f"POST {_HERE}/settings/notifications/{{rule}}/test": f"POST {_HERE}/notifications/{{rule}}/test",
    "POST /workspace": "POST /members",
    "POST /workspace/members/{member}": "PATCH /members/{member}",
    "POST /workspace/members/{member}/link": "POST /members/{member}/link",
    "POST /workspace/notifications": "POST /notifications",
    "POST /workspace/notifications/{rule}": "PUT /notifications/{rule}",
    "POST /workspace/notifications/{rule}/do": "DELETE /notifications/{rule}",
    "POST /workspace/notifications/{rule}/secret": "POST /notifications/{rule}/secret",
    "POST /workspace/notifications/{rule}/test": "POST /notifications/{rule}/test",
    "POST /workspace/tokens/{token}/revoke": "DELETE /api-tokens/{token}",
    "POST /workspace/providers": "POST /providers",
    "POST /workspace/providers/try": "POST /test-issuer",
    "POST /workspace/providers/{provider}": "PUT /providers/{provider}",
}
"""What a door that writes is called in the API, where that differs."""

_THERE = {f"{method} {path}": permission for method, path, permission in operations()}
_WRITING = [door for door in DOORS if door.method != "GET"]


@pytest.mark.parametrize("door", _WRITING, ids=lambda door: f"{door.method} {door.path}")
def test_what_a_page_does_an_operation_does_or_a_browser_must(door: Door) -> None:
    if any(re.fullmatch(one.pattern, door.path) for one in BROWSER_ONLY):
        return
    called = f"{door.method} {door.path}"
    operation = OPERATIONS.get(called, called)
    assert operation in _THERE, (
        f"{called} is a door of the pages without an operation: add one and name it here, or say in"
        " web.api.browser_only why scripts have to do without."
    )
    assert _THERE[operation] is door.needs, "the same is asked for, wherever it is done"


def test_nothing_is_told_of_doors_and_operations_that_are_gone() -> None:
    doors = {f"{door.method} {door.path}" for door in DOORS}
    assert OPERATIONS.keys() <= doors
    assert set(OPERATIONS.values()) <= _THERE.keys()
