"""Sign-in providers: where members are known, and what that makes them here."""

from collections.abc import Sequence
from uuid import UUID

from starlette.responses import Response

from seatkeeper.core.access import Permission, WorkspaceRole
from seatkeeper.core.errors import AlreadyExistsError, InvalidValueError, NotFoundError
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
from seatkeeper.web.doors import Door
from seatkeeper.web.pages.workspace import ROLES
from seatkeeper.web.visits import Visit

_PATH = "/workspace/providers"
_EMPTY_ROWS = 2
_NEW = ProviderForm("", "", "", scopes=DEFAULT_SCOPES, groups_claim=DEFAULT_GROUPS_CLAIM)


async def show_providers(visit: Visit) -> Response:
    """Show the providers, and what to register at a new one."""
    async with visit.read() as reader:
        listed = await list_providers(reader)
    return visit.page("workspace_providers.html", listed=listed, callback=f"{visit.base_url}{CALLBACK_PATH}")


async def show_new(visit: Visit) -> Response:
    """Show the form of a provider to be added."""
    return _form_page(visit, _NEW)


async def add(visit: Visit) -> Response:
    """Add a provider."""
    form = _read(visit)
    try:
        async with visit.transaction() as tx:
            made = await create_provider(tx, visit.house.keyring, form)
    except (InvalidValueError, AlreadyExistsError) as error:
        return _form_page(visit, form, fault=str(error), status=422)
    return visit.go(_PATH, f"People can sign in with {made.name} now.")


async def show_one(visit: Visit) -> Response:
    """Show the form of a provider there is; its secret is not in it."""
    async with visit.read() as reader:
        found = await get_provider(reader, _provider(visit))
    form = ProviderForm(
        found.name,
        found.issuer,
        found.client_id,
        scopes=found.scopes,
        groups_claim=found.groups_claim,
        role_rules=found.role_rules,
        default_role=found.default_role,
    )
    return _form_page(visit, form, provider_id=found.id)


async def change(visit: Visit) -> Response:
    """Change a provider, or remove it once its removal was ticked."""
    provider_id, form = _provider(visit), _read(visit)
    if visit.given("do") == "remove":
        async with visit.transaction() as tx:
            await delete_provider(tx, provider_id)
        return visit.go(_PATH, "The provider is removed. Members stay.")
    try:
        async with visit.transaction() as tx:
            await change_provider(tx, visit.house.keyring, provider_id, form)
    except (InvalidValueError, AlreadyExistsError) as error:
        return _form_page(visit, form, provider_id=provider_id, fault=str(error), status=422)
    return visit.go(_PATH, "Saved.")


async def try_discovery(visit: Visit) -> Response:
    """Ask the issuer that was entered what it offers; nothing is saved."""
    trial = await try_issuer(visit.given("issuer"))
    if visit.is_fragment:
        return visit.page("parts/issuer_trial.html", trial=trial)
    provider_id = _provider_id(visit.given("provider")) if visit.given("provider") else None
    return _form_page(visit, _read(visit), provider_id=provider_id, trial=trial)


def _read(visit: Visit) -> ProviderForm:
    pairs = zip(visit.all_given("rule_value"), visit.all_given("rule_role"), strict=False)
    default = visit.given("default_role")
    return ProviderForm(
        visit.given("name"),
        visit.given("issuer"),
        visit.given("client_id"),
        visit.given("client_secret"),
        visit.given("scopes"),
        visit.given("groups_claim"),
        tuple(RoleRule(value, _role(role)) for value, role in pairs if value),
        _role(default) if default else None,
    )


def _role(given: str) -> WorkspaceRole:
    try:
        return WorkspaceRole(given)
    except ValueError:
        raise InvalidValueError("Choose a role.") from None


def _provider(visit: Visit) -> ProviderId:
    return _provider_id(visit.param("provider"))


def _provider_id(given: str) -> ProviderId:
    try:
        return ProviderId(UUID(given))
    except ValueError:
        raise NotFoundError("There is no such sign-in provider.") from None


def _form_page(
    visit: Visit,
    form: ProviderForm,
    *,
    provider_id: ProviderId | None = None,
    fault: str = "",
    trial: IssuerTrial | None = None,
    status: int = 200,
) -> Response:
    rows = [(rule.value, rule.role) for rule in form.role_rules] + [("", WorkspaceRole.MEMBER)] * _EMPTY_ROWS
    return visit.page(
        "workspace_provider.html",
        status,
        form=form,
        rows=rows,
        roles=ROLES,
        provider_id=provider_id,
        fault=fault,
        trial=trial,
        callback=f"{visit.base_url}{CALLBACK_PATH}",
    )


DOORS: Sequence[Door] = (
    Door("GET", _PATH, show_providers, Permission.SEE_WORKSPACE),
    Door("POST", _PATH, add, Permission.MANAGE_WORKSPACE),
    Door("GET", f"{_PATH}/new", show_new, Permission.MANAGE_WORKSPACE),
    Door("POST", f"{_PATH}/try", try_discovery, Permission.MANAGE_WORKSPACE),
    Door("GET", f"{_PATH}/{{provider}}", show_one, Permission.MANAGE_WORKSPACE),
    Door("POST", f"{_PATH}/{{provider}}", change, Permission.MANAGE_WORKSPACE),
)
