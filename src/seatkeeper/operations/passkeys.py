"""Passkeys (WebAuthn Level 3): adding and removing them, and signing in with one, without an e-mail address."""

import base64
import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from urllib.parse import urlsplit

from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import base64url_to_bytes, generate_challenge
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from seatkeeper.core.access import Member
from seatkeeper.core.errors import InvalidValueError, NotFoundError, NotPossibleNowError
from seatkeeper.core.ids import MemberId, PasskeyId
from seatkeeper.operations.audit import note_own_change
from seatkeeper.operations.challenges import Challenge, ChallengeKind, pose, take
from seatkeeper.store.database import Transaction
from seatkeeper.store.queries.passkeys import find_passkey, list_passkeys
from seatkeeper.store.records.passkeys import delete_passkey, insert_passkey, mark_passkey_used
from seatkeeper.store.texts import check_name

_LASTS = timedelta(minutes=5)
_LONGEST_CREDENTIAL = 16_384
_LONGEST_NAME = 100
_NOT_TAKEN: Final = "The passkey could not be used here. Try again, or sign in another way."
_TOO_SLOW: Final = "That took too long. Try again."


@dataclass(frozen=True, slots=True)
class Site:
    """Where a passkey is good: the relying party's id is the host, the origin what the browser shows."""

    host: str
    origin: str

    @classmethod
    def of(cls, base_url: str) -> "Site":
        """Take both from the address this installation is reached at."""
        parts = urlsplit(base_url)
        return cls(parts.hostname or "", f"{parts.scheme}://{parts.netloc}")


async def offer_registration(tx: Transaction, site: Site, member: Member, session: str) -> str:
    """Begin to add a passkey: JSON for the browser. The session's secret holds the challenge."""
    challenge = generate_challenge()
    known = await list_passkeys(tx, member.id)
    options = generate_registration_options(
        rp_id=site.host,
        rp_name="Seatkeeper",
        user_id=member.id.bytes,
        user_name=member.email,
        user_display_name=member.name,
        challenge=challenge,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
        ),
        exclude_credentials=[PublicKeyCredentialDescriptor(id=each.credential_id) for each in known],
    )
    await pose(
        tx, ChallengeKind.PASSKEY, {"challenge": _text(challenge)}, _LASTS, member_id=member.id, secret=session
    )
    return options_to_json(options)


async def register_passkey(
    tx: Transaction, site: Site, member: Member, session: str, answer: tuple[str, str]
) -> None:
    """Add the passkey a browser made; ``answer`` is its name and its JSON.

    Raises ``InvalidValueError`` and ``NotPossibleNowError``.
    """
    name, credential = answer
    name = check_name(name.strip(), "The name")
    if not name or not name.isprintable() or len(name) > _LONGEST_NAME:
        raise InvalidValueError("Give the passkey a name you will know it by, such as work laptop.")
    challenge = await take(tx, ChallengeKind.PASSKEY, session)
    if challenge is None or challenge.member_id != member.id:
        raise NotPossibleNowError(_TOO_SLOW)
    try:
        made = verify_registration_response(
            credential=_parse(credential),
            expected_challenge=_challenge(challenge),
            expected_rp_id=site.host,
            expected_origin=site.origin,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError):
        raise InvalidValueError(_NOT_TAKEN) from None
    kept = made.credential_id, made.credential_public_key, made.sign_count
    if not await insert_passkey(tx, member.id, name, kept):
        raise InvalidValueError("This passkey is known already.")
    await note_own_change(tx, "passkey")


async def remove_passkey(tx: Transaction, member_id: MemberId, passkey_id: PasskeyId) -> None:
    """Refuse a passkey from now on. Raises ``NotFoundError``."""
    if not await delete_passkey(tx, member_id, passkey_id):
        raise NotFoundError("You have no such passkey, or it was removed already.")
    await note_own_change(tx, "passkey")


async def offer_sign_in(tx: Transaction, site: Site, next_path: str) -> tuple[str, str]:
    """Begin to sign in with a passkey: JSON for the browser, and the secret it keeps meanwhile."""
    challenge = generate_challenge()
    options = generate_authentication_options(
        rp_id=site.host, challenge=challenge, user_verification=UserVerificationRequirement.REQUIRED
    )
    data = {"challenge": _text(challenge), "next": next_path}
    secret = await pose(tx, ChallengeKind.PASSKEY_SIGN_IN, data, _LASTS)
    return options_to_json(options), secret


async def check_passkey(tx: Transaction, site: Site, step: str, credential: str) -> tuple[Member, str]:
    """Check what a browser answered. Give whose passkey it is, and where to go.

    The authenticator has verified its person, so this is two factors. Raises ``InvalidValueError`` and
    ``NotPossibleNowError``.
    """
    challenge = await take(tx, ChallengeKind.PASSKEY_SIGN_IN, step)
    if challenge is None:
        raise NotPossibleNowError(_TOO_SLOW)
    try:
        answer = _parse(credential)
        found = await find_passkey(tx, base64url_to_bytes(str(answer["rawId"])))
        if found is None:
            raise InvalidValueError("This passkey is not known here. It may have been removed.")
        shown = verify_authentication_response(
            credential=answer,
            expected_challenge=_challenge(challenge),
            expected_rp_id=site.host,
            expected_origin=site.origin,
            credential_public_key=found.public_key,
            credential_current_sign_count=found.sign_count,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError):
        raise InvalidValueError(_NOT_TAKEN) from None
    if not await mark_passkey_used(tx, found.id, shown.new_sign_count):
        raise InvalidValueError(_NOT_TAKEN)
    return found.member, str(challenge.data["next"])


def _parse(credential: str) -> dict[str, object]:
    if len(credential) > _LONGEST_CREDENTIAL:
        raise ValueError("too long")
    parsed = json.loads(credential)
    if not isinstance(parsed, dict):
        raise TypeError("no object")
    return parsed


def _text(challenge: bytes) -> str:
    return base64.b64encode(challenge).decode()


def _challenge(challenge: Challenge) -> bytes:
    return base64.b64decode(str(challenge.data["challenge"]))
