"""What has to hold for a directory to be administered (``spi.connector.Stage``)."""

from collections.abc import Sequence
from functools import partial

from seatkeeper.connectors.ldap.directory import Directory
from seatkeeper.connectors.ldap.profiles import Encryption
from seatkeeper.connectors.ldap.protocol.filters import Filter
from seatkeeper.connectors.ldap.protocol.requests import Search
from seatkeeper.core.problems import ProblemCode
from seatkeeper.spi.connector import Stage
from seatkeeper.spi.errors import RejectedError

_MOST_COUNTED = 100
"""Fewer than the 500 that OpenLDAP gives to an account without a limit of its own."""
_NOTHING_OF_THEM = ("1.1",)
"""No attributes: RFC 4511 §4.5.1.8."""


def list_stages(directory: Directory) -> Sequence[Stage]:
    """List them, in the order in which each rests on the one before."""
    profile = directory.profile
    people, groups = profile.people, profile.groups
    is_encrypted = any(address.encryption is not Encryption.NONE for address in profile.access.addresses)
    stages = [
        Stage("The directory can be reached", directory.reach),
        Stage("It is encrypted, and the certificate is trusted", directory.encrypt) if is_encrypted else None,
        Stage("The service account can sign in", partial(_sign_in, directory)),
        Stage("People can be read", partial(_read, directory, people.base, people.kind)),
    ]
    if groups is not None:
        stages.append(Stage("Groups can be read", partial(_read, directory, groups.base, groups.kind)))
    return [stage for stage in stages if stage is not None]


async def _sign_in(directory: Directory) -> str:
    await directory.sign_in()
    return f"as {directory.profile.access.account}"


async def _read(directory: Directory, base: str, kind: Filter) -> str:
    if await directory.read(base, _NOTHING_OF_THEM) is None:
        missing = f"The directory has no entry {base}, or the service account may not see it."
        raise RejectedError(missing, ProblemCode.SETTINGS_INVALID)
    wanted = Search(base, kind, _NOTHING_OF_THEM)
    count, has_more = await directory.count(wanted, _MOST_COUNTED)
    told = f"more than {count}" if has_more else str(count) if count else "none yet"
    return f"{base} holds {told}"
