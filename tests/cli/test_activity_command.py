"""``seatkeeper activity``: what happened, for people and for scripts, and while it happens."""

import asyncio
import json
import os
import signal
from datetime import UTC, datetime

from seatkeeper.cli.activity import style_of
from seatkeeper.core.events import EventKind
from seatkeeper.store.database import Database
from seatkeeper.store.records.events import Happening, record_event
from tests.cli.conftest import COMMAND, Installation
from tests.operations.integrations_at_hand import ADMIN, stored


async def test_events_are_told_oldest_first_to_people_and_newest_first_to_scripts(
    seatkeeper: Installation, database: Database
) -> None:
    for slug, target in [("crm", "ada"), ("wiki", "bob")]:
        async with database.transaction(ADMIN) as tx:
            integration = await stored(tx, slug=slug)
            await record_event(tx, Happening(integration.id, EventKind.USER_ASSIGNED, target))
    told = seatkeeper.say("activity").splitlines()
    newest, oldest = seatkeeper.read("activity")
    assert [" ".join(line.split()[1:]) for line in told] == ["crm ada assigned ada.", "wiki ada assigned bob."]
    assert (newest["target"], oldest["target"]) == ("bob", "ada")
    assert set(newest) == {
        *("id", "at", "integration", "kind", "sentence", "actor", "actor_name", "target", "user_id", "job_id"),
        *("request_id", "details"),
    }
    assert newest["at"].endswith("Z")
    assert datetime.fromisoformat(newest["at"]) <= datetime.now(UTC)
    assert [event["target"] for event in seatkeeper.read("activity", "--integration", "crm")] == ["ada"]
    assert seatkeeper.read("activity", "--since", "2100-01-01") == []


async def test_what_an_idp_sent_cannot_steer_the_terminal(seatkeeper: Installation, database: Database) -> None:
    async with database.transaction(ADMIN) as tx:
        integration = await stored(tx)
        await record_event(tx, Happening(integration.id, EventKind.USER_ASSIGNED, "\x1b[2Jada[bold]\u202e"))
    assert "ada assigned �[2Jada[bold]�." in seatkeeper.say("activity")


async def test_activity_is_followed_until_ctrl_c(seatkeeper: Installation, database: Database) -> None:
    async with database.transaction(ADMIN) as tx:
        integration = await stored(tx)
        await record_event(tx, Happening(integration.id, EventKind.USER_ASSIGNED, "ada"))
    child = await asyncio.create_subprocess_exec(
        *(COMMAND, "activity", "--follow", "--json"),
        env={**os.environ, **seatkeeper.env},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    assert child.stdout is not None
    assert json.loads(await child.stdout.readline())["target"] == "ada"
    async with database.transaction(ADMIN) as tx:
        await record_event(tx, Happening(integration.id, EventKind.USER_ASSIGNED, "bob"))
    assert json.loads(await child.stdout.readline())["target"] == "bob"
    child.send_signal(signal.SIGINT)
    assert await child.communicate() == (b"", b"")
    assert child.returncode == 0


def test_a_moment_nobody_understands_is_a_usage_error(seatkeeper: Installation) -> None:
    assert "2h or 7d" in seatkeeper.refuse("activity", "--since", "yesterday", status=2)


def test_every_kind_of_event_has_a_colour() -> None:
    assert {style_of(kind) for kind in EventKind} == {"green", "red", "yellow", "magenta", "blue", "default"}
