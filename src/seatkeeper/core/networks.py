"""Networks from which an integration's endpoint may be called, and addresses held against them."""

import re
from collections.abc import Iterable
from functools import lru_cache
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_interface,
    ip_network,
)
from typing import Final, TypeAlias

from seatkeeper.core.errors import InvalidValueError

Network: TypeAlias = IPv4Network | IPv6Network

MOST_NETWORKS: Final = 200

_BETWEEN = re.compile(r"[\s,;]+")
_MAPPED_BITS = 96
_LONGEST_SHOWN = 60


def read_networks(typed: str) -> list[Network]:
    """Read addresses and networks as people type them, each once, in their order.

    Raises ``InvalidValueError`` for what is none, and for a network whose address points into it.
    """
    words = [word for word in _BETWEEN.split(typed) if word]
    if len(words) > MOST_NETWORKS:
        raise InvalidValueError(f"The list may hold {MOST_NETWORKS} networks at most: join some of them.")
    return list(dict.fromkeys(_read(word) for word in words))


def _read(word: str) -> Network:
    try:
        return _plain(ip_network(word))
    except ValueError:
        pass
    shown = word[:_LONGEST_SHOWN]
    try:
        meant = ip_interface(word)
    except ValueError:
        raise InvalidValueError(
            f"'{shown}' is no address and no network: write 192.0.2.7, 192.0.2.0/24 or 2001:db8::/32."
        ) from None
    raise InvalidValueError(
        f"'{shown}' names one address and a whole network: write {meant.network} or {meant.ip}."
    )


def _plain(network: Network) -> Network:
    if isinstance(network, IPv6Network) and network.prefixlen >= _MAPPED_BITS:
        mapped = network.network_address.ipv4_mapped
        if mapped is not None:
            return IPv4Network((int(mapped), network.prefixlen - _MAPPED_BITS))
    return network


@lru_cache(maxsize=4096)
def parse_address(text: str) -> IPv4Address | IPv6Address | None:
    """Read an address; one of IPv4 that comes as IPv6 (``::ffff:192.0.2.7``) is of IPv4."""
    try:
        address = ip_address(text)
    except ValueError:
        return None
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address


def covers(networks: Iterable[Network], text: str) -> bool:
    """Say whether an address is in one of the networks. What is no address is in none."""
    address = parse_address(text)
    return address is not None and any(address in network for network in networks)


def source_of(text: str) -> str:
    """Name whom an address stands for: whoever has one of IPv6 has its network of 64 bits (RFC 4291 §2.5.1)."""
    address = parse_address(text)
    if isinstance(address, IPv6Address):
        return f"{IPv6Address(int(address) >> 64 << 64)}/64"
    return text if address is None else str(address)
