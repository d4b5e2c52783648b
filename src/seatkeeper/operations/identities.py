"""From what a provider says about a person to a member: who they are, and what they may become."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from seatkeeper.core.access import Member
from seatkeeper.core.errors import InvalidValueError, NotAllowedError, NotPossibleNowError
from seatkeeper.core.ids import MemberId
from seatkeeper.core.providers import Provider, role_for
from seatkeeper.operations.members import add_member, change_role
from seatkeeper.store.database import Transaction
from seatkeeper.store.queries.members import find_member, get_member
from seatkeeper.store.queries.providers import find_identity
from seatkeeper.store.records.providers import insert_identity
from seatkeeper.store.texts import check_name


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody as their provider knows them."""

    subject: str
    email: str
    email_is_verified: bool
    name: str
    groups: tuple[str, ...]


def read_person(provider: Provider, claims: Mapping[str, Any]) -> Person:
    """Read verified claims (OpenID Connect Core 1.0 §5.1). Raises ``InvalidValueError``."""
    email = claims.get("email")
    if not isinstance(email, str) or not email.strip():
        raise InvalidValueError(
            f"{provider.name} did not tell your e-mail address. An Admin should have it send the claim email."
        )
    email, subject = check_name(email.strip(), "The address"), check_name(str(claims["sub"]), "The name")
    names = (claims.get(key) for key in ("name", "preferred_username", "nickname"))
    name = next((each.strip() for each in names if isinstance(each, str) and each.strip()), email)
    groups = claims.get(provider.groups_claim, ())
    held = [groups] if isinstance(groups, str) else groups if isinstance(groups, list | tuple) else []
    # Some providers spell the boolean as text.
    verified = claims.get("email_verified") in (True, "true")
    return Person(subject, email, verified, name, tuple(str(each) for each in held))


async def admit(tx: Transaction, provider: Provider, person: Person) -> Member:
    """Find or make the member a person is, with the role their groups give.

    Raises ``NotAllowedError`` with the reason, told plainly.
    """
    member_id = await find_identity(tx, provider.id, person.subject)
    if member_id is None:
        member_id = await _introduce(tx, provider, person)
    if (await get_member(tx, member_id)).disabled_at is not None:
        raise NotAllowedError("You are a member, but an Admin has disabled you. Ask an Admin to let you in again.")
    if provider.role_rules:
        await _renew_role(tx, provider, person, member_id)
    return (await get_member(tx, member_id)).member


async def _introduce(tx: Transaction, provider: Provider, person: Person) -> MemberId:
    known = await find_member(tx, person.email)
    if known is not None and not person.email_is_verified:
        raise NotAllowedError(
            f"{provider.name} has not verified that {person.email} is yours, and there is a member with this"
            " address. Verify it there, or sign in another way."
        )
    if known is None:
        role = role_for(provider, person.groups)
        if role is None:
            raise NotAllowedError(
                f"{provider.name} knows you, but {person.email} is not a member here, and none of your groups"
                " makes you one. Ask an Admin to invite you."
            )
        member = await add_member(tx, person.email, person.name, role)
    else:
        member = known.member
    await insert_identity(tx, provider.id, person.subject, member.id)
    return member.id


async def _renew_role(tx: Transaction, provider: Provider, person: Person, member_id: MemberId) -> None:
    role = role_for(provider, person.groups)
    if role is None:
        raise NotAllowedError(
            f"None of your groups at {provider.name} gives you a role here any more. Ask an Admin for one."
        )
    if (await get_member(tx, member_id)).member.role is role:
        return
    # A mistake in a group must not leave a workspace that nobody can manage.
    with suppress(NotPossibleNowError):
        await change_role(tx, member_id, role)
