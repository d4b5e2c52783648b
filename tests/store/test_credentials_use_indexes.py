"""A credential is found by index, however many there are: it is looked up in the identity provider's request."""

from seatkeeper.core.credentials import CredentialKind
from seatkeeper.core.tokens import digest_token
from seatkeeper.operations.networks import set_networks
from seatkeeper.operations.tokens import create_token, issue_access_token
from seatkeeper.store.database import Database
from seatkeeper.store.queries.tokens import find_access_token, find_token
from tests.operations.integrations_at_hand import ADMIN, stored

_MANY = """
    INSERT INTO scim_tokens (id, integration_id, kind, name, prefix, digest, created_at)
    SELECT uuidv7(), %(integration)s, 'bearer', 'n', 'skt_', sha256(n::text::bytea), now()
    FROM generate_series(1, 5000) AS n
"""
_COUNT = (
    "SELECT seq_scan, idx_tup_fetch FROM pg_stat_xact_user_tables"
    " WHERE relname IN ('scim_tokens', 'scim_access_tokens')"
)
_MANY_ACCESS = """
    INSERT INTO scim_access_tokens (digest, token_id, expires_at)
    SELECT sha256(n::text::bytea), %(client)s, now() FROM generate_series(1, 5000) AS n
"""


async def test_a_credential_is_found_by_one_index(database: Database) -> None:
    async with database.transaction(ADMIN) as tx:
        crm = await stored(tx)
        bearer = await create_token(tx, crm.id, "okta")
        client = await create_token(tx, crm.id, "entra", kind=CredentialKind.OAUTH)
        access = await issue_access_token(tx, client.id)
        await set_networks(tx, crm, "192.0.2.0/24")
        await tx.connection.execute(_MANY, {"integration": crm.id})
        await tx.connection.execute(_MANY_ACCESS, {"client": client.id})
        await tx.connection.execute("ANALYZE scim_tokens, scim_access_tokens")
    async with database.read() as reader, reader.connection.transaction():
        found = [
            await find_token(reader, "crm", digest_token(bearer.secret)),
            await find_access_token(reader, "crm", digest_token(access)),
        ]
        read = await (await reader.connection.execute(_COUNT)).fetchall()
    assert [one and (one.token_id, one.networks) for one in found] == [
        (bearer.id, ["192.0.2.0/24"]),
        (client.id, ["192.0.2.0/24"]),
    ]
    assert all(row["seq_scan"] == 0 and row["idx_tup_fetch"] < 10 for row in read), read
