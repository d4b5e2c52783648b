"""Setting the stage: Seatkeeper, three real apps behind five integrations, and work in every state."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import ExitStack, asynccontextmanager, closing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yaml

from lab.company import Company
from lab.processes import ROOT
from lab.proxies import Proxy, running_proxy
from lab.scim2_server import SCIM2Server, scim2_server
from lab.seatkeeper import Seatkeeper
from lab.slapd import Slapd, running_slapd
from lab.targets import LDAPTarget, SCIMTarget
from lab.watching import Watch
from screens.people import departments, everybody
from seatkeeper.core.access import IntegrationRole, WorkspaceRole
from seatkeeper.core.events import ActorKind, Origin
from seatkeeper.core.ids import MemberId
from seatkeeper.engine.registry import find_connectors
from seatkeeper.idps.entra import Entra
from seatkeeper.idps.okta import Okta
from seatkeeper.operations.declarations import apply_declarations, plan_declarations
from seatkeeper.operations.members import add_member
from seatkeeper.operations.parsing import Source
from seatkeeper.operations.roles import add_role
from seatkeeper.operations.switches import pause_integration
from seatkeeper.operations.tokens import create_token
from seatkeeper.store.database import Database
from seatkeeper.store.sealing import Keyring

MAYA = Origin(ActorKind.PERSON, "Maya Fischer", "screens")

_MEMBERS = (
    ("maya.fischer@northwind.example", "Maya Fischer", WorkspaceRole.ADMIN),
    ("ravi.patel@northwind.example", "Ravi Patel", WorkspaceRole.MEMBER),
    ("anna.wagner@northwind.example", "Anna Wagner", WorkspaceRole.AUDITOR),
)


@dataclass(frozen=True, slots=True)
class Stage:
    """What runs while pictures are taken. The proxies stand in front of the CRM and of the help desk."""

    seatkeeper: Seatkeeper
    crm: Proxy
    helpdesk: Proxy
    tokens: dict[str, str] = field(default_factory=dict)
    """The SCIM token of each integration."""
    admins: list[MemberId] = field(default_factory=list)


@contextmanager
def set_stage() -> Iterator[Stage]:
    """Start everything afresh, play what happened lately, and stop everything in the end."""
    (ROOT / ".cache").mkdir(exist_ok=True)
    with ExitStack() as kept:
        folder = Path(
            kept.enter_context(
                TemporaryDirectory(prefix="screens-", dir=ROOT / ".cache", ignore_cleanup_errors=True)
            )
        )
        server = kept.enter_context(scim2_server(folder))
        slapd = kept.enter_context(running_slapd(folder / "slapd"))
        crm, helpdesk = (kept.enter_context(running_proxy(server.address)) for _ in range(2))
        secrets = {**SCIMTarget(server).environment, **LDAPTarget(slapd).environment}
        seatkeeper = Seatkeeper(folder)
        kept.callback(seatkeeper.close)
        seatkeeper.start_serve()
        stage = Stage(seatkeeper, crm, helpdesk)
        asyncio.run(_declare(stage, list(_declarations(stage, server, slapd)), secrets))
        _play(stage)
        yield stage


async def _declare(stage: Stage, declarations: Sequence[Mapping[str, Any]], secrets: Mapping[str, str]) -> None:
    """Make the integrations, and a token for the identity provider of each."""
    text = yaml.safe_dump({"integrations": list(declarations)})
    source = Source("integrations.yaml", text, lambda reference: secrets[reference.name])
    keyring = Keyring.parse((stage.seatkeeper.data / "secret.key").read_text().strip())
    async with opened(stage) as database, database.transaction(MAYA) as tx:
        planned = await plan_declarations(tx, [source], find_connectors(), keyring)
        saved = await apply_declarations(tx, planned, keyring)
        admin, manager, _ = [await add_member(tx, *one) for one in _MEMBERS]
        stage.admins.append(admin.id)
        for integration in (one.integration for one in saved):
            stage.tokens[integration.slug] = (await create_token(tx, integration.id, "identity provider")).secret
            await add_role(tx, integration, admin.email, IntegrationRole.OWNER)
            await add_role(tx, integration, manager.email, IntegrationRole.MANAGER)
        await pause_integration(tx, "expenses")


def _declarations(stage: Stage, server: SCIM2Server, slapd: Slapd) -> Iterator[Mapping[str, Any]]:
    crm = replace(server, address=stage.crm.address)
    helpdesk = replace(server, address=stage.helpdesk.address)
    # Slow enough that a bulk is still under way when it is looked at.
    yield {**_scim(crm, "crm", "CRM"), "policy": {"leavers": "delete", "rate_per_minute": 600}}
    yield _scim(helpdesk, "helpdesk", "Help desk")
    yield _scim(server, "expenses", "Expenses")
    yield {**SCIMTarget(server, "whiteboard", "whiteboard").declaration(leavers="disable"), "name": "Whiteboard"}
    yield {**LDAPTarget(slapd).declaration(leavers="disable"), "state": "live"}


def _scim(server: SCIM2Server, slug: str, name: str) -> dict[str, Any]:
    return {**SCIMTarget(server, slug, slug).declaration(leavers="disable"), "name": name, "state": "live"}


def _play(stage: Stage) -> None:
    """Let people come, change and go, and leave each app in a state of its own."""
    people = everybody()
    old, new, late = people[:24], people[24:], people[40:]
    directory, helpdesk, crm, expenses = (
        _company(stage, slug) for slug in ("directory", "helpdesk", "crm", "expenses")
    )
    with closing(Watch(stage.seatkeeper.embedded_url())) as watch:
        for company, slug in ((directory, "directory"), (helpdesk, "helpdesk"), (crm, "crm")):
            company.hire(old)
            company.form(departments(old))
            watch.wait_until_done(slug)
        expenses.hire(old[:6])
        _live_on(directory)
        stage.helpdesk.read_only = True
        helpdesk.hire(late[:3])
        watch.wait_until_done("directory")
        watch.wait_until_done("helpdesk")
        crm.deactivate(7)
        crm.hire(new[:14])
        _hold_in_the_middle(stage, watch)
        crm.hire(new[14:16])


def _live_on(company: Company) -> None:
    people = everybody()
    company.change(replace(people[8], family_name="Siddiqui"))
    company.change(replace(people[4], title="Head of support"))
    company.move(3, out_of="Design", into="Engineering")
    company.deactivate(11)


def _hold_in_the_middle(stage: Stage, watch: Watch) -> None:
    """Leave the CRM's changes without an answer while most of the bulk is still to come."""
    before = watch.jobs("crm").get("succeeded", 0)
    assert stage.seatkeeper.web is not None
    stage.seatkeeper.web.wait_until(lambda: watch.jobs("crm").get("succeeded", 0) >= before + 8)
    stage.crm.hold()


def _company(stage: Stage, slug: str) -> Company:
    """Give a company whose identity provider pushes to an integration: Entra to the directory, Okta elsewhere."""
    play = Entra if slug == "directory" else Okta
    idp = play(f"{stage.seatkeeper.url}/scim/v2/{slug}", stage.tokens[slug])
    return Company(idp, leavers_vanish=slug == "crm")


@asynccontextmanager
async def opened(stage: Stage) -> AsyncIterator[Database]:
    """Open the installation's database for a while."""
    database = Database(stage.seatkeeper.embedded_url(), size=2, clock=lambda: datetime.now(UTC))
    await database.open()
    try:
        yield database
    finally:
        await database.close()
