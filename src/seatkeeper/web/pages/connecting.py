"""Connecting the identity provider: its address and token, what to click, and a light for its first request."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from starlette.responses import Response

from seatkeeper.core.access import Permission
from seatkeeper.core.bindings import GROUP
from seatkeeper.core.errors import InvalidValueError
from seatkeeper.core.expressions import compile_expression
from seatkeeper.core.integrations import Integration
from seatkeeper.core.mapping import user_variables
from seatkeeper.core.reading import ExpressionInvalidError
from seatkeeper.core.schema import STANDARD_SCHEMA
from seatkeeper.store.queries.tokens import ListedToken, list_tokens
from seatkeeper.web.doors import Door
from seatkeeper.web.frames import integration_frame
from seatkeeper.web.pages.settings_scim import LIFETIMES, new_token, scim_url
from seatkeeper.web.visits import Visit

IDPS = (("okta", "Okta"), ("entra", "Microsoft Entra ID"), ("other", "Another one"))
_STANDARD = frozenset(each.name for each in STANDARD_SCHEMA)


@dataclass(frozen=True, slots=True)
class SentAttribute:
    """An attribute to create in the identity provider: its whole name, and the parts Okta asks for."""

    name: str
    type: str
    required: bool

    @property
    def external_name(self) -> str:
        """The name without its namespace."""
        return self.name.rpartition(":")[2]

    @property
    def namespace(self) -> str:
        """The URN of the extension; the core schema's where there is none."""
        return self.name.rpartition(":")[0] or "urn:ietf:params:scim:schemas:core:2.0:User"


@dataclass(frozen=True, slots=True)
class Heard:
    """The last request that came from an identity provider."""

    at: datetime
    request: str
    token: str


async def show_connecting(visit: Visit) -> Response:
    """Show how to connect an identity provider; ``?idp=`` says which."""
    return await _page(visit)


async def make_idp_token(visit: Visit) -> Response:
    """Make a token for the identity provider, and show it this once where it is needed."""
    try:
        secret = (await new_token(visit)).secret
    except InvalidValueError as error:
        return await _page(visit, fault=str(error), status=422)
    return await _page(visit, secret=secret)


async def show_light(visit: Visit) -> Response:
    """Say whether the identity provider has been heard of."""
    async with visit.read() as reader:
        tokens = await list_tokens(reader, visit.integration.id)
    return visit.page("parts/idp_light.html", heard=_heard(tokens), tokens=tokens)


def _heard(tokens: Sequence[ListedToken]) -> Heard | None:
    used = [(token.last_used_at, token) for token in tokens if token.last_used_at is not None]
    if not used:
        return None
    at, token = max(used, key=lambda pair: pair[0])
    return Heard(at, token.last_used_for or "a request", token.name)


def sent_attributes(integration: Integration) -> list[SentAttribute]:
    """List what the identity provider has to be taught to send: the schema beyond the standard."""
    return [
        SentAttribute(one.name, one.type, one.required)
        for one in integration.schema
        if one.name not in _STANDARD and one.type != "complex"
    ]


def read_attributes(integration: Integration) -> list[str]:
    """List the attributes of people that the mapping reads, as expressions name them."""
    rules = integration.mapping
    variables = {**user_variables(integration.schema), "group": GROUP}
    found: set[str] = set()
    for source in (*rules.attributes.values(), *(rule.values for rule in rules.entitlements)):
        try:
            expression = compile_expression(source, variables)
        except ExpressionInvalidError:
            continue
        found |= {
            path.text.removeprefix("user.") for path in expression.paths if path.root == "user" and path.steps
        }
    return sorted(found)


async def _page(visit: Visit, *, secret: str = "", fault: str = "", status: int = 200) -> Response:
    chosen = visit.query("idp") or "okta"
    idp = chosen if chosen in dict(IDPS) else "other"
    async with visit.read() as reader:
        frame = await integration_frame(visit, reader)
        tokens = await list_tokens(reader, visit.integration.id)
    return visit.page(
        "connecting.html",
        status,
        **frame,
        idp=idp,
        idps=IDPS,
        url=scim_url(visit),
        tokens=tokens,
        heard=_heard(tokens),
        sent=sent_attributes(visit.integration),
        read=read_attributes(visit.integration),
        secret=secret,
        fault=fault,
        token_name=visit.given("name") or idp,
        lifetimes=LIFETIMES,
        readonly=not visit.may(Permission.CONFIGURE),
    )


_BASE = "/integrations/{integration}/connect"
DOORS: Sequence[Door] = (
    Door("GET", _BASE, show_connecting, Permission.SEE),
    Door("POST", _BASE, make_idp_token, Permission.CONFIGURE),
    Door("GET", f"{_BASE}/light", show_light, Permission.SEE),
)
