"""Sign-in providers: where members are known, and what that makes them here."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field, SecretStr

from seatkeeper.core.access import WorkspaceRole
from seatkeeper.core.ids import ProviderId
from seatkeeper.core.providers import RoleRule
from seatkeeper.operations.issuers import IssuerTrial, try_issuer
from seatkeeper.operations.providers import (
    CALLBACK_PATH,
    DEFAULT_GROUPS_CLAIM,
    DEFAULT_SCOPES,
    ProviderForm,
    change_provider,
    create_provider,
    delete_provider,
)
from seatkeeper.store.queries.providers import get_provider, list_providers
from seatkeeper.web.api.calls import ManagingWorkspace, SeeingWorkspace
from seatkeeper.web.api.paging import PRINTABLE
from seatkeeper.web.api.routing import Operation
from seatkeeper.web.api.shapes import Name, Shape

router = APIRouter(tags=["Sign-in providers"], route_class=Operation)

Issuer = Annotated[str, Field(max_length=2000, description="Its address, as it calls itself.")]


class RoleRuleShape(Shape):
    """Whoever has ``value`` in the provider's groups claim is given ``role``."""

    model_config = ConfigDict(from_attributes=True)

    value: Name
    role: WorkspaceRole


class ProviderBody(Shape):
    """A provider as it should be."""

    name: Name
    issuer: Issuer
    client_id: Name
    scopes: str = Field(DEFAULT_SCOPES, max_length=500, json_schema_extra=PRINTABLE)
    groups_claim: str = Field(DEFAULT_GROUPS_CLAIM, max_length=200, json_schema_extra=PRINTABLE)
    role_rules: list[RoleRuleShape] = Field([], description="The strongest role of those that fit is given.")
    default_role: WorkspaceRole | None = Field(None, description="What the others become; null refuses them.")

    def form(self, secret: SecretStr | None) -> ProviderForm:
        """Give it as the form an operation takes."""
        plain = {name: getattr(self, name) for name in ("name", "issuer", "client_id", "scopes", "groups_claim")}
        return ProviderForm(
            **plain,
            client_secret="" if secret is None else secret.get_secret_value(),
            role_rules=tuple(RoleRule(rule.value, rule.role) for rule in self.role_rules),
            default_role=self.default_role,
        )


class NewProviderBody(ProviderBody):
    """A provider to be added."""

    client_secret: SecretStr = Field(min_length=1, json_schema_extra={"pattern": "^[!-~]+$"})


class ChangedProviderBody(ProviderBody):
    """A provider as it should become."""

    client_secret: SecretStr | None = Field(None, description="Left out, the one there is stays.")


class ProviderShape(BaseModel):
    """A provider; its client secret is never told."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    name: str
    issuer: str
    client_id: str
    scopes: str
    groups_claim: str
    role_rules: list[RoleRuleShape]
    default_role: WorkspaceRole | None


class IssuerBody(Shape):
    """An issuer to be tried."""

    issuer: Issuer


class IssuerTrialShape(BaseModel):
    """What an issuer answered when it was asked for its description."""

    address: str = Field(description="Where it was asked; empty for an issuer that cannot be asked.")
    issuer: str | None
    authorization_endpoint: str | None
    userinfo_endpoint: str | None
    signatures: list[str]
    problem: str = Field(description="What is wrong and what to do; empty when all is well.")

    @classmethod
    def of(cls, trial: IssuerTrial) -> "IssuerTrialShape":
        """Tell a trial."""
        told = trial.metadata
        return cls(
            address=trial.address,
            issuer=None if told is None else told.issuer,
            authorization_endpoint=None if told is None else told.authorization_endpoint,
            userinfo_endpoint=None if told is None else told.userinfo_endpoint,
            signatures=[] if told is None else list(told.id_token_signing_alg_values_supported),
            problem=trial.problem,
        )


@router.get("/providers")
async def list_sign_in_providers(call: SeeingWorkspace) -> list[ProviderShape]:
    """List the sign-in providers, by name."""
    async with call.read() as reader:
        return [ProviderShape.model_validate(one) for one in await list_providers(reader)]


@router.post(
    "/providers",
    status_code=201,
    description=f"Add a provider. Register there, behind the public URL, the redirect URI `{CALLBACK_PATH}`.",
)
async def add_provider(call: ManagingWorkspace, body: NewProviderBody) -> ProviderShape:
    """Add a provider."""
    async with call.transaction() as tx:
        made = await create_provider(tx, call.house.keyring, body.form(body.client_secret))
    return ProviderShape.model_validate(made)


@router.get("/providers/{provider}")
async def read_provider(call: SeeingWorkspace, provider: UUID) -> ProviderShape:
    """Read one provider."""
    async with call.read() as reader:
        return ProviderShape.model_validate(await get_provider(reader, ProviderId(provider)))


@router.put("/providers/{provider}")
async def replace_provider(call: ManagingWorkspace, provider: UUID, body: ChangedProviderBody) -> ProviderShape:
    """Make a provider as the body says; another issuer needs its own client secret."""
    async with call.transaction() as tx:
        form = body.form(body.client_secret)
        changed = await change_provider(tx, call.house.keyring, ProviderId(provider), form)
    return ProviderShape.model_validate(changed)


@router.delete("/providers/{provider}", status_code=204)
async def remove_provider(call: ManagingWorkspace, provider: UUID) -> None:
    """Remove a provider. Members stay, and sessions that began with it too."""
    async with call.transaction() as tx:
        await delete_provider(tx, ProviderId(provider))


@router.post("/test-issuer")
async def try_an_issuer(_: ManagingWorkspace, body: IssuerBody) -> IssuerTrialShape:
    """Ask an issuer what it offers; nothing is kept."""
    return IssuerTrialShape.of(await try_issuer(body.issuer))
