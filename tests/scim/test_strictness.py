"""Each identity provider's preset lets pass what it is known to send, the strict one what the standards have."""

import json
from dataclasses import replace

import pytest
from scim2_models import SCIMException

from seatkeeper.core.dialects import EVERYTHING, NAMES, PRESETS, Dialect, Tolerance, tolerances_of
from seatkeeper.core.integrations import Integration, Policy
from seatkeeper.core.schema import STANDARD_SCHEMA
from seatkeeper.scim.recognition import recognise
from seatkeeper.scim.shapes import GROUP_SHAPE, Shape, user_shape
from seatkeeper.scim.strictness import refuse_deviations
from seatkeeper.store.database import Database
from seatkeeper.store.queries.events import EventFilter, list_events
from seatkeeper.store.queries.integrations import get_integration
from tests.scim.conftest import an_integration, client_of, opened
from tests.scim.idp import GROUP, PATCH, SAMPLES, USER, IdP, Json

SAMPLE_NAMES = sorted(path.stem for path in SAMPLES.glob("*.json"))


def shape_for(path: str) -> Shape:
    return GROUP_SHAPE if path.startswith("/Groups") else user_shape(STANDARD_SCHEMA)


def patch(**operation: object) -> Json:
    return {"schemas": [PATCH], "Operations": [operation]}


DEVIATIONS: list[tuple[Tolerance, Json]] = [
    (Tolerance.UNDECLARED_SCHEMAS, {"schemas": [USER, "urn:acme:nobody:declared"], "userName": "a"}),
    (Tolerance.UNDECLARED_SCHEMAS, {"userName": "a", "urn:acme:nobody:declared": {"x": 1}}),
    (Tolerance.UNKNOWN_ATTRIBUTES, {"userName": "a", "shoeSize": 42}),
    (Tolerance.UNKNOWN_ATTRIBUTES, {"userName": "a", "name": {"maiden": "b"}}),
    (Tolerance.UNKNOWN_ATTRIBUTES, patch(op="replace", path="shoeSize", value=42)),
    (Tolerance.LEGACY_NAMES, {"userName": "a", "urn:scim:schemas:extension:enterprise:2.0": {"division": "x"}}),
    (Tolerance.WORDS_FOR_BOOLEANS, {"userName": "a", "active": "True"}),
    (Tolerance.WORDS_FOR_BOOLEANS, patch(op="replace", value={"active": "false"})),
    (Tolerance.LOOSE_SHAPES, {"userName": "a", "emails": {"value": "a@example.com"}}),
    (Tolerance.LOOSE_SHAPES, {"userName": "a", "title": [{"value": "x"}]}),
    (Tolerance.LOOSE_SHAPES, patch(op="replace", value={"name.givenName": "Ada"})),
    (Tolerance.SEVERAL_PRIMARIES, {"emails": [{"value": v, "primary": True} for v in "ab"]}),
    (Tolerance.SPELLED_OPERATIONS, patch(op="Replace", path="title", value="x")),
    (Tolerance.VALUES_OF_REMOVE, patch(op="remove", path="emails", value=[{"value": "a"}])),
]


def test_every_identity_provider_has_a_preset_and_a_name() -> None:
    assert PRESETS.keys() == NAMES.keys() == set(Dialect)
    assert {tolerance for tolerance, _ in DEVIATIONS} == EVERYTHING - {Tolerance.UNMATCHED_PATHS}


@pytest.mark.parametrize("name", SAMPLE_NAMES)
def test_a_request_on_record_is_let_pass_by_the_preset_of_who_sent_it(name: str) -> None:
    sender = name.split("-", maxsplit=1)[0]
    dialect = Dialect.STRICT if sender.startswith("rfc") else Dialect(sender)
    request = json.loads((SAMPLES / f"{name}.json").read_text())["request"]
    refuse_deviations(shape_for(request["path"]), request["body"], tolerances_of(dialect))


@pytest.mark.parametrize(("tolerance", "document"), DEVIATIONS)
def test_a_deviation_is_refused_by_its_name_and_let_pass_where_it_is_allowed(
    tolerance: Tolerance, document: Json
) -> None:
    with pytest.raises(SCIMException, match=f"its tolerance is called {tolerance}"):
        refuse_deviations(shape_for("/Users"), document, tolerances_of(Dialect.STRICT))
    refuse_deviations(shape_for("/Users"), document, tolerances_of(Dialect.STRICT, (tolerance,)))


@pytest.mark.proves("RFC 7644 §3.5.2.3", "a value path that matches nothing is noTarget, where that is wanted")
async def test_a_strict_integration_says_what_it_refuses_and_why(database: Database) -> None:
    integration = replace(an_integration(), policy=Policy(dialect=Dialect.STRICT))
    idp = IdP(client_of(database, integration.slug, await opened(database, integration)))
    refused = await idp.send("POST", "/Users", {"schemas": [USER, "urn:acme:unknown"], "userName": "ada"})
    assert (refused.status_code, refused.json()["scimType"]) == (400, "invalidSyntax")
    assert "undeclared-schemas" in refused.json()["detail"]
    assert (
        await idp.send("POST", "/Groups", {"schemas": [GROUP], "displayName": "x", "colour": 1})
    ).status_code == 400
    ada = await idp.user("ada")
    first = {"op": "replace", "path": 'emails[type eq "work"].value', "value": "ada@example.com"}
    assert (await idp.patch(ada, first)).json()["scimType"] == "noTarget"


async def test_cursors_are_not_told_of_to_canaille_whose_client_would_give_up(database: Database) -> None:
    integration = replace(an_integration(), policy=Policy(dialect=Dialect.CANAILLE))
    idp = IdP(client_of(database, integration.slug, await opened(database, integration)))
    assert "pagination" not in await idp.read("/ServiceProviderConfig")
    assert (await idp.read("/Users?cursor="))["totalResults"] == 0


@pytest.mark.parametrize(
    "name", [name for name in SAMPLE_NAMES if name.startswith(("entra-", "onelogin-", "rfc"))]
)
def test_nobody_is_taken_for_somebody_else(name: str) -> None:
    body = json.loads((SAMPLES / f"{name}.json").read_text())["request"]["body"]
    assert recognise(body) in {None, *(dialect for dialect in Dialect if name.startswith(f"{dialect}-"))}


async def test_who_does_not_say_who_it_is_is_known_by_how_it_speaks(
    idp: IdP, database: Database, integration: Integration
) -> None:
    ada = await idp.user("ada")
    await idp.patch(ada, {"op": "Replace", "path": "title", "value": "Countess"})
    await idp.user("bob")
    assert await _told(database, integration) == [
        ("user.assigned", "identity provider", "ada"),
        ("user.changed", "Microsoft Entra ID", "ada"),
        ("integration.recognised", "Seatkeeper", "Microsoft Entra ID"),
        ("user.assigned", "Microsoft Entra ID", "bob"),
    ]


async def test_the_preset_of_whoever_is_recognised_is_set_and_refuses_nothing(database: Database) -> None:
    integration = an_integration()
    token = await opened(database, integration)
    okta = IdP(client_of(database, integration.slug, token))
    for _ in range(2):
        await okta.get("/Users?count=1", User_Agent="Okta SCIM Client 1.0.0")
    # Another web process, and later: what was recognised is remembered, and names who does not say who it is.
    again = IdP(client_of(database, integration.slug, token))
    await again.user("ada", active="True")
    async with database.read() as reader:
        kept = await get_integration(reader, integration.id)
    assert (kept.dialect, kept.policy) == (Dialect.OKTA, integration.policy)
    told = await _told(database, integration)
    assert told == [("integration.recognised", "Seatkeeper", "Okta"), ("user.assigned", "Okta", "ada")]


async def test_what_an_owner_chose_is_left_alone(database: Database) -> None:
    integration = replace(an_integration(), policy=Policy(dialect=Dialect.STRICT))
    idp = IdP(client_of(database, integration.slug, await opened(database, integration)))
    await idp.get("/Users?count=1", User_Agent="Okta SCIM Client 1.0.0")
    async with database.read() as reader:
        assert (await get_integration(reader, integration.id)).dialect is Dialect.STRICT
    assert await _told(database, integration) == []


async def _told(database: Database, integration: Integration) -> list[tuple[str, str, str]]:
    """List what happened after the token was made: what, by whom, to whom."""
    async with database.read() as reader:
        told = await list_events(reader, EventFilter(integration.id, limit=10))
    return [(event.kind.value, event.actor_name, event.target) for event in reversed(told)][1:]
