"""Values that only one user of an integration may have, and the order in which they are fought for."""

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import BigInteger, LargeBinary, Text, Uuid, any_, bindparam, delete, func, select
from sqlalchemy.dialects.postgresql import ARRAY, insert

from seatkeeper.core.ids import IntegrationId, UserId
from seatkeeper.store.database import Transaction
from seatkeeper.store.statements import prepare
from seatkeeper.store.tables import unique_values, users

_USER = bindparam("user_id", type_=Uuid)
_INTEGRATION = bindparam("integration_id", type_=Uuid)
_DIGESTS = bindparam("digests", type_=ARRAY(LargeBinary))

_given = func.unnest(_DIGESTS, bindparam("attributes", type_=ARRAY(Text)), bindparam("users", type_=ARRAY(Uuid)))
_GIVEN = _given.table_valued("digest", "attribute", "user_id", name="given").render_derived()
_LOCKS = func.unnest(bindparam("keys", type_=ARRAY(BigInteger))).column_valued("key")

_TAKE_TURNS = prepare(select(func.count(func.pg_advisory_xact_lock(_LOCKS))))
_LET_GO = prepare(
    delete(unique_values).where(unique_values.c.user_id == _USER, ~(unique_values.c.digest == any_(_DIGESTS)))
)
_CLAIM = prepare(
    insert(unique_values)
    .from_select(
        ["digest", "integration_id", "attribute", "user_id"],
        select(_GIVEN.c.digest, _INTEGRATION, _GIVEN.c.attribute, users.c.id)
        .join(users, users.c.id == _GIVEN.c.user_id)
        .order_by(users.c.id, _GIVEN.c.digest)
        # Who is being deleted claims nothing; without the lock the foreign key would be what fails.
        .with_for_update(of=users, read=True, key_share=True),
    )
    .on_conflict_do_nothing()
)
_TAKEN = prepare(
    select(unique_values.c.attribute).where(
        unique_values.c.digest == any_(_DIGESTS), unique_values.c.user_id != _USER
    )
)
_FORGET = prepare(
    delete(unique_values).where(
        unique_values.c.integration_id == _INTEGRATION,
        unique_values.c.attribute == any_(bindparam("attributes", type_=ARRAY(Text))),
    )
)


async def take_turns(tx: Transaction, digests: Iterable[bytes]) -> None:
    """Keep other changes of these values waiting until the transaction ends.

    Whoever is to claim values, or to give up some and take others, comes here first, once, with all of them. They
    are locked in one order, so two who want each other's values wait in line and never for one another; and what
    is waited for later, a row of an index, is then held by nobody who comes here.
    """
    await tx.execute(_TAKE_TURNS, keys=lock_keys(digests))


def lock_keys(digests: Iterable[bytes]) -> list[int]:
    """Give the keys of the advisory locks for these values, in the order in which all lock them."""
    return sorted(int.from_bytes(digest[:8], "big", signed=True) for digest in digests)


async def put_claims(
    tx: Transaction, integration_id: IntegrationId, user_id: UserId, claims: Mapping[bytes, str]
) -> Sequence[str]:
    """Let a user have these values and no others: digests, each with its attribute. ``take_turns`` goes before.

    Answers with the attributes of which somebody else has the value; the transaction must then be given up.
    """
    digests = list(claims)
    await tx.execute(_LET_GO, user_id=user_id, digests=digests)
    await claim_all(tx, integration_id, {digest: (attribute, user_id) for digest, attribute in claims.items()})
    rows = await tx.fetch_all(_TAKEN, user_id=user_id, digests=digests)
    return sorted({row["attribute"] for row in rows})


async def claim_all(
    tx: Transaction, integration_id: IntegrationId, claims: Mapping[bytes, tuple[str, UserId]]
) -> None:
    """Claim values for many users; a value that is taken stays whose it is."""
    owners = list(claims.values())
    await tx.execute(
        _CLAIM,
        integration_id=integration_id,
        digests=list(claims),
        attributes=[attribute for attribute, _ in owners],
        users=[user_id for _, user_id in owners],
    )


async def forget_claims(tx: Transaction, integration_id: IntegrationId, attributes: Sequence[str]) -> None:
    """Let everybody have what they like of these attributes."""
    await tx.execute(_FORGET, integration_id=integration_id, attributes=list(attributes))
