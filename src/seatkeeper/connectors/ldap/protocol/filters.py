"""Search filters, built from parts: no value ever passes through filter syntax (RFC 4511 §4.5.1.7)."""

from collections.abc import Iterable
from typing import NewType

from seatkeeper.connectors.ldap.protocol import ber

Filter = NewType("Filter", bytes)

_AND, _OR, _NOT, _EQUALITY, _PRESENT = 0xA0, 0xA1, 0xA2, 0xA3, 0x87


def equals(attribute: str, value: str | bytes) -> Filter:
    """Match entries with that value, which may be any octets, by the attribute's own equality rule."""
    return Filter(ber.sequence((ber.octets(attribute), ber.octets(value)), _EQUALITY))


def present(attribute: str) -> Filter:
    """Match entries with any value."""
    return Filter(ber.octets(attribute, _PRESENT))


def all_of(*filters: Filter) -> Filter:
    """Match what all of them match."""
    return Filter(ber.sequence(filters, _AND))


def any_of(filters: Iterable[Filter]) -> Filter:
    """Match what at least one of them matches."""
    return Filter(ber.sequence(filters, _OR))


def unless(condition: Filter) -> Filter:
    """Match what that does not match."""
    return Filter(ber.element(_NOT, condition))
