"""Trying things before they count: a connection, and a mapping on one person."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field

from seatkeeper.core.errors import InvalidValueError
from seatkeeper.core.ids import UserId
from seatkeeper.core.problems import ProblemCode
from seatkeeper.core.trials import Trial, describe_abilities
from seatkeeper.core.users import Group, User
from seatkeeper.engine.trying import try_connection
from seatkeeper.operations.integrations import read_secrets
from seatkeeper.operations.mapping_previews import SAMPLE_GROUPS, SAMPLE_USER, Shown, preview_mapping
from seatkeeper.spi.connector import Connector
from seatkeeper.store.database import Reader
from seatkeeper.store.queries.accounts import find_account_id, load_people
from seatkeeper.store.queries.users import get_user
from seatkeeper.web.api.calls import Call, Configuring, Creating, IntegrationCall
from seatkeeper.web.api.configuring import RulesBody, schema_over
from seatkeeper.web.api.routing import Operation
from seatkeeper.web.api.shapes import Shape

router = APIRouter(tags=["Trying"], route_class=Operation)

_HERE = "/integrations/{integration}"


class SettingsBody(Shape):
    """Settings to be tried instead of those there are."""

    settings: dict[str, Any] = Field(default_factory=dict, description="Laid over those there are, secrets too.")


class ConnectionBody(Shape):
    """A connection that belongs to no integration yet."""

    connector: str
    settings: dict[str, Any] = Field(default_factory=dict, description="Secrets too; nothing of it is kept.")


class StageShape(BaseModel):
    """What a trial gets through; ``passed`` is null for what it did not come to, ``found`` what it came upon."""

    name: str
    passed: bool | None
    found: str


class AbilityShape(BaseModel):
    """What an app can or cannot do."""

    what: str
    can: bool


class TrialProblemShape(BaseModel):
    """What kept a trial from succeeding, and what to do about it."""

    code: ProblemCode
    sentence: str
    remedy: str

    @classmethod
    def of(cls, trial: Trial) -> "TrialProblemShape | None":
        """Tell it, if there is one."""
        if trial.problem is None:
            return None
        why = trial.explain()
        return cls(code=trial.problem.code, sentence=why.sentence, remedy=why.remedy)


class TrialShape(BaseModel):
    """How far trying a connection came."""

    answered: str = Field(description="What the app said of itself.")
    stages: list[StageShape]
    abilities: list[AbilityShape]
    problem: TrialProblemShape | None

    @classmethod
    def of(cls, trial: Trial) -> "TrialShape":
        """Tell a trial."""
        able = () if trial.abilities is None else describe_abilities(trial.abilities)
        return cls(
            answered=trial.answered,
            stages=[StageShape(name=stage.name, passed=stage.passed, found=stage.found) for stage in trial.stages],
            abilities=[AbilityShape(what=what, can=can) for can, what in able],
            problem=TrialProblemShape.of(trial),
        )


class MappingBody(RulesBody):
    """A mapping that is being written."""

    user_id: UUID | None = Field(None, description="Whom to work it out for; left out, for a sample person.")


class ShownShape(BaseModel):
    """What one expression gives: the value as text and its kind, or (``fault``) why there is none."""

    text: str
    kind: str
    fault: bool

    @classmethod
    def of(cls, shown: Shown) -> "ShownShape":
        """Tell it."""
        return cls(text=shown.text, kind=shown.kind, fault=shown.fault)


class MappingPreviewShape(BaseModel):
    """What a mapping gives for one person; sensitive values stay hidden."""

    user_name: str
    attributes: dict[str, ShownShape]
    entitlements: list[ShownShape] = Field(description="One for each rule, in their order.")
    missing: list[str] = Field(description="Required attributes that stay empty: no account would be made.")


@router.post("/test-connection")
async def try_new_connection(call: Creating, body: ConnectionBody) -> TrialShape:
    """Try a connection for an integration to come; nothing is kept and nothing changed."""
    _connector(call, body.connector)
    return TrialShape.of(await try_connection(call.house.engine, body.connector, body.settings))


@router.post(f"{_HERE}/test-connection")
async def try_connection_here(call: Configuring, body: SettingsBody | None = None) -> TrialShape:
    """Try the connection as it is, or with other settings; nothing is kept and nothing changed."""
    async with call.read() as reader:
        kept = await read_secrets(reader, call.integration, call.house.keyring)
    values = {**call.integration.settings, **kept, **({} if body is None else body.settings)}
    return TrialShape.of(await try_connection(call.house.engine, call.integration.connector, values))


@router.post(f"{_HERE}/preview-mapping")
async def preview_rules(call: Configuring, body: MappingBody) -> MappingPreviewShape:
    """Work a mapping out for one person, as far as each expression can be; nothing is saved."""
    connector = _connector(call, call.integration.connector)
    rules = connector.mapping if body.mapping is None else body.mapping.over(connector.mapping)
    async with call.read() as reader:
        user, groups = await _person(call, reader, body.user_id)
    told = preview_mapping(rules, schema_over(connector.schema, body.user_schema), user, groups)
    return MappingPreviewShape(
        user_name=user.user_name,
        attributes={name: ShownShape.of(shown) for name, shown in told.attributes.items()},
        entitlements=[ShownShape.of(shown) for shown in told.entitlements],
        missing=list(told.missing),
    )


async def _person(call: IntegrationCall, reader: Reader, user_id: UUID | None) -> tuple[User, Sequence[Group]]:
    if user_id is None:
        return SAMPLE_USER, SAMPLE_GROUPS
    user = await get_user(reader, call.integration.id, UserId(user_id))
    account_id = await find_account_id(reader, call.integration.id, user.id)
    people = {} if account_id is None else await load_people(reader, [account_id], with_groups=True)
    return user, next((person.groups for person in people.values()), ())


def _connector(call: Call, name: str) -> Connector[Any]:
    connector = call.house.connectors.get(name)
    if connector is None:
        known = ", ".join(sorted(call.house.connectors))
        raise InvalidValueError(f"There is no connector {name}; installed: {known}.")
    return connector
