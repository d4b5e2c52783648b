"""Looking at a challenge without using it up."""

from datetime import datetime

from sqlalchemy import DateTime, LargeBinary, Text, bindparam, select

from seatkeeper.store.database import Reader, Row
from seatkeeper.store.statements import prepare
from seatkeeper.store.workspace_tables import challenges

_FIND = prepare(
    select(challenges.c.member_id, challenges.c.data, challenges.c.created_at).where(
        challenges.c.digest == bindparam("digest", type_=LargeBinary),
        challenges.c.kind == bindparam("kind", type_=Text),
        challenges.c.expires_at > bindparam("now", type_=DateTime(timezone=True)),
    )
)


async def find_challenge(reader: Reader, digest: bytes, kind: str, now: datetime) -> Row | None:
    """Find a challenge that has not ended: its ``member_id``, ``data`` and ``created_at``."""
    return await reader.fetch_one(_FIND, digest=digest, kind=kind, now=now)
