"""What all attempts of a run share."""

from dataclasses import dataclass

from seatkeeper.core.integrations import Integration, Policy
from seatkeeper.core.mapping import CompiledMapping
from seatkeeper.engine.app import App
from seatkeeper.engine.context import Engine
from seatkeeper.engine.links import Links


@dataclass(frozen=True, slots=True)
class Workplace:
    """An open app, and everything needed to bring accounts and groups of one integration in line there."""

    engine: Engine
    integration: Integration
    app: App
    mapping: CompiledMapping
    links: Links

    @property
    def policy(self) -> Policy:
        """The integration's rules."""
        return self.integration.policy

    @property
    def sensitive(self) -> frozenset[str]:
        """App attributes whose values are never shown or kept."""
        return self.mapping.sensitive | self.app.abilities.write_only
