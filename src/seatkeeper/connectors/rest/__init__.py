"""The ``rest`` connector: any app with an HTTP API, described in a manifest instead of in code.

It exists only for apps: what it does is their manifest's ``behaviour``, compiled once and checked as a whole, so
that a mistake in it is a fault with its line and not a surprise in a job. ``docs/connectors/rest.md`` explains it.
"""

from typing import Any

from seatkeeper.connectors.rest.assembling import compile_behaviour
from seatkeeper.connectors.rest.sessions import connect_with
from seatkeeper.connectors.rest.settings import RESTSettings, settings_of
from seatkeeper.core.integrations import MappingRules
from seatkeeper.spi.connector import Connector
from seatkeeper.spi.documents import Located


def adapt(behaviour: Located) -> Connector[Any]:
    """Make the connector of one app. Raises ``DocumentInvalidError`` that names every fault with its line."""
    shape, program = compile_behaviour(behaviour)
    return Connector(
        name="rest",
        title="REST",
        settings=settings_of(shape.settings),
        connect=connect_with(program),
        mapping=MappingRules(attributes={}),
        attributes=frozenset(program.accounts.attributes),
    )


def _without_behaviour(_: RESTSettings) -> Any:
    raise AssertionError("the registry gives nobody a connector that needs a behaviour")


connector: Connector[Any] = Connector(
    name="rest",
    title="REST",
    description="Any app with an HTTP API, described in a manifest of the catalog.",
    settings=RESTSettings,
    connect=_without_behaviour,
    mapping=MappingRules(attributes={}),
    adapt=adapt,
    needs_behaviour=True,
)
