"""The shape of an integration in a file."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

from seatkeeper.core.dialects import Dialect, Tolerance
from seatkeeper.core.integrations import (
    LONGEST_WAIT_FOR_PROOF,
    EntitlementRule,
    IntegrationState,
    LeaverRule,
    MappingRules,
    Policy,
    RemovalLimit,
    RetryRule,
    SchemaAttribute,
)
from seatkeeper.operations.durations import parse_duration


def _read_duration(value: object) -> timedelta:
    return value if isinstance(value, timedelta) else parse_duration(value)


def _check_wait(value: timedelta) -> timedelta:
    if not timedelta(seconds=1) <= value <= LONGEST_WAIT_FOR_PROOF:
        raise ValueError("write 1s to 50s, for identity providers do not wait longer")
    return value


Duration = Annotated[
    timedelta,
    BeforeValidator(_read_duration),
    WithJsonSchema({"type": "string", "pattern": "^[0-9]{1,6} ?[dhms]$", "examples": ["30d"]}),
]

_STANDARD = Policy()


class _Shape(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class DeclaredRemovals(_Shape):
    """``core.integrations.RemovalLimit``."""

    count: int = Field(_STANDARD.removals.count, ge=0)
    percent: int = Field(_STANDARD.removals.percent, ge=0, le=100)
    window: Duration = _STANDARD.removals.window


class DeclaredRetries(_Shape):
    """``core.integrations.RetryRule``."""

    first: Duration = _STANDARD.retries.first
    ceiling: Duration = _STANDARD.retries.ceiling
    give_up_after: Duration = _STANDARD.retries.give_up_after


class DeclaredPolicy(_Shape):
    """``core.integrations.Policy``."""

    leavers: LeaverRule = _STANDARD.leavers
    delete_after: Duration = _STANDARD.delete_after
    push_groups: bool = _STANDARD.push_groups
    concurrency: int = Field(_STANDARD.concurrency, ge=1, le=100)
    rate_per_minute: int | None = Field(_STANDARD.rate_per_minute, ge=1)
    wait_for_proof: Annotated[Duration, AfterValidator(_check_wait)] | None = _STANDARD.wait_for_proof
    dialect: Dialect | None = _STANDARD.dialect
    tolerances: tuple[Tolerance, ...] = _STANDARD.tolerances
    follow_up_after: Duration = _STANDARD.follow_up_after
    tasks_due_after: Duration = _STANDARD.tasks_due_after
    removals: DeclaredRemovals = DeclaredRemovals()
    retries: DeclaredRetries = DeclaredRetries()

    def as_policy(self) -> Policy:
        """Give the policy this declares."""
        plain = dict(self)
        return Policy(
            **(
                plain
                | {"removals": RemovalLimit(**dict(self.removals)), "retries": RetryRule(**dict(self.retries))}
            )
        )


class DeclaredEntitlement(_Shape):
    """``core.integrations.EntitlementRule``."""

    type: str
    values: str
    per_group: bool = False


class DeclaredMapping(_Shape):
    """What differs from the connector's mapping: ``attributes`` are laid over its own, null takes one out."""

    attributes: Mapping[str, str | None] = Field(default_factory=dict)
    entitlements: tuple[DeclaredEntitlement, ...] | None = None
    join: tuple[str, ...] | None = None
    required: tuple[str, ...] | None = None

    def over(self, standard: MappingRules) -> MappingRules:
        """Lay this over the connector's mapping."""
        attributes = {**standard.attributes, **self.attributes}
        rules = self.entitlements
        return MappingRules(
            attributes={name: source for name, source in attributes.items() if source is not None},
            entitlements=standard.entitlements
            if rules is None
            else tuple(EntitlementRule(**dict(rule)) for rule in rules),
            join=standard.join if self.join is None else self.join,
            required=standard.required if self.required is None else self.required,
        )


class DeclaredAttribute(_Shape):
    """``core.integrations.SchemaAttribute``."""

    name: str
    type: Literal["string", "boolean", "decimal", "integer", "dateTime", "binary", "reference", "complex"] = (
        "string"
    )
    required: bool = False
    multi_valued: bool = False
    unique: bool = False
    sensitive: bool = False
    returned: bool = True
    case_exact: bool = False

    def as_attribute(self) -> SchemaAttribute:
        """Give the attribute this declares."""
        return SchemaAttribute(**dict(self))


class DeclaredIntegration(_Shape):
    """One integration. What is left out is as the connector declares it, or as ``Policy`` begins."""

    slug: str
    name: str
    connector: str
    settings: Mapping[str, Any] = Field(default_factory=dict)
    mapping: DeclaredMapping | None = None
    schema_: tuple[DeclaredAttribute, ...] = Field((), alias="schema")
    policy: DeclaredPolicy = DeclaredPolicy()
    state: Literal[IntegrationState.LIVE, IntegrationState.PAUSED] | None = None

    def schema_over(self, standard: tuple[SchemaAttribute, ...]) -> tuple[SchemaAttribute, ...]:
        """Lay the declared attributes over the connector's, by name."""
        attributes = {attribute.name: attribute for attribute in standard}
        attributes |= {declared.name: declared.as_attribute() for declared in self.schema_}
        return tuple(attributes.values())
