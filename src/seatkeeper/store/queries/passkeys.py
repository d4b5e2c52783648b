"""Reading passkeys."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import LargeBinary, Uuid, bindparam, select

from seatkeeper.core.access import Member, WorkspaceRole
from seatkeeper.core.ids import MemberId, PasskeyId
from seatkeeper.store.database import Reader
from seatkeeper.store.statements import prepare
from seatkeeper.store.workspace_tables import members, passkeys


@dataclass(frozen=True, slots=True)
class ListedPasskey:
    """A passkey as its member sees it."""

    id: PasskeyId
    name: str
    credential_id: bytes
    created_at: datetime
    last_used_at: datetime | None


@dataclass(frozen=True, slots=True)
class FoundPasskey:
    """A passkey that was presented, and whose it is."""

    id: PasskeyId
    member: Member
    public_key: bytes
    sign_count: int


_SHOWN = tuple(passkeys.c[name] for name in ("id", "name", "credential_id", "created_at", "last_used_at"))
_OF_MEMBER = prepare(
    select(*_SHOWN)
    .where(passkeys.c.member_id == bindparam("member_id", type_=Uuid))
    .order_by(passkeys.c.created_at, passkeys.c.id)
)
_PRESENTED = prepare(
    select(
        passkeys.c.id.label("passkey_id"),
        passkeys.c.public_key,
        passkeys.c.sign_count,
        *(members.c[name] for name in ("id", "email", "name", "role")),
    )
    .join(members, members.c.id == passkeys.c.member_id)
    .where(
        passkeys.c.credential_id == bindparam("credential_id", type_=LargeBinary), members.c.disabled_at.is_(None)
    )
)


async def list_passkeys(reader: Reader, member_id: MemberId) -> list[ListedPasskey]:
    """List a member's passkeys, the oldest first."""
    return [
        ListedPasskey(
            PasskeyId(row["id"]), row["name"], bytes(row["credential_id"]), row["created_at"], row["last_used_at"]
        )
        for row in await reader.fetch_all(_OF_MEMBER, member_id=member_id)
    ]


async def find_passkey(reader: Reader, credential_id: bytes) -> FoundPasskey | None:
    """Find a presented passkey, unless its member is disabled."""
    row = await reader.fetch_one(_PRESENTED, credential_id=credential_id)
    if row is None:
        return None
    member = Member(MemberId(row["id"]), row["email"], row["name"], WorkspaceRole(row["role"]))
    return FoundPasskey(PasskeyId(row["passkey_id"]), member, bytes(row["public_key"]), row["sign_count"])
