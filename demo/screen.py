"""What the terminal shows: progress while it happens, then the apps as they are."""

from collections.abc import Sequence

from rich.console import Console, Group, RenderableType
from rich.panel import Panel
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from demo.stage import Stage, World
from lab.company import AppState

_DONE = ("succeeded", "unchanged")
_WAITING = ("queued", "retrying")


class Screen:
    """Draws the stage. ``scenes`` grows as the story goes on."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self.scenes: list[str] = []

    def draw(self) -> RenderableType:
        """Draw progress as it is now."""
        story = Text("\n".join(f"  ✓ {scene}" for scene in self.scenes[:-1]))
        if self.scenes:
            story.append(f"\n  ▸ {self.scenes[-1]}" if len(self.scenes) > 1 else f"  ▸ {self.scenes[-1]}", "bold")
        return Panel(Group(story, Text(), self._jobs()), title="Seatkeeper", border_style="cyan", padding=(1, 2))

    def _jobs(self) -> Table:
        table = Table(expand=True, box=None, header_style="bold cyan", padding=(0, 1))
        table.add_column("IdP → app", ratio=3, overflow="fold")
        table.add_column("", ratio=2)
        for heading in ("proven", "at work", "waiting", "failed"):
            table.add_column(heading, justify="right")
        for world in self._stage.worlds:
            table.add_row(*self._row(world))
        return table

    def _row(self, world: World) -> tuple[RenderableType, ...]:
        jobs = self._stage.watch.jobs(world.target.slug)
        done = sum(jobs.get(state, 0) for state in _DONE)
        waiting = sum(jobs.get(state, 0) for state in _WAITING)
        failed = sum(jobs.get(state, 0) for state in ("failed", "waiting", "unverified"))
        return (
            f"{world.idp_name} → {world.target.slug}",
            ProgressBar(total=max(1, sum(jobs.values())), completed=done),
            Text(str(done), "green"),
            str(jobs.get("running", 0)),
            str(waiting),
            Text(str(failed), "bold red" if failed else "dim"),
        )


def show_state(console: Console, world: World, state: AppState, problems: Sequence[str]) -> None:
    """Print what an app holds, as read from it, and everything in which that is wrong."""
    table = Table(
        title=f"{world.target.title}, as read from it", title_justify="left", title_style="bold", expand=True
    )
    table.add_column("account", no_wrap=True, ratio=3)
    table.add_column("name", no_wrap=True, ratio=2)
    table.add_column("signs in")
    table.add_column("groups", no_wrap=True, ratio=2)
    for user_name, person in sorted(state.people.items()):
        groups = ", ".join(sorted(name for name, members in state.groups.items() if user_name in members))
        active = Text("yes", "green") if person.active else Text("no", "yellow")
        table.add_row(user_name, f"{person.given_name} {person.family_name}", active, groups)
    console.print(table)
    members = ", ".join(f"{name} ({len(held)})" for name, held in sorted(state.groups.items()))
    console.print(f"  {len(state.people)} accounts; groups: {members}")
    if problems:
        console.print(*(f"  [red]✗ {problem}[/red]" for problem in problems), sep="\n")
    else:
        console.print("  [green]✓ exactly what it should hold[/green]")
    console.print()


def show_addresses(console: Console, stage: Stage) -> None:
    """Print where everything is and how to get in."""
    table = Table(
        title="Still running; Ctrl-C ends it", title_justify="left", title_style="bold", show_header=False
    )
    table.add_column(style="cyan")
    table.add_column(overflow="fold")
    table.add_row("Seatkeeper", f"{stage.seatkeeper.url}  (health: /readyz, figures: /metrics)")
    for world in stage.worlds:
        table.add_section()
        table.add_row(f"{world.idp_name}: SCIM URL", world.scim_url)
        table.add_row("token", world.scim_token)
        table.add_row(world.target.title, world.target.address)
        table.add_row("service account", world.target.account)
    table.add_section()
    table.add_row("integrations as code", str(stage.declarations))
    table.add_row("the command line", f"SEATKEEPER_DATA_DIR={stage.seatkeeper.data} .venv/bin/seatkeeper activity")
    console.print(table)
