"""One-time codes (RFC 6238) and passwords nobody needs to know."""

import secrets
import string
from datetime import UTC, datetime

import pyotp
from pydantic import SecretStr

_MARKS = "!#%+-=?@_"


def check_totp(secret: SecretStr) -> SecretStr:
    """Accept the secret of one-time codes. Raises ``ValueError``."""
    try:
        pyotp.TOTP(_plain(secret)).at(0)
    except ValueError:
        raise ValueError(
            "this is no secret of one-time codes: it has the letters A to Z and digits 2 to 7"
        ) from None
    return secret


def code_of(secret: SecretStr) -> str:
    """Give the code of this moment."""
    # A code is of the moment in which it is typed, and of nothing that could be handed in.
    return pyotp.TOTP(_plain(secret)).at(datetime.now(UTC))


def make_password() -> str:
    """Make a password that holds every kind of character, for apps that demand one at creation."""
    kinds = (string.ascii_lowercase, string.ascii_uppercase, string.digits, _MARKS)
    given = [secrets.choice(kind) for kind in kinds]
    given += [secrets.choice("".join(kinds)) for _ in range(24 - len(given))]
    secrets.SystemRandom().shuffle(given)
    return "".join(given)


def _plain(secret: SecretStr) -> str:
    return secret.get_secret_value().replace(" ", "").upper()
