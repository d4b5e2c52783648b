"""Which pages are taken, as whom, and how they are kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, LiteralString, TypeAlias
from uuid import UUID

import psycopg
from playwright.async_api import Browser

from lab.processes import ROOT
from screens.stage import MAYA, Stage, opened
from seatkeeper.core.ids import JobId
from seatkeeper.operations.sessions import Client, SessionRules, begin_session
from seatkeeper.operations.tasks import hand_over_job
from seatkeeper.web.visits import SESSION_COOKIE

FOLDER = ROOT / "docs/images"
_WIDE, _TALL, _NARROW = (1280, 800), (1280, 1040), (375, 812)
_REST = 1000
"""Milliseconds until what a page fetches by itself is there."""
Theme: TypeAlias = Literal["light", "dark"]
_THEMES: Sequence[Theme] = ("light", "dark")


@dataclass(frozen=True, slots=True)
class Picture:
    """A page and what its files are called: ``NAME-light.png`` and ``NAME-dark.png``."""

    name: str
    path: str
    size: tuple[int, int] = _WIDE


async def enter(stage: Stage) -> str:
    """Hand a failed job to a person, and give a session of the Admin."""
    async with opened(stage) as database, database.transaction(MAYA) as tx:
        await hand_over_job(tx, JobId(_failed_jobs(stage)[0]))
        session = await begin_session(
            tx, stage.admins[0], "password", Client("127.0.0.1", "Firefox"), SessionRules()
        )
    return session.secret


async def take(browser: Browser, stage: Stage, secret: str) -> None:
    """Take every picture in light and in dark."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for picture in _pictures(stage):
        for theme in _THEMES:
            await _take(browser, stage, secret, picture, theme)


def _pictures(stage: Stage) -> Sequence[Picture]:
    person = _ids(stage, "SELECT id FROM users WHERE user_name LIKE 'aisha.khan@%' ORDER BY id")[0]
    return [
        Picture("integrations", "/"),
        Picture("overview", "/integrations/crm"),
        Picture("activity", "/integrations/crm/activity", _TALL),
        Picture("activity-phone", "/integrations/crm/activity", _NARROW),
        Picture("person", f"/integrations/directory/users/{person}", _TALL),
        Picture("job", f"/integrations/helpdesk/jobs/{_failed_jobs(stage)[0]}"),
        Picture("mapping", "/integrations/directory/settings/mapping"),
        Picture("connect", "/integrations/whiteboard/connect"),
    ]


def _failed_jobs(stage: Stage) -> Sequence[UUID]:
    return _ids(stage, "SELECT id FROM jobs WHERE state = 'failed' ORDER BY id")


def _ids(stage: Stage, query: LiteralString) -> Sequence[UUID]:
    with psycopg.connect(stage.seatkeeper.embedded_url()) as connection:
        return [found for (found,) in connection.execute(query)]


async def _take(browser: Browser, stage: Stage, secret: str, picture: Picture, theme: Theme) -> None:
    context = await browser.new_context(
        viewport={"width": picture.size[0], "height": picture.size[1]}, color_scheme=theme, reduced_motion="reduce"
    )
    await context.add_cookies([{"name": SESSION_COOKIE, "value": secret, "url": stage.seatkeeper.url}])
    page = await context.new_page()
    await page.goto(stage.seatkeeper.url + picture.path)
    await page.wait_for_timeout(_REST)
    await page.screenshot(path=FOLDER / f"{picture.name}-{theme}.png")
    await context.close()
