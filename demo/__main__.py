"""Play the story, prove it, and serve on."""

import argparse
import signal
import sys

from rich.console import Console
from rich.live import Live

from demo.screen import Screen, show_addresses, show_state
from demo.stage import Stage, set_stage
from demo.story import SCENES
from lab.company import differences


def main() -> int:
    """Return 0 only if every app holds exactly what it should and no job is left over."""
    parser = argparse.ArgumentParser(prog="make demo", description=__doc__)
    parser.add_argument("--exit", action="store_true", help="end when the proof is done, instead of serving on")
    arguments = parser.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    console = Console()
    console.print("Starting two real apps, and Seatkeeper with its own PostgreSQL …")
    with set_stage() as stage:
        _play(console, stage)
        status = _prove(console, stage)
        if not arguments.exit:
            show_addresses(console, stage)
            _serve_on()
    return status


def _play(console: Console, stage: Stage) -> None:
    screen = Screen(stage)
    with Live(get_renderable=screen.draw, console=console, refresh_per_second=8):
        for scene in SCENES:
            screen.scenes.append(scene.title)
            for world in stage.worlds:
                scene.play(world.company)
            for world in stage.worlds:
                stage.watch.wait_until_done(world.target.slug)


def _prove(console: Console, stage: Stage) -> int:
    status = 0
    for world in stage.worlds:
        state = world.target.read()
        problems = differences(world.company.expected(), state)
        problems += [f"{name}: {code}: {detail}" for name, code, detail in stage.watch.problems(world.target.slug)]
        show_state(console, world, state, problems)
        status = status or int(bool(problems))
    return status


def _serve_on() -> None:
    try:
        while True:
            signal.pause()
    except KeyboardInterrupt:
        return


if __name__ == "__main__":
    sys.exit(main())
