"""Reading the API tokens of members."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import DateTime, LargeBinary, Uuid, bindparam, or_, select

from seatkeeper.core.access import Guest, Member, Scope, WorkspaceRole
from seatkeeper.core.ids import APITokenId, MemberId
from seatkeeper.store.database import Reader, Row
from seatkeeper.store.statements import prepare
from seatkeeper.store.workspace_tables import api_tokens, members


@dataclass(frozen=True, slots=True)
class ListedAPIToken:
    """A token as its member sees it."""

    id: APITokenId
    name: str
    prefix: str
    scopes: frozenset[Scope]
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None

    def is_good(self, now: datetime) -> bool:
        """Say whether it opens anything, as long as its member is not disabled."""
        return self.revoked_at is None and (self.expires_at is None or self.expires_at > now)


@dataclass(frozen=True, slots=True)
class TokenOfMember:
    """A token and whose it is."""

    token: ListedAPIToken
    member: Member


@dataclass(frozen=True, slots=True)
class FoundAPIToken:
    """A good token: who it stands for, and when it was last seen in use."""

    id: APITokenId
    guest: Guest
    last_used_at: datetime | None


_LISTED = tuple(
    api_tokens.c[name]
    for name in ("id", "name", "prefix", "scopes", "created_at", "expires_at", "revoked_at", "last_used_at")
)
_OF_MEMBER = prepare(
    select(*_LISTED)
    .where(api_tokens.c.member_id == bindparam("member_id", type_=Uuid))
    .order_by(api_tokens.c.id.desc())
)
_OF_ALL = prepare(
    select(
        *_LISTED,
        *(members.c[name].label(f"member_{name}") for name in ("id", "email", "name", "role")),
    )
    .join(members, members.c.id == api_tokens.c.member_id)
    .order_by(api_tokens.c.id.desc())
)
_GOOD = prepare(
    select(
        api_tokens.c.id.label("token_id"),
        api_tokens.c.scopes,
        api_tokens.c.last_used_at,
        *(members.c[name] for name in ("id", "email", "name", "role")),
    )
    .join(members, members.c.id == api_tokens.c.member_id)
    .where(
        api_tokens.c.digest == bindparam("digest", type_=LargeBinary),
        api_tokens.c.revoked_at.is_(None),
        or_(
            api_tokens.c.expires_at.is_(None),
            api_tokens.c.expires_at > bindparam("now", type_=DateTime(timezone=True)),
        ),
        members.c.disabled_at.is_(None),
    )
)


async def list_api_tokens(reader: Reader, member_id: MemberId) -> list[ListedAPIToken]:
    """List a member's tokens, the newest first, those that are no longer good too."""
    return [_listed(row) for row in await reader.fetch_all(_OF_MEMBER, member_id=member_id)]


async def list_tokens_of_all(reader: Reader) -> list[TokenOfMember]:
    """List the tokens of every member, the newest first, those that are no longer good too."""
    return [
        TokenOfMember(
            _listed(row),
            Member(
                MemberId(row["member_id"]),
                row["member_email"],
                row["member_name"],
                WorkspaceRole(row["member_role"]),
            ),
        )
        for row in await reader.fetch_all(_OF_ALL)
    ]


async def find_api_token(reader: Reader, digest: bytes, now: datetime) -> FoundAPIToken | None:
    """Find a token that is neither revoked nor expired, and whose member is not disabled."""
    row = await reader.fetch_one(_GOOD, digest=digest, now=now)
    if row is None:
        return None
    member = Member(MemberId(row["id"]), row["email"], row["name"], WorkspaceRole(row["role"]))
    return FoundAPIToken(APITokenId(row["token_id"]), Guest(member, _scopes(row)), row["last_used_at"])


def _listed(row: Row) -> ListedAPIToken:
    return ListedAPIToken(
        APITokenId(row["id"]),
        row["name"],
        row["prefix"],
        _scopes(row),
        row["created_at"],
        row["expires_at"],
        row["revoked_at"],
        row["last_used_at"],
    )


def _scopes(row: Row) -> frozenset[Scope]:
    return frozenset(Scope(each) for each in row["scopes"])
