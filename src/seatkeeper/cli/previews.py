"""``seatkeeper preview``: what would be done for one person, with nothing carried out."""

from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from seatkeeper.bootstrap.parts import Parts
from seatkeeper.cli.finding import find_by_slug
from seatkeeper.cli.job_details import problem_document
from seatkeeper.cli.opening import carry_out
from seatkeeper.cli.printing import AsJSON, plain, print_json, say, show, tell
from seatkeeper.core.accounts import Presence
from seatkeeper.core.errors import InvalidValueError, NotFoundError
from seatkeeper.core.ids import IntegrationId
from seatkeeper.core.users import User
from seatkeeper.core.wording import describe_missing, describe_step, explain
from seatkeeper.engine.preview import Preview
from seatkeeper.engine.preview import preview as work_out
from seatkeeper.store.database import Reader
from seatkeeper.store.queries.people import find_people

Who = Annotated[str, typer.Argument(metavar="USER", help="A userName, externalId or id.")]
Where = Annotated[str, typer.Option("--integration", "-i", metavar="INTEGRATION", help="The integration's slug.")]


def register(app: typer.Typer) -> None:
    """Add this command to the application."""
    app.command("preview")(preview)


def preview(user: Who, integration: Where, as_json: AsJSON = False) -> None:
    """Show what would be done for one person, and do nothing.

    The app is read, and not changed. Ends with status 1 when it cannot be told.
    """

    async def look(parts: Parts) -> tuple[User, Preview]:
        async with parts.database.read() as reader:
            found = await find_by_slug(reader, integration)
            person = await _find_person(reader, found.id, user)
        return person, await work_out(parts.engine, found.id, person.id)

    person, told = carry_out(look)
    if as_json:
        print_json(_document(person, told))
    else:
        _print(person, told)
    raise typer.Exit(0 if told.problem is None else 1)


async def _find_person(reader: Reader, integration_id: IntegrationId, called: str) -> User:
    found = await find_people(reader, integration_id, called)
    if not found:
        raise NotFoundError(f"Nobody called {called} is assigned: give a userName, externalId or id.")
    if len(found) > 1:
        raise InvalidValueError(f"Several people are called {called}: give the id of one.")
    return found[0]


def _print(person: User, told: Preview) -> None:
    say(person.user_name, style="bold")
    if told.wanted is not None:
        say(f"Wanted: {_PRESENCES[told.wanted.presence]}.")
    if told.seen is not None:
        state = {True: ", active", False: ", disabled", None: ""}[told.seen.active]
        say(f"In the app: {told.seen.name} ({told.seen.uid}){state}.")
    elif told.plan is not None and told.wanted is not None and told.wanted.presence is not Presence.UNTOUCHED:
        say("In the app: no account.")
    if told.problem is not None:
        tell(explain(told.problem))
    if told.plan is not None:
        _print_plan(told)


def _print_plan(told: Preview) -> None:
    assert told.plan is not None
    if told.plan.is_empty:
        say("Nothing to do: the app is as wanted.", style="green")
        return
    say("What would be done:", style="bold")
    grid = Table.grid(padding=(0, 1, 0, 0))
    for step in told.plan.steps:
        grid.add_row(Text("•", style="cyan"), plain(describe_step(step, told.sensitive)))
    for missing in told.plan.shortfalls:
        grid.add_row(Text("✗", style="yellow"), f"{describe_missing(missing)} It becomes a task.")
    show(grid)


_PRESENCES = {
    Presence.ACTIVE: "an active account",
    Presence.DISABLED: "a disabled account, where there is one",
    Presence.ABSENT: "no account",
    Presence.UNTOUCHED: "whatever is there, left alone",
}


def _document(person: User, told: Preview) -> dict[str, object]:
    plan = told.plan
    return {
        "user_id": person.id,
        "user_name": person.user_name,
        "wanted": None if told.wanted is None else told.wanted.presence,
        "uid": None if told.seen is None else told.seen.uid,
        "steps": None if plan is None else [describe_step(step, told.sensitive) for step in plan.steps],
        "shortfalls": None if plan is None else [describe_missing(missing) for missing in plan.shortfalls],
        "problem": problem_document(told.problem),
    }
