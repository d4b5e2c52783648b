"""An integration as somebody wants it, and what saving that would change."""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, StrictInt

from seatkeeper.core.errors import NotFoundError, VersionMismatchError
from seatkeeper.core.integrations import SchemaAttribute
from seatkeeper.operations.blast_radius import measure_blast_radius
from seatkeeper.operations.checks import IntegrationDraft
from seatkeeper.operations.declared import DeclaredAttribute, DeclaredMapping, DeclaredPolicy
from seatkeeper.operations.differences import Difference
from seatkeeper.operations.integrations import PlannedIntegration, plan_integration, save_integration
from seatkeeper.store.database import Transaction
from seatkeeper.store.queries.versions import latest_version
from seatkeeper.web.api.calls import Call, IntegrationCall
from seatkeeper.web.api.shapes import CountShape, Name, Shape


class RulesBody(Shape):
    """A mapping and a user schema. What is left out is as the connector declares it."""

    mapping: DeclaredMapping | None = None
    user_schema: tuple[DeclaredAttribute, ...] = Field((), description="Laid over the connector's own, by name.")


class IntegrationBody(RulesBody):
    """An integration as it should be. What is left out is as the connector declares it."""

    name: Name
    connector: str
    settings: dict[str, Any] = Field(
        default_factory=dict, description="Secrets too, which are never given back; one left out is kept."
    )
    policy: DeclaredPolicy = DeclaredPolicy()


class NewIntegrationBody(IntegrationBody):
    """An integration to be made."""

    slug: str = Field(pattern=r"^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$")


class VersionBody(Shape):
    """The version a change was made from."""

    version: StrictInt | None = Field(
        None, ge=0, description="As it was read; where somebody was quicker, nothing is saved (412)."
    )


class ChangedIntegrationBody(IntegrationBody, VersionBody):
    """An integration as it should become."""


class ChangedShape(CountShape):
    """What saving changed; ``jobs`` now look at its accounts again."""

    changed: list[str]


class DifferenceShape(BaseModel):
    """One field, dotted, and what it was and will be; null is *not set*. A secret shows neither."""

    model_config = ConfigDict(from_attributes=True)

    field: str
    before: Any
    after: Any
    secret: bool


class ChangeShape(BaseModel):
    """What would become of one attribute, or of the entitlements of one type, of one person."""

    model_config = ConfigDict(from_attributes=True)

    name: str
    before: str
    after: str


class ExampleShape(BaseModel):
    """One person whom the new mapping changes."""

    model_config = ConfigDict(from_attributes=True)

    user_name: str
    changes: list[ChangeShape]


class BlastRadiusShape(BaseModel):
    """How many active people the new mapping changes."""

    model_config = ConfigDict(from_attributes=True)

    people: int
    looked_at: int = Field(description="Fewer than `people` where that would have taken too long: chosen by lot.")
    changed: int = Field(description="Of those looked at.")
    failing: int = Field(description="For whom it can no longer be worked out; they are among the changed.")
    estimate: int = Field(description="The changed, projected to all people.")
    by_name: dict[str, int] = Field(description="For how many each attribute or entitlement type changes.")
    examples: list[ExampleShape]


class PlanShape(BaseModel):
    """What saving would change; nothing was saved."""

    differences: list[DifferenceShape]
    blast_radius: BlastRadiusShape


def draft_of(call: Call, slug: str, body: IntegrationBody, kept: Mapping[str, str]) -> IntegrationDraft:
    """Make the draft a body asks for; ``kept`` are the secrets there are."""
    connector = call.house.connectors.get(body.connector)
    return IntegrationDraft(
        slug=slug,
        name=body.name,
        connector=body.connector,
        settings={**kept, **body.settings},
        mapping=None if body.mapping is None or connector is None else body.mapping.over(connector.mapping),
        schema=None if connector is None else schema_over(connector.schema, body.user_schema),
        policy=body.policy.as_policy(),
    )


def schema_over(
    standard: Sequence[SchemaAttribute], declared: Sequence[DeclaredAttribute]
) -> tuple[SchemaAttribute, ...]:
    """Lay declared attributes over a connector's, by name."""
    attributes = {attribute.name: attribute for attribute in standard}
    return tuple((attributes | {one.name: one.as_attribute() for one in declared}).values())


async def plan_change(
    tx: Transaction, call: IntegrationCall, draft: IntegrationDraft, version: int | None
) -> PlannedIntegration:
    """Work out what saving a draft would do. Raises ``DraftInvalidError`` and ``VersionMismatchError``."""
    planned = await plan_integration(tx, draft, call.house.connectors, call.house.keyring)
    if planned.before is None:
        raise NotFoundError(f"There is no integration {draft.slug}.")
    latest = await latest_version(tx, planned.before.id)
    if version not in {None, latest}:
        raise VersionMismatchError(
            f"Its version is {latest} by now and not {version}, so nothing was saved. Read it again, and send your"
            " change with the version you read."
        )
    return planned


async def save_change(
    tx: Transaction, call: IntegrationCall, draft: IntegrationDraft, version: int | None
) -> ChangedShape:
    """Save a draft. Raises as ``plan_change`` does."""
    saved = await save_integration(tx, await plan_change(tx, call, draft, version), call.house.keyring)
    return ChangedShape(jobs=saved.jobs, changed=[difference.field for difference in saved.differences])


def tell_differences(differences: Sequence[Difference]) -> list[DifferenceShape]:
    """Tell what differs."""
    return [DifferenceShape.model_validate(one) for one in differences]


async def tell_plan(call: Call, planned: PlannedIntegration) -> PlanShape:
    """Measure what saving would change, once no transaction waits for it."""
    assert planned.before is not None
    radius = await measure_blast_radius(call.house.database, planned.before, planned.checked.integration)
    return PlanShape(
        differences=tell_differences(planned.differences), blast_radius=BlastRadiusShape.model_validate(radius)
    )
