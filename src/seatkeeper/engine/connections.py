"""Opening a session to the app of an integration, with validated settings and unsealed secrets."""

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from typing import Any

from seatkeeper.core.integrations import Integration
from seatkeeper.core.problems import Problem, ProblemCode
from seatkeeper.engine.app import as_bug
from seatkeeper.engine.context import Engine
from seatkeeper.spi.connector import Session
from seatkeeper.spi.errors import ConnectorError
from seatkeeper.spi.settings import SettingsInvalidError, validate_settings
from seatkeeper.store.queries.integrations import find_sealed_secrets
from seatkeeper.store.sealing import SealError


class NoSessionError(Exception):
    """No session can be opened as things stand, and calling the app would not change that."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.detail)
        self.problem = problem


async def open_session(engine: Engine, integration: Integration) -> AbstractAsyncContextManager[Session]:
    """Give the connector's session for this integration, yet to be entered.

    Raises ``NoSessionError``, with ``SETTINGS_INVALID``, for settings the connector refuses, secrets that cannot
    be unsealed, and a connector that is not installed. This and entering may raise the errors of ``spi.errors``.
    """
    return connect(
        engine, integration.connector, {**integration.settings, **await read_secrets(engine, integration)}
    )


def connect(
    engine: Engine, connector_name: str, values: Mapping[str, Any]
) -> AbstractAsyncContextManager[Session]:
    """Give a connector's session for settings and secrets that need not belong to an integration yet."""
    connector = engine.connectors.get(connector_name)
    if connector is None:
        raise _invalid(f"The connector {connector_name} is not installed here.")
    try:
        settings = validate_settings(connector.settings, dict(values))
    except SettingsInvalidError as error:
        raise _invalid(str(error)) from None
    try:
        return connector.connect(settings)
    except ConnectorError:
        raise
    except Exception as error:
        raise as_bug(error) from error


async def read_secrets(engine: Engine, integration: Integration) -> dict[str, Any]:
    """Read the secrets of an integration in the clear. Raises ``NoSessionError`` when they cannot be unsealed."""
    async with engine.database.read() as reader:
        sealed = await find_sealed_secrets(reader, integration.id)
    try:
        return {**engine.keyring.unseal_secrets(sealed, bound_to=str(integration.id))}
    except SealError as error:
        raise _invalid(str(error)) from None


def _invalid(detail: str) -> NoSessionError:
    return NoSessionError(Problem(ProblemCode.SETTINGS_INVALID, detail))
