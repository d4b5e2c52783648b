"""What people are told to do, by when, who sees to it, and how it is checked."""

from datetime import timedelta
from enum import StrEnum
from typing import Final

from pydantic import Field, field_validator

from seatkeeper.core.entitlements import Entitlement
from seatkeeper.spi.settings import ADVANCED, ConnectorSettings
from seatkeeper.spi.templates import OPEN, TemplateInvalidError, Variables, compile_template

VARIABLES: Final[Variables] = {"account": OPEN, "changes": OPEN, "entitlements": OPEN}
_LONGEST: Final = 10_000


class Check(StrEnum):
    """Who checks what was done."""

    NOBODY = "nobody"
    SECOND_PERSON = "second-person"


def _instructions(title: str, example: str) -> str:
    field: str = Field(
        default="",
        max_length=_LONGEST,
        title=title,
        description=f"Markdown, such as: {example}. The values themselves are listed by themselves.",
        json_schema_extra=ADVANCED,
    )
    return field


class ManualSettings(ConnectorSettings):
    """No service account and no address: an app that people administer."""

    name_attribute: str = Field(
        default="login",
        min_length=1,
        title="Name of an account",
        description="The attribute of the mapping that people know an account by.",
        json_schema_extra=ADVANCED,
    )
    assignee: str | None = Field(
        default=None,
        title="Who sees to it",
        description="The e-mail address of a member who may answer tasks here. Empty: the Owners and Managers.",
    )
    due_after_days: float = Field(
        default=3,
        gt=0,
        le=365,
        title="Due after so many days",
        description="When a task that is still open is overdue, of which notifications tell.",
    )
    check: Check = Field(
        default=Check.NOBODY,
        title="Who checks it",
        description="With second-person another member has to confirm each task. Nobody can read this app, so in"
        " both cases a job ends as done, unverified, with the names of who did it.",
    )
    entitlements: tuple[str, ...] = Field(
        default=(),
        title="Roles and groups it offers",
        description="One a line: a type and a name, such as role: Administrator.",
    )
    creating: str = _instructions(
        "How to create an account", "Under **Staff** choose *New*, enter ${account.login}"
    )
    updating: str = _instructions("How to change an account", "Search for ${account.login} and choose *Edit*")
    disabling: str = _instructions("How to disable an account", "Clear *May sign in* of ${account.login}")
    enabling: str = _instructions("How to let a person in again", "Set *May sign in* of ${account.login}")
    deleting: str = _instructions("How to delete an account", "Open ${account.login} and choose *Delete*")
    granting: str = _instructions("How to give a role or group", "Add ${entitlements[0].value} under *Roles*")
    revoking: str = _instructions("How to take one away", "Remove ${entitlements[0].value} under *Roles*")

    @field_validator("creating", "updating", "disabling", "enabling", "deleting", "granting", "revoking")
    @classmethod
    def _can_be_filled_in(cls, text: str) -> str:
        try:
            compile_template(text, VARIABLES)
        except TemplateInvalidError as error:
            raise ValueError(str(error)) from None
        return text

    @field_validator("entitlements")
    @classmethod
    def _have_types(cls, lines: tuple[str, ...]) -> tuple[str, ...]:
        for line in lines:
            kind, _, name = line.partition(":")
            if not (kind.strip() and name.strip()):
                raise ValueError(f"write {line!r} with its type, such as role: {line}")
        return lines

    @property
    def due_after(self) -> timedelta:
        """After how long a task is due."""
        return timedelta(days=self.due_after_days)

    @property
    def offered(self) -> tuple[Entitlement, ...]:
        """The entitlements that are listed."""
        parts = (line.partition(":") for line in self.entitlements)
        return tuple(Entitlement(kind.strip(), name.strip()) for kind, _, name in parts)
