"""The API against its own description: Schemathesis calls every operation with what fits and what does not."""

import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest

from lab.seatkeeper import Seatkeeper
from seatkeeper.core.events import EventKind
from seatkeeper.core.notifications import Channel
from seatkeeper.core.problems import Problem, ProblemCode
from seatkeeper.core.tasks import TaskKind
from seatkeeper.operations.groups import GroupDraft, create_group
from seatkeeper.operations.notifications import RuleForm, create_rule
from seatkeeper.operations.users import UserDraft, create_user
from seatkeeper.store.database import Database
from seatkeeper.store.queries.jobs import JobFilter, list_jobs
from seatkeeper.store.records.integrations import insert_integration
from seatkeeper.store.records.tasks import NewTask, open_task
from seatkeeper.store.records.versions import insert_version
from seatkeeper.store.sealing import Keyring, make_key
from tests.scim.conftest import an_integration
from tests.web.callers import token_of
from tests.web.people import SETUP

pytestmark = pytest.mark.slow

_CONFIG = Path(__file__).parent / "schemathesis.toml"


async def test_every_operation_does_as_its_description_says(tmp_path: Path, database: Database) -> None:
    keys = make_key()
    config = tmp_path / "schemathesis.toml"
    ids = await _furnish(database, Keyring.parse(keys))
    config.write_text(_CONFIG.read_text() + "".join(f'"path.{name}" = "{each}"\n' for name, each in ids.items()))
    token = await token_of(database)
    env = {"SEATKEEPER_API_REQUESTS_PER_MINUTE": "1000000", "SEATKEEPER_SECRET_KEY": keys}
    installed = Seatkeeper(tmp_path, database.url, env=env)
    try:
        installed.start_web()
        run = _schemathesis(installed.url, token, config)
    finally:
        installed.close()
    assert run.returncode == 0, run.stdout[-6000:]


async def _furnish(database: Database, keyring: Keyring) -> Mapping[str, UUID]:
    """Make one of everything an operation is about."""
    integration = replace(an_integration(), slug="crm", settings={"base_url": "https://localhost:1/scim"})
    ada = UserDraft("ada", None, True, {"userName": "ada", "displayName": "Ada"})
    async with database.transaction(SETUP) as tx:
        await insert_integration(tx, integration, None)
        await insert_version(tx, integration)
        user = await create_user(tx, integration, ada)
        group = await create_group(tx, integration, GroupDraft("Staff", None, {}), frozenset({user.id}))
        [job, *_] = await list_jobs(tx, JobFilter(integration.id))
        problem = Problem(ProblemCode.PERSON_NEEDED, "Do it.")
        task = await open_task(tx, NewTask(integration.id, job.id, TaskKind.ACT_BY_HAND, problem))
        assert task is not None
        form = RuleForm("Hook", Channel.WEBHOOK, {EventKind.JOB_FAILED}, "https://localhost:1/")
        made = await create_rule(tx, keyring, form, integration.id)
    return {"person": user.id, "group": group.id, "job": job.id, "task": task, "rule": made.rule.id}


def _schemathesis(url: str, token: str, config: Path) -> "subprocess.CompletedProcess[str]":
    command = [
        *(str(Path(sys.executable).parent / "schemathesis"), "--config-file", str(config), "run"),
        *(f"{url}/api/v1/openapi.json", "--header", f"Authorization: Bearer {token}", "--no-color"),
        *("--max-examples", "4", "--seed", "1", "--phases", "examples,coverage,fuzzing"),
    ]
    return subprocess.run(command, check=False, cwd=config.parent, capture_output=True, text=True, timeout=400)
