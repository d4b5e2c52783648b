"""What differs in Active Directory, which a Samba domain controller is, too."""

import re
import secrets
import uuid
from typing import Final

from seatkeeper.connectors.ldap.dialects import Advice, ByFlag, Dialect, Identifier, Password

_NORMAL_ACCOUNT, _ACCOUNT_DISABLE = 0x200, 0x2
"""Bits of ``userAccountControl`` ([MS-ADTS] §2.2.16)."""
_UNTAKEN = frozenset('"/\\[]:;|=,+*?<>@')
"""What Windows does not take in a logon name. One with @ in it would be read as a principal name."""
_LONGEST_LOGON_NAME, _LONGEST_GROUP_NAME, _LONGEST_CN = 20, 256, 64
_SYMBOLS = "!#$%*+-./:=?^_~&"
_SYMBOLS_DRAWN = 36

_ENTRY_EXISTS, _UNWILLING = 68, 53


def read_guid(value: bytes) -> str:
    """Write an ``objectGUID`` as people do; its first three parts have their bytes the other way round."""
    return str(uuid.UUID(bytes_le=value))


def write_guid(text: str) -> bytes | None:
    """Give the octets to search for; None for what is no GUID."""
    try:
        return uuid.UUID(text).bytes_le
    except ValueError:
        return None


def encode_password(password: str) -> bytes:
    """Spell a password as ``unicodePwd`` has it: quoted, two bytes a character ([MS-ADTS] §3.1.1.3.1.5)."""
    return f'"{password}"'.encode("utf-16-le")


def generate_password() -> str:
    """Make a password of more than 140 random bits that nobody knows.

    It is nearly all symbols, since a domain refuses what contains a part of the person's name.
    """
    drawn = "".join(secrets.choice(_SYMBOLS) for _ in range(_SYMBOLS_DRAWN))
    return f"a{drawn[:12]}1{drawn[12:24]}A{drawn[24:]}"


def logon_name_fault(value: str) -> str:
    """Say why Windows would not take that ``sAMAccountName``."""
    if len(value) > _LONGEST_LOGON_NAME:
        return f"has {len(value)} characters, and Active Directory takes {_LONGEST_LOGON_NAME} at most"
    untaken = sorted({each for each in value if each in _UNTAKEN or not each.isprintable()})
    if untaken:
        return f"contains {' '.join(untaken)}, which Active Directory does not take in this name"
    if value.endswith(".") or not value.strip(" ."):
        return "ends with a full stop, or is nothing but spaces and full stops"
    return ""


def to_group_name(name: str) -> str:
    """Make a ``sAMAccountName`` of a group's name."""
    taken = "".join("_" if each in _UNTAKEN or not each.isprintable() else each for each in name)
    return re.sub(r"\.$", "_", taken)[:_LONGEST_GROUP_NAME]


def _principal_name_fault(value: str) -> str:
    name, _, domain = value.rpartition("@")
    return "" if name and domain and " " not in value else "is not of the form name@domain"


def _cn_fault(value: str) -> str:
    too_long = len(value) > _LONGEST_CN
    return f"has {len(value)} characters, and Active Directory takes {_LONGEST_CN} at most" if too_long else ""


def _flags_fault(value: str) -> str:
    del value
    return "cannot be mapped: Seatkeeper changes the one flag in it that disables, and leaves the others"


ACTIVE_DIRECTORY: Final = Dialect(
    name="Active Directory",
    ids=Identifier("objectGUID", read_guid, write_guid),
    dn_attribute="distinguishedName",
    password=Password("unicodePwd", encode_password, generate_password),
    names_without_case=frozenset({"sAMAccountName", "userPrincipalName", "mail"}),
    duplicate_marks=("already in use", "00000524", "00000526", "000021c7", "000021c8"),
    tells_duplicates=True,
    disabling=ByFlag("userAccountControl", _ACCOUNT_DISABLE, _NORMAL_ACCOUNT),
    unread=frozenset(
        {
            *("objectSid", "sIDHistory", "mS-DS-ConsistencyGuid", "msExchMailboxGuid", "msExchArchiveGUID"),
            *("logonHours", "userCertificate", "userSMIMECertificate", "thumbnailPhoto", "jpegPhoto"),
            *("userParameters", "nTSecurityDescriptor", "replPropertyMetaData", "memberOf"),
            *("distinguishedName", "name", "uSNCreated", "uSNChanged", "whenCreated", "whenChanged"),
            *(
                "dSCorePropagationData",
                "pwdLastSet",
                "lastLogon",
                "lastLogonTimestamp",
                "lastLogoff",
                "logonCount",
            ),
            *("badPwdCount", "badPasswordTime"),
        }
    ),
    members_kept_back=True,
    member_there=frozenset({_ENTRY_EXISTS}),
    member_missing=frozenset({16, _UNWILLING}),
    rules={
        "sAMAccountName": logon_name_fault,
        "userPrincipalName": _principal_name_fault,
        "cn": _cn_fault,
        "userAccountControl": _flags_fault,
    },
    advice={
        "0000052d": Advice("the password breaks the domain's rules for passwords"),
        "0000001f": Advice("the domain controller wants passwords over an encrypted connection"),
    },
    sign_in_advice={
        "data 525": Advice(
            "the domain holds no such account",
            "Write it as its user principal name (seatkeeper@ad.example.org), as DOMAIN\\name, or as its DN.",
        ),
        "data 52e": Advice(
            "the name or the password is wrong",
            "Enter the password anew, and the name as its user principal name, as DOMAIN\\name, or as its DN.",
        ),
        "data 530": Advice("it may not sign in at this hour", "Allow it all logon hours."),
        "data 531": Advice("it may not sign in from here", "Allow it to log on to all computers."),
        "data 532": Advice(
            "its password has expired", "Give it a new password, let that never expire, and enter it here."
        ),
        "data 533": Advice("it is disabled", "Enable it in the domain."),
        "data 701": Advice("it has expired", "Take away the date on which it expires."),
        "data 773": Advice(
            "its password has to be changed first",
            "Take away 'User must change password at next logon', or give it a new password and enter it here.",
        ),
        "data 775": Advice(
            "it is locked after too many wrong passwords",
            "Unlock it in the domain, and find out what still uses an old password of it.",
        ),
    },
)
"""Windows Server 2008 R2 and later, and Samba 4. Windows begins what it says with the number of an error
([MS-ERREF] §2.2: 524 user exists, 526 group exists, 21C8 principal name not unique); Samba says it in words."""
