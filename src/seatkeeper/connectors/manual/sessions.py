"""A session that can do nothing and says how people do it."""

import re
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, assert_never

from seatkeeper.connectors.manual.settings import VARIABLES, Check, ManualSettings
from seatkeeper.core.accounts import Abilities
from seatkeeper.core.handwork import Whom
from seatkeeper.core.steps import (
    CreateAccount,
    DeleteAccount,
    DisableAccount,
    EnableAccount,
    GrantEntitlements,
    RevokeEntitlements,
    Step,
    UpdateAccount,
    WithdrawInvitation,
)
from seatkeeper.spi.connector import Guidance, Session, Stage
from seatkeeper.spi.templates import TemplateUnfilledError, compile_template

_MARKS = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>~&])")


@asynccontextmanager
async def connect(settings: ManualSettings) -> AsyncIterator[Session]:
    """Open a session, which reaches nothing."""
    yield ManualSession(settings)


class ManualSession:
    """Everything is left to people."""

    def __init__(self, settings: ManualSettings) -> None:
        self._settings = settings
        self.abilities = Abilities(
            name_attribute=settings.name_attribute,
            creates=False,
            updates=False,
            renames=False,
            disables=False,
            deletes=False,
            lists=False,
            lists_entitlements=False,
            reads_back=False,
        )

    def stages(self) -> Sequence[Stage]:
        """Nothing has to hold but what the settings have been checked for."""

        async def _holds() -> str:
            return ""

        return [Stage("People do what the tasks say", _holds)]

    def guide(self, step: Step, whom: Whom) -> Guidance:
        """Say how this step is taken, with values that Markdown takes for nothing but text."""
        settings = self._settings
        return Guidance(
            text=_filled(_source(step, settings), _values(step, whom)),
            due_after=settings.due_after,
            assignee=settings.assignee,
            four_eyes=settings.check is Check.SECOND_PERSON,
        )


def _source(step: Step, settings: ManualSettings) -> str:  # noqa: PLR0911 - a closed set
    match step:
        case CreateAccount():
            return settings.creating
        case UpdateAccount():
            return settings.updating
        case DisableAccount():
            return settings.disabling
        case EnableAccount():
            return settings.enabling
        case DeleteAccount() | WithdrawInvitation():
            return settings.deleting
        case GrantEntitlements():
            return settings.granting
        case RevokeEntitlements():
            return settings.revoking
        case _:
            assert_never(step)


def _values(step: Step, whom: Whom) -> Mapping[str, Any]:
    changes = {name: whom.attributes.get(name) for name in step.changes} if isinstance(step, UpdateAccount) else {}
    held = step.entitlements if isinstance(step, GrantEntitlements | RevokeEntitlements) else ()
    return {
        "account": {**{name: _plain(value) for name, value in whom.attributes.items()}, "name": whom.name},
        "changes": {name: _plain(value) for name, value in changes.items()},
        "entitlements": [{"type": each.type, "value": each.value} for each in held],
    }


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _filled(source: str, values: Mapping[str, Any]) -> str:
    try:
        return compile_template(source, VARIABLES).text(values, escape=_as_text)
    except TemplateUnfilledError as error:
        return f"These instructions cannot be filled in for this account: {_as_text(str(error))}."


def _as_text(value: str) -> str:
    return _MARKS.sub(r"\\\1", value).replace("\n", " ")
