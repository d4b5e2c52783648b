"""Reading what members prove themselves with. Nothing of this is ever shown."""

from dataclasses import dataclass, field

from sqlalchemy import Text, Uuid, bindparam, func, select

from seatkeeper.core.access import Member, WorkspaceRole
from seatkeeper.core.ids import MemberId
from seatkeeper.store.database import Reader, Row
from seatkeeper.store.statements import prepare
from seatkeeper.store.texts import name_key
from seatkeeper.store.workspace_tables import members, recovery_codes


@dataclass(frozen=True, slots=True)
class Credentials:
    """A member who is not disabled, and what they prove themselves with."""

    member: Member
    password: str | None = field(repr=False)
    """Hashed."""
    totp: bytes | None = field(repr=False)
    """Sealed."""


_READ = tuple(members.c[name] for name in ("id", "email", "name", "role", "password", "totp"))
_GOOD = select(*_READ).where(members.c.disabled_at.is_(None))
_BY_EMAIL = prepare(_GOOD.where(members.c.email_key == bindparam("email_key", type_=Text)))
_BY_ID = prepare(_GOOD.where(members.c.id == bindparam("id", type_=Uuid)))
_CODES = prepare(
    select(func.count().label("count")).where(recovery_codes.c.member_id == bindparam("id", type_=Uuid))
)


async def find_credentials(reader: Reader, email: str) -> Credentials | None:
    """Find by e-mail address without case; None for a stranger, and for somebody who is disabled."""
    return _credentials(await reader.fetch_one(_BY_EMAIL, email_key=name_key(email)))


async def find_credentials_of(reader: Reader, member_id: MemberId) -> Credentials | None:
    """Find by id; None for somebody who is disabled."""
    return _credentials(await reader.fetch_one(_BY_ID, id=member_id))


async def count_recovery_codes(reader: Reader, member_id: MemberId) -> int:
    """Count the recovery codes a member has left."""
    [row] = await reader.fetch_all(_CODES, id=member_id)
    return int(row["count"])


def _credentials(row: Row | None) -> Credentials | None:
    if row is None:
        return None
    member = Member(MemberId(row["id"]), row["email"], row["name"], WorkspaceRole(row["role"]))
    return Credentials(member, row["password"], None if row["totp"] is None else bytes(row["totp"]))
