"""What an OpenID provider says is believed only when it is proven, and gives no more than its rules."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import KeySet, OctKey, RSAKey

from seatkeeper.core.access import WorkspaceRole
from seatkeeper.core.errors import InvalidValueError, NotAllowedError, NotPossibleNowError
from seatkeeper.core.ids import MemberId, ProviderId
from seatkeeper.core.providers import Provider, RoleRule
from seatkeeper.operations.identities import Person, admit, read_person
from seatkeeper.operations.members import add_member, disable_member
from seatkeeper.operations.oidc_exchange import Metadata, Tokens, discover, read_claims
from seatkeeper.operations.providers import ProviderForm, create_provider
from seatkeeper.store.database import Database
from seatkeeper.store.identifiers import new_id
from seatkeeper.store.queries.members import get_member
from seatkeeper.store.records.credentials import set_password_hash
from seatkeeper.store.sealing import Keyring, make_key
from tests.operations.integrations_at_hand import ADMIN

ISSUER, CLIENT, NONCE = "https://login.example.org", "seatkeeper", "a nonce"
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
ROLE = WorkspaceRole
KEY = RSAKey.generate_key(2048, {"kid": "one"})
METADATA = Metadata(
    issuer=ISSUER,
    authorization_endpoint=f"{ISSUER}/authorize",
    token_endpoint=f"{ISSUER}/token",
    jwks_uri=f"{ISSUER}/keys",
    userinfo_endpoint=f"{ISSUER}/userinfo",
    id_token_signing_alg_values_supported=("RS256", "HS256", "none"),
)
CLAIMS = {"iss": ISSUER, "sub": "ada", "aud": CLIENT, "nonce": NONCE, "email": "ada@example.org"}
TIMES = {"iat": int(NOW.timestamp()), "exp": int(NOW.timestamp()) + 300}


def _provider(*rules: RoleRule, default: ROLE | None = None, issuer: str = ISSUER) -> Provider:
    return Provider(ProviderId(new_id()), "Okta", issuer, CLIENT, "openid", "groups", rules, default)


def _at_the_provider(**answers: Any) -> httpx.AsyncClient:
    """The other end of the line: it publishes its key, and answers what the test says."""
    everything = {"/keys": KeySet([KEY]).as_dict(private=False), **answers}

    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json=everything.get(request.url.path, {}))

    return httpx.AsyncClient(transport=httpx.MockTransport(answer))


def _tokens(claims: Mapping[str, Any], key: Any = KEY, algorithm: str = "RS256") -> Tokens:
    signed = jwt.encode({"alg": algorithm, "kid": "one"}, dict(claims), key, algorithms=[algorithm])
    return Tokens(signed, "an access token")


async def _read(tokens: Tokens, **answers: Any) -> Mapping[str, Any]:
    async with _at_the_provider(**answers) as client:
        return await read_claims(client, _provider(), METADATA, tokens, (NONCE, NOW))


async def test_a_good_token_is_believed() -> None:
    assert (await _read(_tokens(CLAIMS | TIMES)))["sub"] == "ada"
    a_little_off = {"iat": TIMES["iat"] + 50, "exp": TIMES["iat"] - 50}
    assert (await _read(_tokens(CLAIMS | a_little_off)))["sub"] == "ada"


@pytest.mark.parametrize(
    "wrong",
    [
        {"iss": "https://evil.example"},
        {"iss": f"{ISSUER}/"},
        {"aud": "somebody else's application"},
        {"aud": [CLIENT, "another"]},
        {"nonce": "of another sign-in"},
        {"azp": "another"},
        {"at_hash": "wrong"},
    ],
    ids=lambda wrong: next(iter(wrong)),
)
async def test_a_token_for_somebody_else_or_another_time_is_not(wrong: dict[str, Any]) -> None:
    with pytest.raises(InvalidValueError, match="could not be verified"):
        await _read(_tokens(CLAIMS | TIMES | wrong))


@pytest.mark.parametrize("missing", ["iss", "sub", "aud", "exp", "iat", "nonce"])
async def test_a_token_that_says_too_little_is_not_believed(missing: str) -> None:
    claims = {name: value for name, value in (CLAIMS | TIMES).items() if name != missing}
    with pytest.raises(InvalidValueError):
        await _read(_tokens(claims))


async def test_a_token_signed_by_anybody_else_is_not_believed() -> None:
    public = KEY.as_pem(private=False)
    for key, algorithm in (
        (RSAKey.generate_key(2048), "RS256"),
        (OctKey.import_key("the client secret, which is long enough"), "HS256"),
        (OctKey.import_key(bytes(public).replace(b"-----", b"")), "HS256"),
    ):
        with pytest.raises(InvalidValueError, match="could not be verified"):
            await _read(_tokens(CLAIMS | TIMES, key, algorithm))
    head, body, _ = _tokens(CLAIMS | TIMES).id_token.split(".")
    for forged in (f"{head}.{body}.", "eyJhbGciOiJub25lIn0." + body + ".", "rubbish", ""):
        with pytest.raises(InvalidValueError):
            await _read(Tokens(forged, "x"))


@pytest.mark.parametrize("times", [{"iat": 0, "exp": 1}, {"iat": TIMES["iat"] + 3600, "exp": TIMES["exp"] + 3600}])
async def test_a_clock_that_is_wrong_is_named(times: dict[str, int]) -> None:
    with pytest.raises(InvalidValueError, match="set the clock"):
        await _read(_tokens(CLAIMS | times))


async def test_what_the_token_lacks_is_read_from_userinfo_of_the_same_person() -> None:
    claims = {name: value for name, value in (CLAIMS | TIMES).items() if name != "email"}
    more = {"sub": "ada", "email": "ada@corp.example", "groups": ["admins"], "iss": "ignored"}
    read = await _read(_tokens(claims), **{"/userinfo": more})
    assert (read["email"], read["groups"], read["iss"]) == ("ada@corp.example", ["admins"], ISSUER)
    with pytest.raises(InvalidValueError, match="somebody else"):
        await _read(_tokens(claims), **{"/userinfo": more | {"sub": "eve"}})


async def test_an_issuer_is_the_same_with_and_without_its_slash_and_otherwise_refused() -> None:
    document = METADATA.model_dump()
    path = "/.well-known/openid-configuration"
    async with _at_the_provider(**{path: document}) as client:
        assert (await discover(client, _provider(issuer=f"{ISSUER}/"))).issuer == ISSUER
    async with _at_the_provider(**{path: document | {"issuer": "https://evil.example"}}) as client:
        with pytest.raises(NotPossibleNowError, match="calls itself"):
            await discover(client, _provider())
    async with _at_the_provider() as client:
        with pytest.raises(NotPossibleNowError, match="does not answer as an OpenID provider"):
            await discover(client, _provider())


def test_a_person_is_read_from_what_providers_send() -> None:
    person = read_person(_provider(), CLAIMS | {"email_verified": "true", "groups": "one"})
    assert (person.name, person.email_is_verified, person.groups) == ("ada@example.org", True, ("one",))
    assert not read_person(_provider(), CLAIMS | {"email_verified": "false"}).email_is_verified
    with pytest.raises(InvalidValueError, match="claim email"):
        read_person(_provider(), {"sub": "ada"})


def _person(*groups: str, subject: str = "ada", verified: bool = True) -> Person:
    return Person(subject, "ada@example.org", verified, "Ada", groups)


async def _stored(database: Database, *rules: RoleRule, default: ROLE | None = None) -> Provider:
    form = ProviderForm("Okta", ISSUER, CLIENT, "secret", role_rules=rules, default_role=default)
    async with database.transaction(ADMIN) as tx:
        return await create_provider(tx, Keyring.parse(make_key()), form)


async def _enter(database: Database, provider: Provider, person: Person) -> tuple[MemberId, ROLE]:
    async with database.transaction(ADMIN) as tx:
        member = await admit(tx, provider, person)
        return member.id, (await get_member(tx, member.id)).member.role


RULES = (RoleRule("admins", ROLE.ADMIN), RoleRule("auditors", ROLE.AUDITOR))


async def test_the_strongest_rule_wins_and_is_renewed_at_each_sign_in(database: Database) -> None:
    provider = await _stored(database, *RULES, default=ROLE.MEMBER)
    other = await _stored_admin(database, "grace@example.org")
    ada, role = await _enter(database, provider, _person("auditors", "admins"))
    assert role is ROLE.ADMIN
    assert await _enter(database, provider, _person("auditors")) == (ada, ROLE.AUDITOR)
    assert await _enter(database, provider, _person("nothing")) == (ada, ROLE.MEMBER)
    assert other != ada


async def test_the_last_admin_stays_one_whatever_the_groups_say(database: Database) -> None:
    provider = await _stored(database, *RULES, default=ROLE.MEMBER)
    ada, _ = await _enter(database, provider, _person("admins"))
    assert await _enter(database, provider, _person()) == (ada, ROLE.ADMIN)


async def test_who_lost_the_last_group_is_refused(database: Database) -> None:
    provider = await _stored(database, *RULES)
    await _enter(database, provider, _person("auditors"))
    with pytest.raises(NotAllowedError, match="any more"):
        await _enter(database, provider, _person())


async def test_without_rules_roles_are_given_here(database: Database) -> None:
    provider = await _stored(database)
    admin = await _stored_admin(database)
    assert await _enter(database, provider, _person("admins")) == (admin, ROLE.ADMIN)
    with pytest.raises(NotAllowedError, match="not a member here"):
        await _enter(database, provider, Person("bob", "bob@example.org", True, "Bob", ("admins",)))


async def test_an_address_links_only_when_verified_and_the_subject_counts_afterwards(database: Database) -> None:
    provider = await _stored(database, default=ROLE.MEMBER)
    admin = await _stored_admin(database)
    with pytest.raises(NotAllowedError, match="has not verified"):
        await _enter(database, provider, _person(verified=False))
    assert (await _enter(database, provider, _person()))[0] == admin
    renamed = Person("ada", "lovelace@example.org", False, "Ada", ())
    assert (await _enter(database, provider, renamed))[0] == admin


async def test_a_disabled_member_is_refused(database: Database) -> None:
    provider = await _stored(database, default=ROLE.MEMBER)
    ada, _ = await _enter(database, provider, _person())
    async with database.transaction(ADMIN) as tx:
        await disable_member(tx, ada)
    with pytest.raises(NotAllowedError, match="disabled"):
        await _enter(database, provider, _person())


async def _stored_admin(database: Database, email: str = "Ada@Example.org") -> MemberId:
    async with database.transaction(ADMIN) as tx:
        member = await add_member(tx, email, "Ada", ROLE.ADMIN)
        await set_password_hash(tx, member.id, "hashed")
    return member.id
