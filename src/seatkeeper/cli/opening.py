"""Running a command: the parts are opened, and what goes wrong is told in a sentence and an exit status."""

import asyncio
import os
import pwd
from collections.abc import Awaitable, Callable
from typing import NoReturn, TypeVar

import typer
from rich.text import Text

from seatkeeper.bootstrap.errors import StartError
from seatkeeper.bootstrap.logging import configure_logging
from seatkeeper.bootstrap.parts import Parts, open_parts
from seatkeeper.bootstrap.settings import Settings, load_settings
from seatkeeper.cli.printing import console, plain
from seatkeeper.core.errors import RequestError, StoreUnavailableError
from seatkeeper.core.events import ActorKind, Origin

T = TypeVar("T")


def carry_out(action: Callable[[Parts], Awaitable[T]]) -> T:
    """Open the parts and do something with them. What a person can act on ends the command with a sentence."""
    try:
        settings = load_settings()
        configure_logging(settings.log_format, "error")
        return asyncio.run(_with_parts(settings, action))
    except StartError as error:
        fail(str(error), status=error.exit_status)
    except StoreUnavailableError as error:
        fail(f"{error} seatkeeper doctor names the reason.")
    except RequestError as error:
        fail(str(error))


def fail(sentence: str, *, status: int = 1) -> NoReturn:
    """End the command with a sentence on standard error."""
    console(stderr=True).print(Text.assemble(("Error: ", "bold red"), plain(sentence)))
    raise typer.Exit(status)


def me() -> Origin:
    """Who is at the keyboard, for events: the name of the operating system's user."""
    try:
        name = pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        name = f"uid {os.getuid()}"
    return Origin(ActorKind.PERSON, name)


async def _with_parts(settings: Settings, action: Callable[[Parts], Awaitable[T]]) -> T:
    async with open_parts(settings) as parts:
        return await action(parts)
