"""A connector to a pile of paper: its declaration is real, and no test here opens a session with it."""

from contextlib import AbstractAsyncContextManager

from pydantic import Field, SecretStr, model_validator

from seatkeeper.core.integrations import MappingRules
from seatkeeper.operations.checks import IntegrationDraft
from seatkeeper.spi.connector import Connector, Session
from seatkeeper.spi.errors import UnsupportedError
from seatkeeper.spi.settings import ConnectorSettings
from seatkeeper.store.sealing import Keyring, make_key


class PaperSettings(ConnectorSettings):
    drawer: str = Field(title="Drawer")
    sheets: int = Field(100, ge=1)
    key: SecretStr
    spare_key: SecretStr | None = None

    @model_validator(mode="after")
    def _keys_differ(self) -> "PaperSettings":
        if self.spare_key == self.key:
            raise ValueError("the spare key is the key")
        return self


def _connect(settings: PaperSettings) -> AbstractAsyncContextManager[Session]:
    raise UnsupportedError(f"Nobody reads {settings.drawer}.")


PAPER = Connector(
    name="paper",
    title="Paper",
    settings=PaperSettings,
    connect=_connect,
    mapping=MappingRules(
        {"userName": "user.userName", "title": "user.title"}, join=("userName",), required=("userName",)
    ),
)
CONNECTORS = {"paper": PAPER}
KEYRING = Keyring.parse(make_key())


def a_draft(slug: str = "crm", **settings: object) -> IntegrationDraft:
    return IntegrationDraft(
        slug=slug, name="CRM", connector="paper", settings={"drawer": "top", "key": "hunter2", **settings}
    )
