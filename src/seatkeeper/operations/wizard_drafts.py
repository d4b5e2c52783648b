"""What somebody enters in the wizard, kept until it is an integration or thrown away. Nobody else can read it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter

from seatkeeper.core.access import IntegrationRole
from seatkeeper.core.errors import NotFoundError
from seatkeeper.core.ids import DraftId, MemberId
from seatkeeper.core.integrations import Integration, MappingRules, Policy, SchemaAttribute
from seatkeeper.core.values import Document
from seatkeeper.operations.checks import Connectors, IntegrationDraft
from seatkeeper.operations.integrations import create_integration
from seatkeeper.operations.roles import change_role
from seatkeeper.operations.starting_points import StartingPoint
from seatkeeper.store.database import Reader, Transaction
from seatkeeper.store.queries import drafts as stored
from seatkeeper.store.queries.drafts import StoredDraft
from seatkeeper.store.records.drafts import delete_draft, insert_draft, update_draft
from seatkeeper.store.sealing import Keyring, SealError


@dataclass(frozen=True, slots=True)
class DraftContent:
    """What was entered so far. ``done`` names the steps that were gone through."""

    start: str
    title: str
    connector: str
    name: str = ""
    slug: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)
    mapping: MappingRules | None = None
    schema: tuple[SchemaAttribute, ...] | None = None
    policy: Policy = field(default_factory=Policy)
    done: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class WizardDraft:
    """A draft of somebody's own; ``secrets`` are in the clear, and never shown."""

    id: DraftId
    content: DraftContent
    secrets: Mapping[str, str] = field(repr=False)
    updated_at: datetime

    def as_integration(self) -> IntegrationDraft:
        """Give the integration it would become."""
        content = self.content
        return IntegrationDraft(
            slug=content.slug,
            name=content.name,
            connector=content.connector,
            settings={**content.settings, **self.secrets},
            mapping=content.mapping,
            schema=content.schema,
            policy=content.policy,
        )


_CONTENT = TypeAdapter(DraftContent)


async def begin_draft(tx: Transaction, member_id: MemberId, point: StartingPoint) -> DraftId:
    """Start a draft from an app or a connector."""
    content = DraftContent(
        point.key,
        point.title,
        point.connector,
        settings=point.settings,
        mapping=point.mapping,
        schema=point.schema,
    )
    return await insert_draft(tx, member_id, _encode(content))


async def list_drafts(reader: Reader, member_id: MemberId) -> list[WizardDraft]:
    """List somebody's drafts without their secrets, the one they worked on last first."""
    return [_decode(one, {}) for one in await stored.list_drafts(reader, member_id)]


async def get_draft(reader: Reader, draft_id: DraftId, member_id: MemberId, keyring: Keyring) -> WizardDraft:
    """Read a draft. Raises ``NotFoundError``, also for a draft of somebody else.

    Secrets whose key is lost count as not entered yet.
    """
    found = await stored.find_draft(reader, draft_id, member_id)
    if found is None:
        raise _missing()
    try:
        return _decode(found, keyring.unseal_secrets(found.secrets, bound_to=_bound_to(draft_id)))
    except SealError:
        return _decode(found, {})


async def keep_draft(
    tx: Transaction, member_id: MemberId, draft: WizardDraft, step: str, keyring: Keyring
) -> None:
    """Keep what was entered, and that its owner went through this step. Raises ``NotFoundError``."""
    content = replace(draft.content, done=tuple(dict.fromkeys((*draft.content.done, step))))
    sealed = keyring.seal_secrets(draft.secrets, bound_to=_bound_to(draft.id)) if draft.secrets else None
    if not await update_draft(tx, draft.id, member_id, _encode(content), sealed):
        raise _missing()


async def discard_draft(tx: Transaction, draft_id: DraftId, member_id: MemberId) -> None:
    """Throw a draft away. Raises ``NotFoundError``."""
    if not await delete_draft(tx, draft_id, member_id):
        raise _missing()


async def finish_draft(
    tx: Transaction, draft: WizardDraft, member_id: MemberId, connectors: Connectors, keyring: Keyring
) -> Integration:
    """Make the integration, its maker an Owner of it, and throw the draft away.

    Raises ``DraftInvalidError``, ``AlreadyExistsError`` and ``NotFoundError``.
    """
    await discard_draft(tx, draft.id, member_id)
    made = await create_integration(tx, draft.as_integration(), connectors, keyring)
    await change_role(tx, made, member_id, IntegrationRole.OWNER)
    return made


def _encode(content: DraftContent) -> Document:
    document: dict[str, Any] = _CONTENT.dump_python(content, mode="json")
    return document


def _decode(found: StoredDraft, secrets: Mapping[str, str]) -> WizardDraft:
    return WizardDraft(found.id, _CONTENT.validate_python(found.document), secrets, found.updated_at)


def _bound_to(draft_id: DraftId) -> str:
    return f"draft {draft_id}"


def _missing() -> NotFoundError:
    return NotFoundError("There is no such draft. It may have become an integration, or was discarded.")
