"""What a terminal shows: short times, ids by their end, and nothing that steers it."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from seatkeeper.cli.finding import find_by_end
from seatkeeper.cli.printing import plain, short_id, short_time
from seatkeeper.core.errors import InvalidValueError, NotFoundError
from seatkeeper.operations.durations import parse_duration, spell_duration
from seatkeeper.store.identifiers import new_id

NOON = datetime(2026, 3, 1, 3, 0, tzinfo=UTC)


@pytest.fixture
def tokyo(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.usefixtures("tokyo")
def test_times_are_local_and_as_short_as_can_be() -> None:
    assert short_time(NOON - timedelta(hours=11), NOON) == "01:00:00"
    assert short_time(NOON - timedelta(hours=13), NOON) == "28 Feb 23:00"
    assert short_time(NOON - timedelta(days=365), NOON) == "2025-03-01"
    assert short_time(None, NOON) == "never"


def test_control_characters_are_shown_as_what_they_are_not() -> None:
    assert plain("a\x1b[31m\r\x07\x9b\u202eb\nç") == "a�[31m����b\nç"


@pytest.mark.parametrize(
    ("span", "spelled"), [("90s", "90s"), ("60s", "1m"), ("24h", "1d"), ("0s", "0s"), ("36h", "36h")]
)
def test_a_duration_is_spelled_as_it_can_be_read(span: str, spelled: str) -> None:
    assert spell_duration(parse_duration(span)) == spelled
    assert parse_duration(spelled) == parse_duration(span)


async def test_a_thing_is_found_by_the_end_of_its_id() -> None:
    ids = [new_id() for _ in range(2)]

    async def find(end: str) -> list[object]:
        return [each for each in ids if str(each).endswith(end)]

    async def find_all(_: str) -> list[object]:
        return [*ids]

    assert await find_by_end("job", f" {short_id(ids[0]).upper()} ", find) == ids[0]
    assert await find_by_end("job", str(ids[1]), find) == ids[1]
    with pytest.raises(NotFoundError, match="There is no job"):
        await find_by_end("job", "0" * 12, find)
    with pytest.raises(InvalidValueError, match="give more"):
        await find_by_end("job", "abcd", find_all)
    for wrong in ("abc", "person", "0" * 40, "-abc"):
        with pytest.raises(InvalidValueError, match="is not the id of a job"):
            await find_by_end("job", wrong, find)
