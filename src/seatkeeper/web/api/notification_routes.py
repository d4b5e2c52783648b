"""Where notifications are: those about every integration, and those of one."""

from uuid import UUID

from fastapi import APIRouter

from seatkeeper.web.api.calls import Configuring, ManagingWorkspace, Seeing, SeeingWorkspace
from seatkeeper.web.api.notifications import (
    ChangedRuleBody,
    ChangedWorkspaceRuleBody,
    DeliveryShape,
    NewRuleBody,
    NewRuleShape,
    RuleShape,
    WorkspaceRuleBody,
    add_here,
    change_here,
    list_here,
    read_here,
    remove_here,
    renew_here,
    try_here,
)
from seatkeeper.web.api.routing import Operation

router = APIRouter(tags=["Notifications"], route_class=Operation)

_HERE = "/integrations/{integration}/notifications"


@router.get(_HERE)
async def list_notifications(call: Seeing) -> list[RuleShape]:
    """List the notifications of an integration, the oldest first."""
    return await list_here(call)


@router.post(_HERE, status_code=201)
async def add_notification(call: Configuring, body: NewRuleBody) -> NewRuleShape:
    """Tell somebody of what happens in an integration from now on."""
    return await add_here(call, body)


@router.get(f"{_HERE}/{{rule}}")
async def read_notification(call: Seeing, rule: UUID) -> RuleShape:
    """Read one notification of an integration."""
    return await read_here(call, rule)


@router.put(f"{_HERE}/{{rule}}")
async def replace_notification(call: Configuring, rule: UUID, body: ChangedRuleBody) -> RuleShape:
    """Make a notification of an integration as the body says."""
    return await change_here(call, rule, body)


@router.delete(f"{_HERE}/{{rule}}", status_code=204)
async def remove_notification(call: Configuring, rule: UUID) -> None:
    """Forget a notification of an integration."""
    await remove_here(call, rule)


@router.post(f"{_HERE}/{{rule}}/secret", status_code=201)
async def renew_notification_secret(call: Configuring, rule: UUID) -> NewRuleShape:
    """Sign a webhook of an integration with a new secret; the one before is void."""
    return await renew_here(call, rule)


@router.post(f"{_HERE}/{{rule}}/test")
async def try_notification(call: Configuring, rule: UUID) -> DeliveryShape:
    """Send a test to whom a notification of an integration leads."""
    return await try_here(call, rule)


@router.get("/notifications")
async def list_workspace_notifications(call: SeeingWorkspace) -> list[RuleShape]:
    """List the notifications about every integration and the workspace, the oldest first."""
    return await list_here(call)


@router.post("/notifications", status_code=201)
async def add_workspace_notification(call: ManagingWorkspace, body: WorkspaceRuleBody) -> NewRuleShape:
    """Tell somebody of what happens in every integration and the workspace from now on."""
    return await add_here(call, body)


@router.get("/notifications/{rule}")
async def read_workspace_notification(call: SeeingWorkspace, rule: UUID) -> RuleShape:
    """Read one notification of the workspace."""
    return await read_here(call, rule)


@router.put("/notifications/{rule}")
async def replace_workspace_notification(
    call: ManagingWorkspace, rule: UUID, body: ChangedWorkspaceRuleBody
) -> RuleShape:
    """Make a notification of the workspace as the body says."""
    return await change_here(call, rule, body)


@router.delete("/notifications/{rule}", status_code=204)
async def remove_workspace_notification(call: ManagingWorkspace, rule: UUID) -> None:
    """Forget a notification of the workspace."""
    await remove_here(call, rule)


@router.post("/notifications/{rule}/secret", status_code=201)
async def renew_workspace_secret(call: ManagingWorkspace, rule: UUID) -> NewRuleShape:
    """Sign a webhook of the workspace with a new secret; the one before is void."""
    return await renew_here(call, rule)


@router.post("/notifications/{rule}/test")
async def try_workspace_notification(call: ManagingWorkspace, rule: UUID) -> DeliveryShape:
    """Send a test to whom a notification of the workspace leads."""
    return await try_here(call, rule)
