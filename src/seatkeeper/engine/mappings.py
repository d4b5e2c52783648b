"""Compiled mappings, kept for as long as they stay the same."""

from seatkeeper.core.ids import IntegrationId
from seatkeeper.core.integrations import Integration, MappingRules, SchemaAttribute
from seatkeeper.core.mapping import CompiledMapping, compile_mapping

_compiled: dict[IntegrationId, tuple[MappingRules, tuple[SchemaAttribute, ...], CompiledMapping]] = {}


def get_mapping(integration: Integration) -> CompiledMapping:
    """Compile an integration's mapping, once. Raises ``MappingInvalidError``."""
    known = _compiled.get(integration.id)
    if known is not None and known[:2] == (integration.mapping, integration.schema):
        return known[2]
    compiled = compile_mapping(integration.mapping, integration.schema)
    _compiled[integration.id] = (integration.mapping, integration.schema, compiled)
    return compiled
