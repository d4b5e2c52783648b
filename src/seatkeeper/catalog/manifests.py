"""The shape of an app's manifest."""

from datetime import date
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from seatkeeper.core.apps import AppFacts, Verified
from seatkeeper.core.integrations import MappingRules, SchemaAttribute
from seatkeeper.spi.documents import Located, load_document

Text = Annotated[str, Field(min_length=1)]


class _Shape(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class VerifiedRun(_Shape):
    """``core.apps.Verified``, as the tests write it."""

    version: Text
    at: date
    abilities: tuple[Text, ...]


class Manifest(_Shape):
    """One app. What is None is as the connector declares it."""

    title: Text
    description: Text
    """One sentence: what the app is, and what is managed in it."""
    keywords: tuple[Text, ...] = ()
    connector: Text
    settings: dict[str, Any] = Field(default_factory=dict)
    schema_: tuple[SchemaAttribute, ...] | None = Field(None, alias="schema")
    mapping: MappingRules | None = None
    quirks: tuple[Text, ...] = ()
    service_account: str = ""
    identity_provider: str = ""
    source: str = ""
    behaviour: dict[str, Any] | None = None
    """The connector's own part: how it speaks to this app. Its connector reads it (``Connector.adapt``)."""

    def facts(self, verified: Verified | None = None) -> AppFacts:
        """Give what people are told of the app."""
        return AppFacts(
            kind=self.connector,
            keywords=self.keywords,
            settings=self.settings,
            quirks=self.quirks,
            service_account=self.service_account,
            identity_provider=self.identity_provider,
            source=self.source,
            verified=verified,
        )


def read_manifest(text: str) -> tuple[Manifest, Located]:
    """Read a manifest, and its ``behaviour`` with its lines. Raises ``DocumentInvalidError``."""
    document = load_document(text)
    return document.read(Manifest), document.part("behaviour")


def read_proof(text: str) -> Verified:
    """Read what the tests wrote of the last run. Raises ``DocumentInvalidError``."""
    run = load_document(text).read(VerifiedRun)
    return Verified(run.version, run.at, run.abilities)
