"""What an integration's mapping means for a change of its groups."""

from seatkeeper.core.ids import IntegrationId
from seatkeeper.core.integrations import Integration, MappingRules, SchemaAttribute
from seatkeeper.core.mapping import MappingInvalidError, compile_mapping

_answers: dict[IntegrationId, tuple[MappingRules, tuple[SchemaAttribute, ...], bool]] = {}
"""The latest answer for each integration, with the mapping and the schema it was worked out from."""


def uses_groups(integration: Integration) -> bool:
    """Say whether accounts depend on the groups of their people, so that a change of a group changes them."""
    mapping, schema, answer = _answers.get(integration.id, (None, (), False))
    if mapping != integration.mapping or schema != integration.schema:
        answer = _work_out(integration)
        _answers[integration.id] = (integration.mapping, integration.schema, answer)
    return answer


def _work_out(integration: Integration) -> bool:
    try:
        return compile_mapping(integration.mapping, integration.schema).uses_groups
    except MappingInvalidError:
        # It was refused when saved, unless by an older release: the jobs then say what is wrong with it.
        return True
