"""Durations as people write them: 30s, 15m, 24h, 30d."""

import re
from datetime import timedelta

_UNITS = {"d": "days", "h": "hours", "m": "minutes", "s": "seconds"}
_DURATION = re.compile(r"(\d{1,6})\s*([dhms])")


def parse_duration(value: object) -> timedelta:
    """Read a duration. Raises ``ValueError``."""
    found = _DURATION.fullmatch(value.strip()) if isinstance(value, str) else None
    if found is None:
        raise ValueError("write a number and a unit, as 30s, 15m, 24h or 30d")
    return timedelta(**{_UNITS[found[2]]: int(found[1])})


def spell_duration(duration: timedelta) -> str:
    """Write a duration in the largest unit that divides it, in seconds otherwise."""
    for unit, name in _UNITS.items():
        count, rest = divmod(duration, timedelta(**{name: 1}))
        if count and not rest:
            return f"{count}{unit}"
    return f"{duration.total_seconds():g}s"
