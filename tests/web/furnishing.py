"""One of everything the API is about, with a secret wherever there is one."""

from collections.abc import Mapping
from dataclasses import replace
from uuid import UUID

from seatkeeper.core.access import WorkspaceRole
from seatkeeper.core.events import EventKind
from seatkeeper.core.notifications import Channel
from seatkeeper.core.problems import Problem, ProblemCode
from seatkeeper.core.providers import RoleRule
from seatkeeper.core.recordings import Bounds
from seatkeeper.core.tasks import TaskKind
from seatkeeper.operations.groups import GroupDraft, create_group
from seatkeeper.operations.notifications import RuleForm, create_rule
from seatkeeper.operations.providers import ProviderForm, create_provider
from seatkeeper.operations.recordings import Wish, start_recording
from seatkeeper.operations.tokens import create_token
from seatkeeper.operations.users import UserDraft, create_user
from seatkeeper.store.database import Database
from seatkeeper.store.queries.jobs import JobFilter, list_jobs
from seatkeeper.store.records.integrations import insert_integration
from seatkeeper.store.records.tasks import NewTask, open_task
from seatkeeper.store.records.versions import insert_version
from seatkeeper.store.sealing import Keyring
from tests.scim.conftest import an_integration
from tests.web.people import SETUP

SECRET = "s3cret-that-nobody-may-see"


async def furnish(database: Database, keyring: Keyring) -> Mapping[str, UUID]:
    """Make the integration ``crm`` and what belongs to it, and give the ids by what paths call them."""
    made = an_integration()
    integration = replace(made, slug="crm", settings={"base_url": "https://localhost:1/scim"})
    sealed = keyring.seal_secrets({"token": SECRET}, bound_to=str(integration.id))
    ada = UserDraft("ada", None, True, {"userName": "ada", "displayName": "Ada", "title": SECRET})
    schema = tuple(replace(one, sensitive=one.name == "title") for one in integration.schema)
    integration = replace(integration, schema=schema)
    async with database.transaction(SETUP) as tx:
        await insert_integration(tx, integration, sealed)
        await insert_version(tx, integration)
        user = await create_user(tx, integration, ada)
        group = await create_group(tx, integration, GroupDraft("Staff", None, {}), frozenset({user.id}))
        [job, *_] = await list_jobs(tx, JobFilter(integration.id))
        problem = Problem(ProblemCode.PERSON_NEEDED, "Do it.")
        task = await open_task(tx, NewTask(integration.id, job.id, TaskKind.ACT_BY_HAND, problem))
        assert task is not None
        form = RuleForm("Hook", Channel.WEBHOOK, {EventKind.JOB_FAILED}, f"https://localhost:1/{SECRET}")
        rule = (await create_rule(tx, keyring, form, integration.id)).rule
        rules = (RoleRule("it", WorkspaceRole.ADMIN),)
        asked = ProviderForm("Okta", "https://login.example.org", "seatkeeper", SECRET, role_rules=rules)
        provider = await create_provider(tx, keyring, asked)
        recording = await start_recording(tx, integration, Wish(Bounds()))
        token = await create_token(tx, integration.id, "okta")
    return {
        "person": user.id,
        "group": group.id,
        "job": job.id,
        "task": task,
        "rule": rule.id,
        "provider": provider.id,
        "recording": recording,
        "scim_token": token.id,
    }
