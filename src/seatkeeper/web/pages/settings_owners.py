"""Who may do what with an integration, and deleting it."""

from collections.abc import Sequence
from uuid import UUID

from starlette.responses import Response

from seatkeeper.core.access import IntegrationRole, Permission
from seatkeeper.core.errors import InvalidValueError, NotFoundError, NotPossibleNowError
from seatkeeper.core.ids import MemberId
from seatkeeper.operations.deletions import delete_integration, survey_deletion
from seatkeeper.operations.roles import add_role, change_role, remove_role
from seatkeeper.store.queries.members import list_roles
from seatkeeper.web.doors import Door
from seatkeeper.web.pages.settings_frames import settings_page
from seatkeeper.web.visits import Visit

ROLES = (
    (IntegrationRole.OWNER, "Everything, settings and secrets too"),
    (IntegrationRole.MANAGER, "People and jobs, and no settings"),
    (IntegrationRole.VIEWER, "Looks at everything, and changes nothing"),
)


async def show_owners(visit: Visit) -> Response:
    """Show who has a role."""
    return await _owners_page(visit)


async def add_owner(visit: Visit) -> Response:
    """Give a member of the workspace a role."""
    try:
        async with visit.transaction() as tx:
            member = await add_role(tx, visit.integration, visit.given("email"), _role(visit))
    except (InvalidValueError, NotPossibleNowError) as error:
        return await _owners_page(visit, fault=str(error), email=visit.given("email"), status=422)
    return visit.go(_path(visit), f"{member.name} is {_role(visit).value} now.")


async def change_owner(visit: Visit) -> Response:
    """Change somebody's role, or take it away."""
    try:
        async with visit.transaction() as tx:
            if visit.given("do") == "remove":
                await remove_role(tx, visit.integration, _member(visit))
            else:
                await change_role(tx, visit.integration, _member(visit), _role(visit))
    except NotPossibleNowError as error:
        return await _owners_page(visit, told=str(error), status=409)
    is_self = _member(visit) == visit.member.id
    return visit.go("/" if is_self else _path(visit), "Saved.")


async def show_deletion(visit: Visit) -> Response:
    """Say what deleting the integration would forget."""
    return await _deletion_page(visit)


async def delete(visit: Visit) -> Response:
    """Delete the integration, once its short name was typed."""
    try:
        async with visit.transaction() as tx:
            await delete_integration(tx, visit.integration.slug, confirm=visit.given("confirm"))
    except InvalidValueError as error:
        return await _deletion_page(visit, fault=str(error), status=422)
    except NotPossibleNowError as error:
        return await _deletion_page(visit, told=str(error), status=409)
    return visit.go("/", f"{visit.integration.name} is deleted. The app was not touched.")


def _role(visit: Visit) -> IntegrationRole:
    try:
        return IntegrationRole(visit.given("role"))
    except ValueError:
        raise InvalidValueError("Choose a role.") from None


def _member(visit: Visit) -> MemberId:
    try:
        return MemberId(UUID(visit.param("member")))
    except ValueError:
        raise NotFoundError("There is no such member.") from None


def _path(visit: Visit) -> str:
    return f"/integrations/{visit.integration.slug}/settings/owners"


async def _owners_page(
    visit: Visit, *, fault: str = "", email: str = "", told: str = "", status: int = 200
) -> Response:
    async with visit.read() as reader:
        listed = await list_roles(reader, visit.integration.id)
    return await settings_page(
        visit, "owners", status, listed=listed, roles=ROLES, fault=fault, email=email, told=told
    )


async def _deletion_page(visit: Visit, *, fault: str = "", told: str = "", status: int = 200) -> Response:
    async with visit.read() as reader:
        holdings = await survey_deletion(reader, visit.integration.slug)
    return await settings_page(visit, "delete", status, holdings=holdings, fault=fault, told=told)


_BASE = "/integrations/{integration}/settings"
DOORS: Sequence[Door] = (
    Door("GET", f"{_BASE}/owners", show_owners, Permission.SEE),
    Door("POST", f"{_BASE}/owners", add_owner, Permission.CONFIGURE),
    Door("POST", f"{_BASE}/owners/{{member}}", change_owner, Permission.CONFIGURE),
    Door("GET", f"{_BASE}/delete", show_deletion, Permission.CONFIGURE),
    Door("POST", f"{_BASE}/delete", delete, Permission.CONFIGURE),
)
