"""``seatkeeper token``: shown once, listed without itself, revoked by id, beginning or name."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from seatkeeper.core.ids import TokenId
from seatkeeper.operations.tokens import note_use
from seatkeeper.store.database import Database
from tests.cli.conftest import Installation
from tests.operations.integrations_at_hand import ADMIN, stored


async def test_a_token_is_shown_once_listed_and_revoked(seatkeeper: Installation, database: Database) -> None:
    async with database.transaction(ADMIN) as tx:
        await stored(tx)
    told = seatkeeper.say("token", "create", "crm", "--name", "okta")
    made = seatkeeper.read("token", "create", "crm", "--name", "entra", "--expires", "365d")
    listed = seatkeeper.say("token", "list", "crm")
    [okta, entra] = seatkeeper.read("token", "list", "crm")
    assert told.split()[1].startswith("skt_")
    assert told.split()[1] not in listed
    assert made["token"].startswith(entra["prefix"])
    assert made["url"].endswith("/scim/v2/crm")
    assert datetime.fromisoformat(entra["expires_at"]) > datetime.now(UTC) + timedelta(days=364)
    assert [okta["state"], entra["state"]] == ["good", "good"]
    assert seatkeeper.say("token", "revoke", "crm", okta["id"][-8:]).startswith("Revoked okta (skt_")
    assert seatkeeper.say("token", "revoke", "crm", made["token"]).startswith("Revoked entra (skt_")
    assert [token["state"] for token in seatkeeper.read("token", "list", "crm")] == ["revoked", "revoked"]


async def test_a_token_that_is_not_there_is_not_repeated_in_full(
    seatkeeper: Installation, database: Database
) -> None:
    async with database.transaction(ADMIN) as tx:
        await stored(tx)
    told = seatkeeper.refuse("token", "revoke", "crm", "skt_" + "secret" * 8)
    assert "There is no token skt_secr… that could be revoked" in told
    assert "30d" in seatkeeper.refuse("token", "create", "crm", "--name", "x", "--expires", "soon", status=2)


async def test_other_credentials_are_made_and_addresses_allowed(
    seatkeeper: Installation, database: Database
) -> None:
    async with database.transaction(ADMIN) as tx:
        await stored(tx)
    told = seatkeeper.say("token", "create", "crm", "--name", "entra", "--kind", "oauth")
    assert "/scim/v2/crm/oauth/token" in told
    assert "sko_" in told
    made = seatkeeper.read("token", "create", "crm", "--name", "ping", "--kind", "basic")
    [_, listed] = seatkeeper.read("token", "list", "crm")
    assert (listed["kind"], listed["client_id"]) == ("basic", made["client_id"])
    async with database.transaction(ADMIN) as tx:
        await note_use(tx, TokenId(UUID(made["id"])), "GET /Users", "198.51.100.4")
    assert "198.51.100.4" in seatkeeper.refuse("token", "networks", "crm", "192.0.2.0/24")
    assert seatkeeper.say("token", "networks", "crm", "192.0.2.0/24", "--knowing").strip() == "192.0.2.0/24"
    assert seatkeeper.say("token", "networks", "crm").strip() == "192.0.2.0/24"
    assert "everywhere" in seatkeeper.say("token", "networks", "crm", "--everywhere")
