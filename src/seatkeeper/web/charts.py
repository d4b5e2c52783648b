"""A small bar chart of hours, as figures for a drawing of fixed size."""

from collections.abc import Sequence
from dataclasses import dataclass

from seatkeeper.store.queries.bursts import Hour

WIDTH, HEIGHT = 480, 96
"""Of the drawing, in its own units."""

_GAP = 4.0


@dataclass(frozen=True, slots=True)
class Bar:
    """An hour: what failed stands upon what ended well. ``y`` is counted from above, as SVG does."""

    hour: Hour
    x: float
    width: float
    good_y: float
    good_height: float
    failed_y: float
    failed_height: float


@dataclass(frozen=True, slots=True)
class Chart:
    """The bars, and what they come to together. ``is_more``: some hour had more than was counted."""

    bars: Sequence[Bar]
    good: int
    failed: int
    is_more: bool


def draw_hours(hours: Sequence[Hour]) -> Chart:
    """Scale hours so that the highest bar fills the drawing; what there is can always be seen."""
    most = max((hour.good + hour.failed for hour in hours), default=0) or 1
    step = WIDTH / max(len(hours), 1)
    bars = [_bar(hour, number * step + _GAP / 2, step - _GAP, most) for number, hour in enumerate(hours)]
    good, failed = sum(hour.good for hour in hours), sum(hour.failed for hour in hours)
    return Chart(bars, good, failed, any(hour.is_full for hour in hours))


def _bar(hour: Hour, x: float, width: float, most: int) -> Bar:
    good, failed = _height(hour.good, most), _height(hour.failed, most)
    good = min(good, HEIGHT - failed)
    return Bar(
        hour, round(x, 2), round(width, 2), round(HEIGHT - good, 2), good, round(HEIGHT - good - failed, 2), failed
    )


def _height(number: int, most: int) -> float:
    return round(max(number / most * HEIGHT, 2.0), 2) if number else 0.0
