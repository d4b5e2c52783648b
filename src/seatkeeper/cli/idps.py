"""``seatkeeper idp``: an identity provider at play, and the replay of what a real one sent."""

import asyncio
import os
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Annotated

import httpx
import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from seatkeeper.cli.opening import fail
from seatkeeper.cli.printing import AsJSON, console, plain, print_json, print_table, say
from seatkeeper.core.errors import InvalidValueError
from seatkeeper.core.recordings import Exchange, read_file
from seatkeeper.idps.companies import Company
from seatkeeper.idps.dialects import DIALECTS, Dialect
from seatkeeper.idps.directories import differences, read_directory
from seatkeeper.idps.endpoints import RefusedError
from seatkeeper.idps.replaying import Replayed, replay
from seatkeeper.idps.stories import PLOTS, Scene, Telling, tell

URL = Annotated[str, typer.Option("--url", help="The SCIM base URL, as an identity provider is given it.")]
TokenVariable = Annotated[
    str, typer.Option("--token-env", metavar="NAME", help="The environment variable that holds the token.")
]
Talks = Annotated[Dialect, typer.Option("--dialect", help="How the identity provider talks.")]
Headcount = Annotated[int, typer.Option("--people", min=1, max=1_000_000, help="How many people work there.")]
Groups = Annotated[int, typer.Option("--groups", min=0, max=10_000, help="In how many groups.")]
File = Annotated[Path, typer.Argument(metavar="FILE", help="A recording, as downloaded.")]
Story = Annotated[
    str, typer.Option("--story", help="What happens, in this order: joiners, movers, leavers. Joiners always do.")
]


def register(app: typer.Typer) -> None:
    """Add these commands to the application."""
    group = typer.Typer(
        no_args_is_help=True, help="Play an identity provider against a SCIM endpoint, or replay what one sent."
    )
    group.command("play")(play)
    group.command("replay")(replay_file)
    app.add_typer(group, name="idp")


def play(  # noqa: PLR0913, PLR0917 - the options of the command
    url: URL,
    token_env: TokenVariable,
    dialect: Talks = Dialect.OKTA,
    people: Headcount = 25,
    groups: Groups = 3,
    story: Story = "joiners,movers,leavers",
    as_json: AsJSON = False,
) -> None:
    """Send what an identity provider sends when people join, move and leave; then read back what arrived.

    The people are made up, and the same each time. Status 1 where something was refused, or did not arrive.
    """
    idp = DIALECTS[dialect](url_of(url), token_of(token_env))
    company = Company(idp)
    scenes = [scene for plot in _plots(story) for scene in PLOTS[plot](people, groups)]
    try:
        idp.test_connection()
        telling = _told(company, scenes, quiet=as_json)
        wrong = differences(company.expected_directory(), read_directory(idp.endpoint))
    except RefusedError as error:
        fail(f"{plain(str(error))}. Look at the address and the token.")
    finally:
        idp.endpoint.close()
    _print_json(telling, wrong) if as_json else _print(telling, wrong, url)
    if telling.failed or wrong:
        raise typer.Exit(1)


def replay_file(file: File, url: URL, token_env: TokenVariable, as_json: AsJSON = False) -> None:
    """Send what was recorded of an identity provider to a SCIM endpoint, and name what is answered otherwise.

    Use an integration that exists for this: everything in the recording happens there. Status 1 where a request is
    answered with another status than then.
    """
    try:
        exchanges = read_file(file.read_bytes().splitlines())
    except InvalidValueError as error:
        fail(str(error))
    except OSError as error:
        fail(f"Cannot read {plain(str(file))}: {error.strerror}.")
    try:
        told = asyncio.run(_replayed(exchanges, url_of(url), token_of(token_env), quiet=as_json))
    except httpx.TransportError as error:
        fail(f"Nobody answers at {plain(url)}: {type(error).__name__}.")
    different = [each for each in told if each.is_different]
    if as_json:
        print_json([_document(each) for each in told])
    else:
        _print_differences(told, different)
    if different:
        raise typer.Exit(1)


async def _replayed(exchanges: Sequence[Exchange], url: str, token: str, *, quiet: bool) -> list[Replayed]:
    headers = {"Authorization": f"Bearer {token}"}
    told: list[Replayed] = []
    with progress(quiet=quiet) as bar:
        task = None if bar is None else bar.add_task("replaying", total=len(exchanges))
        async with httpx.AsyncClient(base_url=url.rstrip("/"), headers=headers, timeout=60) as client:
            async for each in replay(client, exchanges):
                told.append(each)
                if bar is not None and task is not None:
                    bar.update(task, completed=each.number)
    return told


def _document(each: Replayed) -> dict[str, object]:
    exchange = each.exchange
    described = {"number": each.number, "method": exchange.method, "target": exchange.target}
    return {**described, "recorded": exchange.status, "status": each.status, "detail": each.detail}


def _print_differences(told: Sequence[Replayed], different: Sequence[Replayed]) -> None:
    rows = [
        (
            str(each.number),
            f"{each.exchange.method} {each.exchange.target}",
            str(each.exchange.status),
            str(each.status),
            each.detail,
        )
        for each in different
    ]
    sent = sum(each.number > 0 and each.status is not None for each in told)
    print_table(
        ["number", "request", "then", "now", "detail"], rows, nothing="Everything was answered as it was then."
    )
    left_out = sum(each.status is None for each in told)
    say(f"\n{sent} requests were sent again, {len(different)} answered otherwise, {left_out} had no body to send.")


def url_of(given: str) -> str:
    """Take the base URL of a SCIM endpoint, or end the command."""
    try:
        url = httpx.URL(given)
    except httpx.InvalidURL:
        fail("--url is not an address.")
    if url.scheme not in {"http", "https"} or not url.host:
        fail("--url must begin with http:// or https://.")
    return given


def token_of(variable: str) -> str:
    """Take the token out of the environment, where no list of processes and no history shows it."""
    token = os.environ.get(variable, "").strip()
    if not token:
        fail(f"There is no token in the environment variable {plain(variable)}.")
    return token


def _plots(story: str) -> list[str]:
    wanted = {part.strip() for part in story.split(",") if part.strip()}
    unknown = wanted - PLOTS.keys()
    if unknown:
        fail(f"There is no story {plain(', '.join(sorted(unknown)))}. There are: {', '.join(PLOTS)}.")
    return [plot for plot in PLOTS if plot in wanted | {"joiners"}]


def _told(company: Company, scenes: Sequence[Scene], *, quiet: bool) -> Telling:
    acts = sum(len(scene.acts) for scene in scenes)
    with progress(quiet=quiet) as bar:
        task = None if bar is None else bar.add_task("", total=acts)

        def look_on(telling: Telling) -> None:
            if bar is not None and task is not None:
                requests = telling.requests.total()
                bar.update(
                    task, completed=min(telling.done, acts), description=f"{telling.scene} ({requests} requests)"
                )

        return tell(company, scenes, look_on)


def progress(*, quiet: bool) -> AbstractContextManager[Progress | None]:
    """Show how far it has come where somebody looks, on standard error."""
    target = console(stderr=True)
    if quiet or not target.is_terminal:
        return nullcontext()
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    return Progress(*columns, console=target, transient=True)


def _print_json(telling: Telling, wrong: Sequence[str]) -> None:
    print_json(
        {
            "requests": dict(telling.requests),
            "seconds": round(telling.seconds, 3),
            "failed": [{"act": act.title, "why": why} for act, why in telling.failed],
            "wrong": list(wrong),
        }
    )


def _print(telling: Telling, wrong: Sequence[str], url: str) -> None:
    counts = sorted(telling.requests.items())
    print_table(["request", "times"], [(name, str(count)) for name, count in counts], nothing="Nothing was sent.")
    total = telling.requests.total()
    say(f"\n{total} requests in {telling.seconds:.1f} s, {total / max(telling.seconds, 0.001):.0f} a second.")
    for act, why in telling.failed:
        say(f"✗ {act.title}: {why}", style="red")
    for sentence in wrong:
        say(f"✗ {sentence}", style="red")
    if not (telling.failed or wrong):
        say(f"✓ {url} holds every user and group as it should.", style="green")
