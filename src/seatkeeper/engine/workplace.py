"""What all attempts of a run share."""

from contextlib import AsyncExitStack
from dataclasses import dataclass

from seatkeeper.core.integrations import Integration, Policy
from seatkeeper.core.mapping import CompiledMapping, MappingInvalidError
from seatkeeper.core.problems import Problem, ProblemCode
from seatkeeper.engine.app import App, guarded
from seatkeeper.engine.connections import NoSessionError, open_session
from seatkeeper.engine.context import Engine
from seatkeeper.engine.links import Links
from seatkeeper.engine.mappings import get_mapping
from seatkeeper.engine.session_states import hand_on


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
    def hands(self) -> int:
        """How many jobs are worked on at the same time."""
        return max(self.policy.concurrency, self.app.abilities.gathers)

    @property
    def sensitive(self) -> frozenset[str]:
        """App attributes whose values are never shown or kept."""
        return self.mapping.sensitive | self.app.abilities.write_only


async def enter_workplace(engine: Engine, integration: Integration, stack: AsyncExitStack) -> Workplace:
    """Open the app until the stack is closed.

    Raises ``NoSessionError``, also for a mapping that is no good, the errors of ``spi.errors``, and
    ``ConnectorBugError``.
    """
    try:
        mapping = get_mapping(integration)
    except MappingInvalidError as error:
        raise NoSessionError(Problem(ProblemCode.MAPPING_FAILED, str(error))) from error
    opening = await open_session(engine, integration)
    session = await guarded(stack.enter_async_context(opening))
    await hand_on(engine, integration, session, stack)
    app = App(session)
    return Workplace(engine, integration, app, mapping, Links(engine.database, integration.id))
