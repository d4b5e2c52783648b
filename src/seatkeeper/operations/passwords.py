"""Passwords: which are taken, and how they are kept (argon2id, RFC 9106)."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Final, TypeVar
from unicodedata import normalize

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from seatkeeper.core.errors import InvalidValueError

T = TypeVar("T")

SHORTEST: Final = 12
_LONGEST = 1000
_SHORTEST_LOCAL_PART = 3
_COMMON = frozenset(
    "123456789012 1234567890123 12345678901234 123456789abc 1q2w3e4r5t6y 1qaz2wsx3edc abcdefghijkl abcd1234abcd"
    " administrator adminadminadmin admin1234567 changemechangeme changeme1234 correcthorsebatterystaple"
    " iloveyouiloveyou letmeinletmein letmein12345 manchesterunited passwordpassword password1234 password12345"
    " password123456 p@ssw0rd1234 passw0rd1234 qwerty123456 qwerty1234567 qwertyqwerty qwertyuiop12 qwertyuiop123"
    " qwertyuiopasdf qwertyuiopasdfgh seatkeeper123 seatkeeperseatkeeper unbelievable welcome12345 welcome123456"
    " welcomewelcome 000000000000 111111111111 aaaaaaaaaaaa zaq12wsxcde3 password!234 trustno1trustno1".split()
)
"""The commonest of at least twelve characters, in lower case."""

_hasher = PasswordHasher()
_threads = ThreadPoolExecutor(max_workers=2, thread_name_prefix="passwords")
"""Each hash takes 64 MiB: a flood of sign-ins has to wait instead of filling the memory."""


def check_new_password(password: str, repeated: str, email: str) -> str:
    """Give back a password that may be used (NIST SP 800-63B §3.1.1). Raises ``InvalidValueError``."""
    if password != repeated:
        raise InvalidValueError("The two passwords are not the same. Enter them again.")
    folded = _normal(password).casefold()
    if len(_normal(password)) < SHORTEST:
        raise InvalidValueError(f"The password needs at least {SHORTEST} characters. A few words do well.")
    if len(password) > _LONGEST:
        raise InvalidValueError(f"The password may have at most {_LONGEST} characters.")
    local = _normal(email).casefold().rpartition("@")[0]
    if len(local) >= _SHORTEST_LOCAL_PART and local in folded:
        raise InvalidValueError("The password must not contain the name in front of the @ of the e-mail address.")
    if folded in _COMMON:
        raise InvalidValueError("This password is among the first that are guessed. Choose another one.")
    return password


async def hash_password(password: str) -> str:
    """Hash a password with a new salt. Takes tens of milliseconds, in a thread."""
    return await _in_thread(lambda: _hasher.hash(_normal(password)))


async def is_password(hashed: str | None, password: str) -> bool:
    """Compare a password; with nothing to compare, the same work is done for nothing."""
    return await _in_thread(lambda: _fits(_dummy() if hashed is None else hashed, password)) and hashed is not None


def is_outdated(hashed: str) -> bool:
    """Say whether a hash was made with weaker parameters than those of now."""
    return _hasher.check_needs_rehash(hashed)


@cache
def _dummy() -> str:
    return _hasher.hash("nobody's password")


def _fits(hashed: str, password: str) -> bool:
    try:
        return _hasher.verify(hashed, _normal(password))
    except (VerificationError, InvalidHashError):
        return False


def _normal(password: str) -> str:
    """Have the same characters be the same, however a keyboard composes them."""
    return normalize("NFKC", password).encode("utf-8", "replace").decode()


async def _in_thread(work: Callable[[], T]) -> T:
    return await asyncio.get_running_loop().run_in_executor(_threads, work)
