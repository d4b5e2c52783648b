"""What a new integration may start from."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, Field, TypeAdapter

from seatkeeper.core.integrations import MappingRules, SchemaAttribute
from seatkeeper.operations.starting_points import StartingPoint, StartKind, list_starting_points
from seatkeeper.spi.connector import Connector
from seatkeeper.web.api.calls import Creating
from seatkeeper.web.api.paging import Search
from seatkeeper.web.api.routing import Operation

router = APIRouter(tags=["Integrations"], route_class=Operation)

_MAPPING = TypeAdapter(MappingRules)
_SCHEMA = TypeAdapter(tuple[SchemaAttribute, ...])


class StartingPointShape(BaseModel):
    """An app somebody described, or a connector as it is."""

    key: str
    kind: StartKind
    title: str
    description: str
    connector: str
    settings: dict[str, Any] = Field(description="Those that are known already.")
    settings_schema: dict[str, Any] = Field(description="JSON Schema of the connector's settings.")
    mapping: dict[str, Any]
    user_schema: list[dict[str, Any]]

    @classmethod
    def of(cls, point: StartingPoint, connector: Connector[Any]) -> "StartingPointShape":
        """Tell a starting point."""
        mapping = connector.mapping if point.mapping is None else point.mapping
        schema = connector.schema if point.schema is None else point.schema
        return cls(
            **{name: getattr(point, name) for name in ("key", "kind", "title", "description", "connector")},
            settings=dict(point.settings),
            settings_schema=connector.settings.model_json_schema(),
            mapping=_MAPPING.dump_python(mapping, mode="json"),
            user_schema=_SCHEMA.dump_python(schema, mode="json"),
        )


@router.get("/starting-points")
async def list_points(call: Creating, search: Search = "") -> list[StartingPointShape]:
    """List what a new integration may start from; `search` is words that its card holds."""
    connectors: Mapping[str, Connector[Any]] = call.house.connectors
    found = list_starting_points(connectors, search)
    return [StartingPointShape.of(point, connectors[point.connector]) for point in found]
