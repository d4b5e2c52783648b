"""From where an integration's endpoint may be called."""

from collections.abc import Sequence

from starlette.responses import Response

from seatkeeper.core.access import Permission
from seatkeeper.core.errors import InvalidValueError, NotPossibleNowError
from seatkeeper.operations.networks import set_networks
from seatkeeper.web.doors import Door
from seatkeeper.web.pages.settings_scim import scim_page
from seatkeeper.web.visits import Visit


async def save_networks(visit: Visit) -> Response:
    """Save the list; what would shut the identity provider out is warned of first, and done when it is ticked."""
    typed = visit.given("networks")
    try:
        async with visit.transaction() as tx:
            await set_networks(tx, visit.integration, typed, knowing=visit.given("knowing") == "yes")
    except InvalidValueError as error:
        return await scim_page(visit, 422, networks=typed, networks_fault=str(error))
    except NotPossibleNowError as warning:
        return await scim_page(visit, 422, networks=typed, networks_warning=str(warning))
    return visit.go(
        _PAGE.format(integration=visit.integration.slug), "The list is saved. It holds within seconds."
    )


_PAGE = "/integrations/{integration}/settings/scim"
DOORS: Sequence[Door] = (Door("POST", f"{_PAGE}/networks", save_networks, Permission.CONFIGURE),)
