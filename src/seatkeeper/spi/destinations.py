"""Where connectors may connect to: no settings may point them at this machine or at what only it can reach.

Whoever may edit an integration could otherwise have this server call its own database, or the service that hands
out a cloud machine's credentials. Private networks are allowed, since that is where many apps live. Names are
resolved here, and the connection goes to an address that was checked: a name that points elsewhere a moment later
does not help.
"""

import asyncio
import socket
from collections.abc import Iterable, Sequence
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
from typing import Final, TypeAlias

from seatkeeper.core.problems import ProblemCode
from seatkeeper.spi.errors import RejectedError, TransientError

Address: TypeAlias = IPv4Address | IPv6Address
Network: TypeAlias = IPv4Network | IPv6Network

REFUSED: Final[tuple[Network, ...]] = tuple(
    ip_network(each)
    for each in (
        "0.0.0.0/8",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "224.0.0.0/4",
        "240.0.0.0/4",
        "100.100.100.200/32",
        "168.63.129.16/32",
        "192.0.0.0/24",
        "::/128",
        "::1/128",
        "fe80::/10",
        "ff00::/8",
        "fd00:ec2::254/128",
        "fd20:ce::254/128",
    )
)
"""This machine, its link, multicast, and where clouds hand out credentials (AWS, Google, Azure, Alibaba)."""

_EMBEDDING: Final[tuple[tuple[IPv6Network, int], ...]] = (
    (IPv6Network("::ffff:0:0/96"), 0),
    (IPv6Network("::/96"), 0),
    (IPv6Network("64:ff9b::/96"), 0),
    (IPv6Network("2002::/16"), 80),
)
"""IPv6 networks whose addresses stand for one of IPv4, and by how many bits that is to be shifted."""

_allowed: list[Network] = []


def allow_networks(networks: Iterable[Network]) -> None:
    """Say, once for this process, which of the refused networks connectors may reach all the same."""
    _allowed[:] = networks


def is_allowed(address: Address) -> bool:
    """Say whether connectors may connect to an address; one of IPv4 in IPv6's clothes is taken for what it is."""
    meant = {address, _plain(address)}
    if any(each in network for network in _allowed for each in meant if each.version == network.version):
        return True
    return not any(each in network for network in REFUSED for each in meant if each.version == network.version)


async def resolve(host: str, port: int) -> Sequence[str]:
    """Give the addresses of a host that may be connected to, those to be tried first first.

    Raises ``RejectedError`` where there is none such, and ``TransientError`` for a name that is not known.
    """
    found = await _look_up(host, port)
    allowed = [each for each in found if is_allowed(_address(each))]
    if not allowed:
        raise refusal(host, found[0])
    return allowed


async def open_socket(host: str, port: int) -> socket.socket:
    """Connect to a host's checked address, without blocking. Raises as ``resolve`` does, and ``OSError``."""
    addresses = await resolve(host, port)
    failure = OSError(f"{host}:{port} has no address")
    for each in addresses:
        family = socket.AF_INET6 if ":" in each else socket.AF_INET
        opened = socket.socket(family, socket.SOCK_STREAM)
        try:
            opened.setblocking(False)
            opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            await asyncio.get_running_loop().sock_connect(opened, (each, port))
        except OSError as error:
            opened.close()
            failure = error
        except BaseException:
            opened.close()
            raise
        else:
            return opened
    raise failure


def refusal(host: str, address: str) -> RejectedError:
    """Say that a host is not connected to, and what whoever runs the installation can do about it."""
    shown = host if host == address else f"{host} ({address})"
    return RejectedError(
        f"{shown} is this machine, or an address that only it can reach, so Seatkeeper does not connect to it.",
        ProblemCode.SETTINGS_INVALID,
        remedy=f"If the app is really there, have {address} added to SEATKEEPER_ALLOWED_NETWORKS where Seatkeeper"
        " is started.",
    )


async def _look_up(host: str, port: int) -> list[str]:
    try:
        return [str(ip_address(host.strip("[]")))]
    except ValueError:
        pass
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no name of a host"
        raise TransientError(f"{host} cannot be found: {reason}.") from None
    return list(dict.fromkeys(str(each[4][0]) for each in found))


def _address(text: str) -> Address:
    return ip_address(text.partition("%")[0])


def _plain(address: Address) -> Address:
    if isinstance(address, IPv6Address):
        for network, shift in _EMBEDDING:
            if address in network and int(address) > 1:
                return IPv4Address(int(address) >> shift & 0xFFFFFFFF)
    return address
