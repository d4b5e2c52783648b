"""The workspace begins with its members: inviting them, and saying what they are."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from starlette.responses import Response

from seatkeeper.core.access import Permission, WorkspaceRole
from seatkeeper.core.errors import AlreadyExistsError, InvalidValueError, NotFoundError, NotPossibleNowError
from seatkeeper.core.ids import MemberId
from seatkeeper.operations.invitations import Invitation, invite_member, make_link
from seatkeeper.operations.members import change_role, disable_member, enable_member
from seatkeeper.store.queries.members import list_members
from seatkeeper.web.doors import Door
from seatkeeper.web.visits import Visit

ROLES = (
    (WorkspaceRole.MEMBER, "Sees the integrations they have a role on, and makes new ones"),
    (WorkspaceRole.AUDITOR, "Reads everything, and changes nothing"),
    (WorkspaceRole.ADMIN, "Owns every integration, and the workspace"),
)
_PATH = "/workspace"


async def show_members(visit: Visit) -> Response:
    """Show who may sign in."""
    return await _members_page(visit)


async def invite(visit: Visit) -> Response:
    """Add a member, and show once the link with which they choose a password."""
    try:
        async with visit.transaction() as tx:
            invitation = await invite_member(tx, visit.given("email"), visit.given("name"), _role(visit))
    except (InvalidValueError, AlreadyExistsError) as error:
        entered = {name: visit.given(name) for name in ("email", "name")}
        return await _members_page(visit, 422, fault=str(error), entered=entered)
    return await _members_page(visit, invitation=invitation)


async def renew_link(visit: Visit) -> Response:
    """Make a new link for a member; it may also take away the second step of somebody who lost it."""
    try:
        async with visit.transaction() as tx:
            forgets = visit.given("forgets_totp") == "yes"
            invitation = await make_link(tx, _member(visit), forgets_totp=forgets)
    except NotPossibleNowError as error:
        return await _members_page(visit, 409, told=str(error))
    return await _members_page(visit, invitation=invitation)


async def change_member(visit: Visit) -> Response:
    """Change what a member is, keep them out, or let them in again."""
    try:
        async with visit.transaction() as tx:
            match visit.given("do"):
                case "disable":
                    before = await disable_member(tx, _member(visit))
                    notice = f"{before.member.name} is kept out, and signed out everywhere."
                case "enable":
                    before = await enable_member(tx, _member(visit))
                    notice = f"{before.member.name} may sign in again."
                case _:
                    before = await change_role(tx, _member(visit), _role(visit))
                    notice = f"{before.member.name} is {_role(visit).value} now."
    except NotPossibleNowError as error:
        return await _members_page(visit, 409, told=str(error))
    return visit.go(_PATH if before.member.id != visit.member.id else "/", notice)


async def _members_page(visit: Visit, status: int = 200, **shown: Any) -> Response:
    invitation: Invitation | None = shown.pop("invitation", None)
    async with visit.read() as reader:
        listed = await list_members(reader)
    link = "" if invitation is None else f"{visit.base_url}{invitation.path}"
    context = {"fault": "", "told": "", "entered": {"email": "", "name": ""}} | shown
    return visit.page(
        "workspace_members.html", status, listed=listed, roles=ROLES, invitation=invitation, link=link, **context
    )


def _role(visit: Visit) -> WorkspaceRole:
    try:
        return WorkspaceRole(visit.given("role"))
    except ValueError:
        raise InvalidValueError("Choose a role.") from None


def _member(visit: Visit) -> MemberId:
    try:
        return MemberId(UUID(visit.param("member")))
    except ValueError:
        raise NotFoundError("There is no such member.") from None


DOORS: Sequence[Door] = (
    Door("GET", _PATH, show_members, Permission.SEE_WORKSPACE),
    Door("POST", _PATH, invite, Permission.MANAGE_WORKSPACE),
    Door("POST", f"{_PATH}/members/{{member}}", change_member, Permission.MANAGE_WORKSPACE),
    Door("POST", f"{_PATH}/members/{{member}}/link", renew_link, Permission.MANAGE_WORKSPACE),
)
