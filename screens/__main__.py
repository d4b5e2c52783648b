"""Set the stage, and take the pictures."""

import asyncio

from lab.browser import running_browser
from screens.pictures import FOLDER, enter, take
from screens.stage import Stage, set_stage


def main() -> None:
    """Write every picture to ``docs/images``."""
    with set_stage() as stage:
        try:
            asyncio.run(_take(stage))
        finally:
            stage.crm.let_pass()
    print(f"The pictures are in {FOLDER}.")


async def _take(stage: Stage) -> None:
    secret = await enter(stage)
    async with running_browser() as browser:
        await take(browser, stage, secret)


if __name__ == "__main__":
    main()
