"""What the pages of the settings share: the frame, the version that was looked at, and reading the present."""

from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from seatkeeper.core.access import Permission
from seatkeeper.operations.checks import IntegrationDraft
from seatkeeper.operations.edits import as_draft
from seatkeeper.operations.integrations import read_secrets
from seatkeeper.store.queries.versions import latest_version
from seatkeeper.web.frames import integration_frame
from seatkeeper.web.visits import Visit

PARTS = (
    ("", "plug-connected", "Connection"),
    ("/scim", "key", "SCIM"),
    ("/mapping", "adjustments", "Users and attributes"),
    ("/policy", "shield-check", "Policy"),
    ("/owners", "users", "Owners"),
    ("/notifications", "mail", "Notifications"),
    ("/history", "clock", "History"),
    ("/delete", "trash", "Delete"),
)

_STEPS = ("/steps", "list-details", "What the browser does")
"""Where the connector follows a description."""


@dataclass(frozen=True, slots=True)
class Present:
    """The integration as it is now: as a draft with its secrets, and the version that is."""

    draft: IntegrationDraft
    secrets: dict[str, str]
    version: int


async def read_present(visit: Visit) -> Present:
    """Read what the settings show. Secrets are read for what they are kept for, never to be shown."""
    async with visit.read() as reader:
        secrets = await read_secrets(reader, visit.integration, visit.house.keyring)
        version = await latest_version(reader, visit.integration.id)
    return Present(as_draft(visit.integration, secrets), secrets, version)


def version_given(visit: Visit) -> int:
    """Read which version the form was made from; 0 for none."""
    given = visit.given("version")
    return int(given) if given.isdigit() and len(given) < 10 else 0


def _parts(visit: Visit) -> tuple[tuple[str, str, str], ...]:
    connector = visit.house.connectors.get(visit.integration.connector)
    first, *others = PARTS
    described = (_STEPS,) if connector is not None and connector.chapters else ()
    return (first, *described, *others)


async def settings_page(visit: Visit, part: str, status: int = 200, **context: Any) -> Response:
    """Show a page of the settings. Who may not change them sees them only."""
    async with visit.read() as reader:
        frame = await integration_frame(visit, reader)
        version = await latest_version(reader, visit.integration.id)
    shared = {
        "parts": _parts(visit),
        "readonly": not visit.may(Permission.CONFIGURE),
        "version": version,
        "told": "",
    }
    return visit.page(f"settings_{part}.html", status, **frame, **(shared | context))
